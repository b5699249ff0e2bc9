import type { BundleFigures } from '../bundles.bench.ts';
import type { DeadlineFigures } from '../deadline.bench.ts';
import type { EndToEndFigures } from '../end-to-end.bench.ts';
import type { FanOutFigures } from '../fan-out.bench.ts';
import type { Measured } from '../measure.ts';
import type { ReactorFigures } from '../reactor.bench.ts';
import { table } from './table.ts';

const count = (value: number) => Math.round(value).toLocaleString('en');
/** The middle, and the lowest and highest behind it. */
const spread = ({ median, lowest, highest }: Measured, show: (value: number) => string) =>
  `${show(median)} (${show(lowest)} to ${show(highest)})`;
/** How many a second are so many nanoseconds each. */
const perSecond = ({ median, lowest, highest, runs }: Measured): Measured => ({
  median: 1e9 / median,
  lowest: 1e9 / highest,
  highest: 1e9 / lowest,
  runs,
});

/** Records a second, and what a record's time goes into. */
export function reactorTable({ perRecordNs, shares }: ReactorFigures): string {
  return table(
    ['a heartbeat of an armed workspace', 'median (lowest to highest)'],
    [
      ['records a second', `**${spread(perSecond(perRecordNs), count)}**`],
      ['ns a record', spread(perRecordNs, count)],
      ...shares.map(({ part, ns }) => [part, `${count(ns)} ns`]),
    ],
  );
}

/** Decisions a second for each kind of wake-up. */
export function deadlineTable({ kinds, shares }: DeadlineFigures): string {
  const wakeUps = table(
    ['a wake-up that …', 'decisions a second, median (lowest to highest)', 'calls that it makes'],
    kinds.map(({ kind, perDecisionNs, calls }) => [
      kind,
      `**${spread(perSecond(perDecisionNs), count)}**`,
      String(calls),
    ]),
  );
  const parts = table(
    ['of one that comes early', 'ns'],
    shares.map(({ part, ns }) => [part, count(ns)]),
  );
  return `${wakeUps}\n\n${parts}`;
}

/** Workspaces a second, beside what the engine takes. */
export function fanOutTable(figures: FanOutFigures): string {
  const { workspaces, perSecond: handler, rawPerSecond, overheadPercent, cpuMicroseconds } = figures;
  const percent = (value: number) => `${value.toFixed(1)} %`;
  return table(
    [`${count(workspaces)} workspaces`, 'median (lowest to highest)'],
    [
      ['carried by the handler, workspaces a second', `**${spread(handler, count)}**`],
      ['the same updates alone: the engine and the SDK', spread(rawPerSecond, count)],
      ['what the handler adds', spread(overheadPercent, percent)],
      ['processor time of the handler', `${spread(cpuMicroseconds, count)} µs a workspace`],
      ['processor time of the updates alone', `${spread(figures.rawCpuMicroseconds, count)} µs`],
    ],
  );
}

/** What the local stack holds, and how long it takes from a write to a schedule and from a deadline to the archive. */
export function endToEndTable(figures: EndToEndFigures): string {
  const { table: ofTable, http, armedAfterMs, archivedAfterMs } = figures;
  const row = (way: string, { perSecond: each, drainedAfterMs, mostRssMiB }: EndToEndFigures['table']) => [
    way,
    `**${spread(each, count)}**`,
    `${count(drainedAfterMs.median)} ms`,
    `${count(mostRssMiB.median)} MiB`,
  ];
  const held = table(
    [
      `${ofTable.writers} writers for ${ofTable.seconds} s`,
      'reports a second, median (lowest to highest)',
      'reactor behind at the end',
      'memory at most',
    ],
    [row('written to the table', ofTable), row('by `POST /workspaces/activity`', http)],
  );
  const times = table(
    ['time', 'p50', 'p99', 'most', 'of'],
    [
      timesRow('from the write of a row to its schedule', armedAfterMs),
      ...(archivedAfterMs
        ? [timesRow('from the second of the deadline to `archived`', archivedAfterMs)]
        : []),
    ],
  );
  return `${held}\n\n${times}`;
}

function timesRow(what: string, { p50, p99, max, count: of }: EndToEndFigures['armedAfterMs']): string[] {
  return [what, ...[p50, p99, max].map((ms) => `${count(ms)} ms`), count(of)];
}

/** Sizes, starts and memory. */
export function bundlesTable(bundles: readonly BundleFigures[]): string {
  const kB = (bytes: number) => `${(bytes / 1_000).toFixed(0)} kB`;
  const ms = (value: number) => `${value.toFixed(0)}`;
  return table(
    [
      'function',
      'minified',
      'gzipped',
      'starts in, ms',
      'with its clients of AWS alone, ms',
      'memory then, MiB',
    ],
    bundles.map((one) => [
      one.name,
      kB(one.bytes),
      kB(one.gzipBytes),
      spread(one.startMs, ms),
      spread(one.clientsMs, ms),
      ms(one.memoryMiB.median),
    ]),
  );
}
