import { stripVTControlCharacters } from 'node:util';
import { pad, renderTable } from '../../../../src/local/show/table.ts';

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

test.each([
  ['short text is filled up', 'ab', 4, false, 'ab  '],
  ['on the left where it is a number', '12', 4, true, '  12'],
  ['text that fits is left alone', 'abcd', 4, false, 'abcd'],
  ['longer text is cut', 'abcde', 4, false, 'abc…'],
  ['colours do not count', red('ab'), 4, false, `${red('ab')}  `],
  ['colours are not cut, and end', red('abcdef'), 4, false, '\u001b[31mabc…\u001b[0m'],
])('%s', (_, text, width, right, expected) => {
  expect(pad(text, width, right)).toBe(expected);
});

test('a table stands in columns under its titles', () => {
  const table = renderTable(
    [
      { title: 'NAME', width: 6 },
      { title: 'AGE', width: 4, right: true },
    ],
    [
      ['ada', '36'],
      [red('a long name'), '7'],
    ],
  );
  expect(stripVTControlCharacters(table).split('\n')).toEqual([
    'NAME     AGE',
    'ada       36',
    'a lon…     7',
  ]);
});
