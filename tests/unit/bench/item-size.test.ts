import { itemBytes, readUnits, writeUnits } from '../../bench/alternatives/item-size.ts';

test.each([
  ['a text with its name', { ab: 'hello' }, 2 + 5],
  ['letters of more than one byte', { ä: 'ö' }, 2 + 2],
  ['a number: two digits a byte, and one more', { n: 12_345 }, 1 + 3 + 1],
  ['zeros at the end are no digits', { n: 1_700_000_000 }, 1 + 1 + 1],
  ['epoch seconds', { n: 1_700_000_001 }, 1 + 5 + 1],
  ['a fraction', { n: 0.25 }, 1 + 1 + 1],
  ['a negative number', { n: -7 }, 1 + 1 + 1 + 1],
  ['zero', { n: 0 }, 1 + 1 + 1],
  ['a truth value and nothing', { a: true, b: null }, 1 + 1 + 1 + 1],
  ['a list', { l: ['a', 'b'] }, 1 + 3 + 2 * (1 + 1)],
  ['a map', { m: { a: 'b' } }, 1 + 3 + 1 + 1 + 1],
  ['what is undefined is not there', { a: undefined }, 0],
])('%s', (_, item, bytes) => {
  expect(itemBytes(item)).toBe(bytes);
});

test('units at their bounds', () => {
  expect([0, 1_024, 1_025, 2_049].map(writeUnits)).toEqual([1, 1, 2, 3]);
  expect([0, 4_096, 4_097].map((bytes) => readUnits(bytes, { consistent: true }))).toEqual([1, 1, 2]);
  expect(readUnits(4_097, { consistent: false })).toBe(1);
});
