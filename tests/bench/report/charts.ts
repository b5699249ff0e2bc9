import type { ComparisonFigures, Point } from '../alternatives/comparison.ts';
import { DESIGNS, type DesignName } from '../alternatives/designs/all.ts';
import type { DesignFigures } from '../alternatives/run-design.ts';
import type { Figures } from '../figures.ts';
import { dollars, duration, heading, nameAxis, short, trim, valueAxis } from './parts.ts';
import type { Chart, Colours } from './render-chart.ts';

const NAMES = Object.keys(DESIGNS) as DesignName[];
const titleOf = (design: DesignName) => DESIGNS[design].title;

function colourOf(design: DesignName, { ours, others }: Colours): string {
  if (design === 'ours') return ours;
  return others[NAMES.indexOf(design) % others.length] as string;
}

/** How late each design is: a full dot at the median, a ring at the worst of a hundred. */
export function latenessChart(figures: readonly DesignFigures[]): Chart {
  return (colours) => ({
    title: heading(
      'How late a workspace is archived',
      'behind the second of its deadline: half of them by the full dot, 99 of 100 by the ring. Logarithmic',
      colours,
    ),
    grid: { left: 250, right: 90, top: 78, bottom: 52 },
    yAxis: nameAxis(
      figures.map(({ design }) => titleOf(design)),
      colours,
    ),
    // A second, a minute, an hour.
    xAxis: {
      ...valueAxis('late', colours, { log: true, min: 1, max: 7_200, format: duration }),
      logBase: 60,
    },
    series: [
      dots(figures, colours, ({ latenessSeconds }) => latenessSeconds.p50, true),
      dots(figures, colours, ({ latenessSeconds }) => latenessSeconds.p99, false),
    ],
  });
}

function dots(
  figures: readonly DesignFigures[],
  colours: Colours,
  of: (figures: DesignFigures) => number,
  isFull: boolean,
) {
  return {
    type: 'scatter' as const,
    symbolSize: 16,
    data: figures.map((one, index) => {
      const color = colourOf(one.design, colours);
      const ring = { color: 'transparent', borderColor: color, borderWidth: 3 };
      return { value: [of(one), index], itemStyle: isFull ? { color } : ring };
    }),
    label: {
      show: true,
      position: isFull ? ('left' as const) : ('right' as const),
      color: colours.text,
      formatter: ({ value }: { value: unknown }) => duration((value as number[])[0] ?? Number.NaN),
    },
  };
}

/** Dollars a month by the size of the fleet, whose people do what those of the trace did. */
export function fleetCostChart(fleets: readonly DesignFigures[]): Chart {
  const points = fleets.map((figures) => ({ working: 0, idle: figures.workspaces, figures }));
  return lines(points, {
    text: 'What a fleet costs that is used as the people of the trace did',
    subtext:
      'dollars a month for deciding; of such a fleet some 3 % are used within a month, and nearly all lie archived',
    x: 'workspaces',
    xOf: ({ idle }) => idle,
    isShown: () => true,
  });
}

/** Dollars a month by the number of idle workspaces, with the same people at work. */
export function idleCostChart(points: readonly Point[]): Chart {
  const working = points[0]?.working ?? 0;
  return lines(points, {
    text: 'What idle workspaces cost',
    subtext: `dollars a month for deciding, with the same ${working} people at work, by how many workspaces lie idle beside them`,
    x: 'idle workspaces',
    xOf: ({ idle }) => idle,
    // Nobody idle has no place on a logarithmic axis.
    isShown: ({ idle }) => idle > 0,
  });
}

/** Dollars a month by the number of people at work, in a fleet of the same size. */
export function activityCostChart(points: readonly Point[]): Chart {
  const size = (points[0]?.working ?? 0) + (points[0]?.idle ?? 0);
  return lines(points, {
    text: 'What activity costs',
    subtext: `dollars a month for deciding, in a fleet of ${size.toLocaleString('en')} workspaces, by how many are in use every working day`,
    x: 'workspaces at work',
    xOf: ({ working }) => working,
    isShown: () => true,
  });
}

interface LineOptions {
  text: string;
  subtext: string;
  x: string;
  xOf: (point: Point) => number;
  isShown: (point: Point) => boolean;
}

function lines(points: readonly Point[], { text, subtext, x, xOf, isShown }: LineOptions): Chart {
  const shown = points.filter(isShown);
  return (colours) => ({
    title: heading(text, subtext, colours),
    grid: { left: 78, right: 300, top: 78, bottom: 56 },
    xAxis: valueAxis(x, colours, { log: true, format: short, ...rangeOf(shown.map(xOf)) }),
    yAxis: { ...valueAxis('', colours, { log: true, format: dollars }), nameGap: 0 },
    series: NAMES.map((design) => ({
      type: 'line' as const,
      name: titleOf(design),
      symbolSize: 7,
      lineStyle: { width: design === 'ours' ? 4 : 2, color: colourOf(design, colours) },
      itemStyle: { color: colourOf(design, colours) },
      z: design === 'ours' ? 2 : 5,
      data: shown
        .filter(({ figures }) => figures.design === design)
        .map((point) => [xOf(point), point.figures.dollarsAMonth.total]),
      endLabel: {
        show: true,
        color: colours.text,
        formatter: ({ value }: { value: unknown }) =>
          `${titleOf(design)}: ${dollars(Number((value as number[])[1]))}`,
      },
      labelLayout: { moveOverlap: 'shiftY' as const },
    })),
  });
}

