import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import type { Lateness } from '../protocol.ts';
import { axis, Chart, colour } from './chart.tsx';
import { length, utc } from './words.ts';

/** A minute is what EventBridge Scheduler takes; a day is worth a look. So the axis is logarithmic, with room for none at all. */
const place = (seconds: number) => Math.log10(1 + Math.max(0, seconds));
const TICKS = [0, 1, 10, 60, 600, 3_600, 36_000, 86_400, 864_000];
const MINUTE = 60;

/** What each action was late by, in the order in which they were done. */
export function LatenessChart({ lateness }: { lateness: Lateness[] }) {
  const data = useMemo<uPlot.AlignedData>(
    () => [
      lateness.map((_, index) => index),
      lateness.map(({ what, seconds }) => (what === 'archived' ? place(seconds) : null)),
      lateness.map(({ what, seconds }) => (what === 'terminated' ? place(seconds) : null)),
    ],
    [lateness],
  );
  const most = place(Math.max(MINUTE * 2, ...lateness.map(({ seconds }) => seconds * 1.3)));
  const dots = (name: string) => ({
    paths: () => null,
    points: { show: true, size: 7, fill: colour(name), stroke: colour('surface'), width: 1 },
  });
  const options = () => ({
    scales: {
      x: {
        time: false,
        range: (_: uPlot, low: number, high: number): [number, number] => [low - 0.5, high + 0.5],
      },
      y: { range: (): [number, number] => [-0.12, most] },
    },
    series: [{}, dots('archive'), dots('terminate')],
    axes: [
      axis({ grid: { show: false }, values: () => [], size: 8 }),
      axis({
        size: 52,
        splits: () => TICKS.map(place).filter((at) => at <= most),
        values: (_: uPlot, splits: number[]) => splits.map((_split, index) => length(TICKS[index] ?? 0)),
      }),
    ],
  });
  const tip = (index: number) => {
    const one = lateness[index];
    return one && [one.workspace, `${one.what} ${utc(one.at)}`, `${length(one.seconds)} after it was due`];
  };
  const label = `Lateness of the last ${lateness.length} archives and terminations`;
  return (
    <Chart
      label={label}
      height={200}
      data={data}
      options={options}
      tip={tip}
      kind={`lateness ${most.toFixed(1)}`}
    >
      <table>
        <caption>{label}</caption>
        <tbody>
          {lateness.slice(-30).map(({ workspace, what, at, seconds }) => (
            <tr key={`${workspace}${at}`}>
              <th scope="row">{workspace}</th>
              <td>{what}</td>
              <td>{length(seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Chart>
  );
}

/** Half of them were at most so late, and so on, in seconds. */
export function quantile(lateness: readonly Lateness[], share: number): number {
  const sorted = lateness.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
