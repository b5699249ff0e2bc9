import pico from 'picocolors';
import { tableLines } from '../../../src/operator/table.ts';
import { plain } from '../../../src/operator/terminal.ts';

const columns = [{ title: 'NAME', atLeast: 4 }, { title: 'N' }, { title: 'WHY', atLeast: 5 }];
const rows = [
  ['ada', '1', 'a reason that is long'],
  ['a-long-name', '22', ''],
];

test('columns are as wide as they have to be', () => {
  expect(tableLines(columns, rows, undefined)).toEqual([
    'NAME         N   WHY',
    'ada          1   a reason that is long',
    'a-long-name  22',
  ]);
});

test.each([
  [30, ['NAME         N   WHY', 'ada          1   a reason tha…', 'a-long-name  22']],
  [20, ['NAME       N   WHY', 'ada        1   a re…', 'a-long-n…  22']],
  // No column goes below what it needs at least.
  [5, ['NAME  N   WHY', 'ada   1   a re…', 'a-l…  22']],
])('in %i columns the last one gives way first', (width, expected) => {
  expect(tableLines(columns, rows, width)).toEqual(expected);
});

test('colours take no room, and are not cut in two', () => {
  const { red } = pico.createColors(true);
  const [, line = ''] = tableLines(
    [{ title: 'A', atLeast: 3 }, { title: 'B' }],
    [[red('ada'), 'x']],
    undefined,
  );
  expect(line).toBe(`${red('ada')}  x`);
  const [, cut = ''] = tableLines([{ title: 'A', atLeast: 3 }], [[red('a long one')]], 5);
  expect(cut).toBe('a lo…');
});

test.each([
  ['a\nb', 'a b'],
  ['\u001b[31mred\u001b[0m', '[31mred [0m'],
  ['\u202eevil', 'evil'],
  ['a\u2028b\u0000', 'a b'],
  ['Zoë, ok – ½', 'Zoë, ok – ½'],
])('%j is plain as %j', (text, expected) => {
  expect(plain(text)).toBe(expected);
});