function rangeOf(values: readonly number[]): { min: number; max: number } {
  return { min: Math.min(...values), max: Math.max(...values) };
}

/** Calls of Scheduler for a thousand reports, by what they are for. */
export function schedulerChart({ trace, worked }: ComparisonFigures): Chart {
  const rows = [
    ...pick(trace, 'schedule-per-write', 'six years, moment by moment'),
    ...pick(trace, 'ours', 'six years, moment by moment'),
    ...pick(worked, 'schedule-per-write', 'each day a whole day of work'),
    ...pick(worked, 'ours', 'each day a whole day of work'),
  ];
  const kinds = [
    { name: 'made or moved by a write of activity', of: (one: DesignFigures) => cause(one, 'activity') },
    { name: 'armed anew by a wake-up that came early', of: (one: DesignFigures) => cause(one, 'early') },
    { name: 'for what is announced, done, given back', of: restOf },
  ];
  return (colours) => ({
    title: heading(
      'What a write of activity asks of EventBridge Scheduler',
      'calls for 1,000 writes of activity; Scheduler takes 5,000 a second from a whole Region',
      colours,
    ),
    legend: { left: 246, top: 68, orient: 'vertical', textStyle: { color: colours.text }, itemWidth: 14 },
    grid: { left: 250, right: 190, top: 142, bottom: 56 },
    yAxis: nameAxis(
      rows.map(({ label }) => label),
      colours,
    ),
    xAxis: valueAxis('calls for 1,000 writes of activity', colours, { format: short }),
    series: kinds.map(({ name, of }, index) => ({
      type: 'bar' as const,
      name,
      stack: 'calls',
      barWidth: 22,
      itemStyle: { color: [colours.others[0], colours.others[1], colours.others[4]][index] as string },
      data: rows.map(({ figures }) => of(figures)),
      // The sum, behind the last part.
      label: {
        show: index === kinds.length - 1,
        position: 'right' as const,
        color: colours.text,
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const figures = rows[dataIndex]?.figures;
          return figures
            ? `${trim(callsPer1000(figures))}, by activity ${trim(cause(figures, 'activity'))}`
            : '';
        },
      },
    })),
  });
}

function pick(figures: readonly DesignFigures[], design: DesignName, of: string) {
  const found = figures.find((one) => one.design === design);
  const label = `${design === 'ours' ? 'ours' : 'moved at every write'}:\n${of}`;
  return found === undefined ? [] : [{ label, figures: found }];
}

/** Calls for 1,000 writes of activity. */
export function callsPer1000({ totals, activityWrites }: DesignFigures): number {
  return (1_000 * totals.schedulerCalls) / activityWrites;
}

/** Those of one cause, for 1,000 writes of activity. */
export function cause({ schedulerCalls, activityWrites }: DesignFigures, name: string): number {
  return (1_000 * (schedulerCalls?.[name] ?? 0)) / activityWrites;
}

function restOf(figures: DesignFigures): number {
  return callsPer1000(figures) - cause(figures, 'activity') - cause(figures, 'early');
}

/** Reports of a workspace on a day on which it is in use. */
export function reportsChart({ reporting }: ComparisonFigures): Chart {
  const { drumbeat, worked, moments } = reporting.reportsADay;
  const rows = [
    { name: 'a beat every minute of eight hours', value: drumbeat },
    { name: 'ours: edges of sessions, eight hours', value: worked },
    { name: 'ours: the moments of the trace alone', value: moments },
  ];
  return (colours) => ({
    title: heading(
      'What a day of work writes',
      'reports of one workspace, each a write unit, a request and a record of the stream',
      colours,
    ),
    grid: { left: 270, right: 60, top: 78, bottom: 56 },
    yAxis: nameAxis(
      rows.map(({ name }) => name),
      colours,
    ),
    xAxis: valueAxis('reports a day', colours),
    series: [
      {
        type: 'bar' as const,
        barWidth: 24,
        data: rows.map(({ value }, index) => ({
          value,
          itemStyle: { color: index === 0 ? colours.others[0] : colours.ours },
        })),
        label: {
          show: true,
          position: 'right' as const,
          color: colours.text,
          formatter: ({ value }: { value: unknown }) => trim(Number(value)),
        },
      },
    ],
  });
}

/** Every chart of docs/performance.md, by the name of its file. */
export function chartsOf({ comparison }: Pick<Figures, 'comparison'>): Record<string, DrawnChart> {
  const { trace, idle, activity, fleets } = comparison;
  return {
    // A quick run plays no trace.
    lateness: { chart: latenessChart(trace.length > 0 ? trace : fleets), height: 330 },
    fleets: { chart: fleetCostChart(fleets), height: 420 },
    idle: { chart: idleCostChart(idle), height: 420 },
    activity: { chart: activityCostChart(activity), height: 420 },
    scheduler: { chart: schedulerChart(comparison), height: 400 },
    reports: { chart: reportsChart(comparison), height: 260 },
  };
}

export interface DrawnChart {
  chart: Chart;
  /** Pixels. */
  height: number;
}
