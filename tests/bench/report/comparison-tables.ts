import { FLEET } from '../../../src/deploy/cost/fleet.ts';
import type { ComparisonFigures, Point } from '../alternatives/comparison.ts';
import { DESIGNS } from '../alternatives/designs/all.ts';
import type { Dollars } from '../alternatives/dollars.ts';
import type { DesignFigures } from '../alternatives/run-design.ts';
import { callsPer1000, cause } from './charts.ts';
import { dollars, duration, short, trim } from './parts.ts';
import { table } from './table.ts';

const titleOf = ({ design }: DesignFigures) =>
  design === 'ours' ? `**${DESIGNS[design].title}**` : DESIGNS[design].title;

/** A quantity of the measured time, for a month. */
function monthly({ days }: DesignFigures, quantity: number): number {
  return (quantity * FLEET.daysInMonth) / days;
}

/** A column of figures, of which the lowest is the best. */
interface Column {
  name: string;
  of: (figures: DesignFigures) => number;
  show: (value: number) => string;
}

/** Quantities in all, or for a month. */
function columnsOf(per: 'month' | 'all'): Column[] {
  const quantity = (name: string, what: keyof DesignFigures['totals'], unit = 1): Column => ({
    name,
    of: (one) => (per === 'month' ? monthly(one, one.totals[what]) : one.totals[what]) / unit,
    show: short,
  });
  return [
    { name: 'late by, p50', of: ({ latenessSeconds }) => latenessSeconds.p50, show: duration },
    { name: 'p99', of: ({ latenessSeconds }) => latenessSeconds.p99, show: duration },
    { name: 'most', of: ({ latenessSeconds }) => latenessSeconds.max, show: duration },
    quantity('read units', 'readUnits'),
    quantity('write units', 'writeUnits'),
    quantity('calls of Scheduler', 'schedulerCalls'),
    quantity('schedules fired', 'schedulerInvocations'),
    quantity('calls of Lambda', 'lambdaCalls'),
    quantity('seconds of Lambda', 'lambdaMs', 1_000),
    { name: '$ a month', of: ({ dollarsAMonth }) => dollarsAMonth.total, show: dollars },
  ];
}

/** What each design has done with the same fleet, a line each; the best of each column is bold. */
export function designsTable(figures: readonly DesignFigures[], per: 'month' | 'all'): string {
  const columns = columnsOf(per).map(({ name, of, show }) => {
    const best = show(Math.min(...figures.map(of)));
    return { name, cell: (one: DesignFigures) => boldIf(show(of(one)) === best, show(of(one))) };
  });
  return table(
    ['design', ...columns.map(({ name }) => name)],
    figures.map((one) => [titleOf(one), ...columns.map(({ cell }) => cell(one))]),
  );
}

function boldIf(isBold: boolean, text: string): string {
  return isBold ? `**${text}**` : text;
}

/** Fleets of one size after the other. */
export function fleetTables({ fleets }: ComparisonFigures): string {
  const sizes = [...new Set(fleets.map(({ workspaces }) => workspaces))];
  return sizes
    .map((size) => {
      const own = fleets.filter(({ workspaces }) => workspaces === size);
      const [first] = own;
      const heading = `**${size.toLocaleString('en')} workspaces**, ${first?.days} days played, ${first?.archived.toLocaleString('en')} archived; a month of it:`;
      return `${heading}\n\n${designsTable(own, 'month')}`;
    })
    .join('\n\n');
}

/** The most within one second, against what AWS grants. */
export function peaksTable({ fleets }: ComparisonFigures): string {
  const largest = Math.max(...fleets.map(({ workspaces }) => workspaces));
  return table(
    ['design', 'read units /s', 'write units /s', 'calls of Scheduler /s', 'schedules fired /s'],
    [
      ...fleets
        .filter(({ workspaces }) => workspaces === largest)
        .map((one) => [
          titleOf(one),
          short(one.peaks.readUnits),
          short(one.peaks.writeUnits),
          short(one.peaks.schedulerCalls),
          short(one.peaks.schedulerInvocations),
        ]),
      ['*AWS grants*', '*40 k a table*', '*40 k a table*', '*5 k a Region*', '*1 k a Region*'],
    ],
  );
}

