import { withTables } from '../../bench/report/document.ts';
import { dollars, duration, short } from '../../bench/report/parts.ts';
import { type Chart, renderChart } from '../../bench/report/render-chart.ts';
import { table } from '../../bench/report/table.ts';

test('a table can be read as it is: names to the left, figures to the right', () => {
  const rows = [
    ['ours', '3.2'],
    ['an hourly sweep', '1,000'],
  ];
  expect(table(['design', 'calls'], rows).split('\n')).toEqual([
    '| design          | calls |',
    '| --------------- | ----: |',
    '| ours            |   3.2 |',
    '| an hourly sweep | 1,000 |',
  ]);
});

describe('tables in a document', () => {
  const DOCUMENT = [
    'before',
    '<!-- figures: one -->',
    'old',
    '<!-- end of figures -->',
    'between',
    '<!-- figures: two -->',
    '<!-- end of figures -->',
    'after',
  ].join('\n');

  test('take the place of those before, and nothing else changes', () => {
    const once = withTables(DOCUMENT, { one: 'new $& 1', two: 'new 2' });
    expect(once).toContain(
      'before\n<!-- figures: one -->\n\nnew $& 1\n\n<!-- end of figures -->\nbetween\n<!-- figures: two -->\n\nnew 2\n',
    );
    expect(once).not.toContain('old');
    expect(withTables(once, { one: 'new $& 1', two: 'new 2' })).toBe(once);
  });

  test.each([
    ['a table without a place', { one: '1', two: '2', three: '3' }, 'no place for three'],
    ['a place without a table', { one: '1' }, 'a place for two'],
  ])('%s is an error', (_, tables, message) => {
    expect(() => withTables(DOCUMENT, tables)).toThrow(message);
  });
});

test.each([
  [short(1_234_567), '1.23 M'],
  [short(2.5e9), '2.5 G'],
  [short(999), '999'],
  [short(1_000), '1 k'],
  [duration(0.25), '0.25 s'],
  [duration(119), '119 s'],
  [duration(120), '2 min'],
  [duration(3_600), '1 h'],
  [dollars(0.004_56), '$0.00456'],
  [dollars(1.5), '$1.50'],
  [dollars(820.4), '$820'],
  [duration(Number.NaN), '–'],
])('%s', (shown, expected) => {
  expect(shown).toBe(expected);
});

test('a chart is the same for the same figures, and another for the other theme', () => {
  const chart: Chart = ({ ours }) => ({
    xAxis: { type: 'category', data: ['a'] },
    yAxis: {},
    series: [{ type: 'bar', data: [1], itemStyle: { color: ours } }],
  });
  const light = renderChart(chart, 'light', 200);
  expect(light).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  expect(renderChart(chart, 'light', 200)).toBe(light);
  expect(renderChart(chart, 'dark', 200)).not.toBe(light);
});
