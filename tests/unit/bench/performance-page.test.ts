import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DESIGNS, type DesignName } from '../../bench/alternatives/designs/all.ts';
import { makeFleet, usualPolicy } from '../../bench/alternatives/fleets.ts';
import { type DesignFigures, runDesign } from '../../bench/alternatives/run-design.ts';
import type { Measured } from '../../bench/figures.ts';
import { callsPer1000, cause, chartsOf } from '../../bench/report/charts.ts';
import { flatness } from '../../bench/report/comparison-tables.ts';
import { renderChart } from '../../bench/report/render-chart.ts';
import { tablesOf } from '../../bench/report/tables.ts';

const PAGE = 'docs/performance.md';
const FOLDER = 'docs/performance';
const page = readFileSync(PAGE, 'utf8');
const figures = JSON.parse(readFileSync(join(FOLDER, 'figures.json'), 'utf8')) as Measured;
const { comparison } = figures;
const of = (all: readonly DesignFigures[], design: string) =>
  all.find((one) => one.design === design) as DesignFigures;

test.each(Object.entries(tablesOf(figures)))(
  'the page has the table %s as the figures make it',
  (_, table) => {
    expect(page).toContain(table);
  },
);

test.each(
  Object.entries(chartsOf(figures)).flatMap(([name, drawn]) =>
    (['light', 'dark'] as const).map((theme) => [`${name}-${theme}.svg`, drawn, theme] as const),
  ),
)('%s is what the figures make', (file, { chart, height }, theme) => {
  expect(page).toContain(`performance/${file}`);
  expect(readFileSync(join(FOLDER, file), 'utf8')).toBe(renderChart(chart, theme, height));
});

test('the page links to what is there', () => {
  const links = [...page.matchAll(/(?:\]\(|src="|srcset=")([^)"#\s]+)[)"]/g)].map(([, link = '']) => link);
  const own = links.filter((link) => !link.startsWith('https:'));
  expect(own.length).toBeGreaterThan(15);
  expect(own.filter((link) => !existsSync(join(dirname(PAGE), link)))).toEqual([]);
});

/** What a thread sends, and a file keeps. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test.each(Object.keys(DESIGNS) as DesignName[])(
  '%s still does what the figures say, to the last call',
  async (design) => {
    const policy = usualPolicy();
    const fleet = makeFleet({ kind: 'like', workspaces: 10_000, weeks: 4 }, policy);
    const kept = comparison.fleets.find((one) => one.design === design && one.workspaces === 10_000);
    expect(plain(await runDesign(design, fleet, policy))).toEqual(kept);
  },
);

// What is counted, and so the same on any machine.
describe('what the page claims', () => {
  test('nobody is archived later than Scheduler promises, and a second', () => {
    for (const all of [comparison.trace, comparison.worked, comparison.fleets])
      for (const one of all.filter(({ design }) => design === 'ours'))
        expect(one.latenessSeconds.p99).toBeLessThanOrEqual(61);
    expect(of(comparison.trace, 'hourly-sweep').latenessSeconds.p99).toBeGreaterThan(3_500);
  });

  test('a thousand writes of activity ask Scheduler for at most three schedules', () => {
    for (const all of [comparison.trace, comparison.worked]) {
      const [ours, theirs] = [of(all, 'ours'), of(all, 'schedule-per-write')];
      expect(cause(ours, 'activity')).toBeLessThanOrEqual(3);
      expect(cause(theirs, 'activity')).toBeGreaterThan(700);
      expect(callsPer1000(ours)).toBeLessThan(callsPer1000(theirs));
    }
  });

  test('a day of work writes less than a twentieth of what a drumbeat writes', () => {
    const { worked, drumbeat } = comparison.reporting.reportsADay;
    expect(drumbeat / worked).toBeGreaterThan(20);
  });

  test('ten times as many idle workspaces cost at most a tenth more, up to a hundred for one in use', () => {
    const [{ working } = { working: 0 }] = comparison.idle;
    const steps = flatness(comparison).filter(
      ({ idle, times }) => times !== undefined && idle <= 100 * working,
    );
    expect(steps.length).toBeGreaterThan(0);
    for (const { times } of steps) expect(times).toBeLessThanOrEqual(1.1);
  });
});