/** What Scheduler is asked for, for 1,000 writes of activity. */
export function schedulerTable({ trace, worked }: ComparisonFigures): string {
  const row = (one: DesignFigures, of: string) => [
    titleOf(one),
    of,
    trim(cause(one, 'activity')),
    trim(cause(one, 'early')),
    trim(callsPer1000(one) - cause(one, 'activity') - cause(one, 'early')),
    trim(callsPer1000(one)),
    trim((1_000 * one.archived) / one.activityWrites),
  ];
  const shown = (figures: readonly DesignFigures[]) =>
    figures.filter(({ design }) => design === 'ours' || design === 'schedule-per-write');
  return table(
    [
      'design',
      'activity',
      'caused by the writes',
      'by early wake-ups',
      'by what is announced, done, given back',
      'together',
      'archives',
    ],
    [
      ...shown(trace).map((one) => row(one, 'moments of the trace')),
      ...shown(worked).map((one) => row(one, 'whole days of work')),
    ],
  );
}

/** Reports of a workspace on a day on which it is in use. */
export function reportsTable({ reporting }: ComparisonFigures): string {
  const { drumbeat, worked, moments } = reporting.reportsADay;
  return table(
    ['a workspace on a day on which it is in use', 'reports', 'than the drumbeat'],
    [
      ['a beat every minute of eight hours', trim(drumbeat), ''],
      [
        'edges of sessions, eight hours in three sessions',
        trim(worked),
        `${trim(drumbeat / worked)} times fewer`,
      ],
      ['edges of sessions, the moments of the trace alone', trim(moments), ''],
    ],
  );
}

/** Dollars a month of each design at each point. */
export function growthTable(points: readonly Point[], by: 'idle' | 'working'): string {
  const designs = [...new Set(points.map(({ figures }) => figures.design))];
  const steps = [...new Set(points.map((point) => point[by]))].sort((a, b) => a - b);
  const figuresAt = (design: string, step: number) =>
    points.find(({ figures, ...point }) => figures.design === design && point[by] === step)?.figures;
  return table(
    ['design', ...steps.map((step) => `${step.toLocaleString('en')} ${by === 'idle' ? 'idle' : 'at work'}`)],
    designs.flatMap((design) => {
      const each = steps.map((step) => figuresAt(design, step));
      const [first] = each;
      return first === undefined
        ? []
        : [[titleOf(first), ...each.map((one) => (one ? dollars(one.dollarsAMonth.total) : ''))]];
    }),
  );
}

/** What ten times as many idle workspaces make of our whole bill, reports and storage in it, Scheduler's price aside. */
export function flatness({
  idle,
}: ComparisonFigures): { idle: number; bill: number; times: number | undefined }[] {
  const ours = idle.filter(({ figures, idle: count }) => figures.design === 'ours' && count > 0);
  return ours.map(({ idle: count, figures }, index) => {
    const bill = billOf(figures.dollarsAMonth);
    const before = ours[index - 1];
    return { idle: count, bill, times: before && bill / billOf(before.figures.dollarsAMonth) };
  });
}

function billOf({ total, reports, scheduler }: Dollars): number {
  return total + reports - scheduler;
}

/** The same as a table. */
export function flatnessTable(figures: ComparisonFigures): string {
  const rows = flatness(figures);
  return table(
    ['idle workspaces', ...rows.map(({ idle }) => idle.toLocaleString('en'))],
    [
      ['our bill, with reports and storage', ...rows.map(({ bill }) => `$${bill.toFixed(4)}`)],
      ['times the one before', ...rows.map(({ times }) => (times === undefined ? '' : times.toFixed(2)))],
    ],
  );
}
