import { BadInputError } from '../../../src/core/errors.ts';
import { readTime, showTime } from '../../../src/operator/times.ts';
import { NOW } from '../../support/rows.ts';

test.each([
  ['1800000000', 1_800_000_000],
  ['+3d', NOW + 259_200],
  ['+12h', NOW + 43_200],
  ['2027-01-15T08:00:00Z', NOW],
  ['2027-01-15T09:00+01:00', NOW],
])('%s', (text, expected) => {
  expect(readTime('--until', text, NOW + 0.5)).toBe(expected);
});

test.each(['tomorrow', '3d', '-3d', '+3w', '2027-01-15', '2027-01-15T08:00:00', '2027-13-15T08:00:00Z', ''])(
  '%j is no time',
  (text) => {
    expect(() => readTime('--until', text, NOW)).toThrow(BadInputError);
    expect(() => readTime('--until', text, NOW)).toThrow(
      `--until is ${JSON.stringify(text)}, expected epoch seconds`,
    );
  },
);

test('a time for people has no fractions', () => {
  expect(showTime(NOW + 0.9)).toBe('2027-01-15T08:00:00Z');
});
