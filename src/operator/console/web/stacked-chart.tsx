import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import { axis, bars, Chart, colour, wholeSplits } from './chart.tsx';
import { count } from './words.ts';

export interface Stack {
  at: number;
  archive: number;
  terminate: number;
}

export interface StackedChartProps {
  label: string;
  /** What stands at the head of the tip and of a line of the table. */
  name: (at: number) => string;
  /** What stands below the axis. */
  tick: (at: number, previous: number | undefined) => string;
  stacks: Stack[];
  slotSeconds: number;
  height?: number;
  kind: string;
}

/** Archives and terminations by slot, on top of each other. */
export function StackedChart({
  label,
  name,
  tick,
  stacks,
  slotSeconds,
  height = 200,
  kind,
}: StackedChartProps) {
  const data = useMemo<uPlot.AlignedData>(
    () => [
      stacks.map(({ at }) => at),
      stacks.map(({ archive, terminate }) => archive + terminate),
      stacks.map(({ terminate }) => terminate),
    ],
    [stacks],
  );
  const half = slotSeconds / 2;
  const options = () => ({
    scales: {
      x: {
        time: false,
        range: (_: uPlot, low: number, high: number): [number, number] => [low - half, high + half],
      },
      y: {
        range: (_: uPlot, __: number, high: number): [number, number] => [
          0,
          Math.max(1, Math.ceil((high ?? 0) * 1.08)),
        ],
      },
    },
    series: [
      {},
      { paths: bars(), fill: colour('archive'), points: { show: false } },
      { paths: bars(), fill: colour('terminate'), points: { show: false } },
    ],
    axes: [
      axis({
        grid: { show: false },
        splits: (self: uPlot) => ticksOf(self, slotSeconds),
        values: (_: uPlot, splits: number[]) => splits.map((at, index) => tick(at, splits[index - 1])),
      }),
      axis({ size: 42, splits: wholeSplits, values: (_: uPlot, splits: number[]) => splits.map(count) }),
    ],
  });
  const tip = (index: number) => {
    const stack = stacks[index];
    if (!stack) return undefined;
    return [
      name(stack.at),
      `${count(stack.archive)} to archive`,
      `${count(stack.terminate)} to terminate`,
    ].map((line) =>
      kind === 'actions'
        ? line.replace('to archive', 'archived').replace('to terminate', 'terminated')
        : line,
    );
  };
  return (
    <Chart label={label} height={height} data={data} options={options} tip={tip} kind={kind}>
      <table>
        <caption>{label}</caption>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Archive</th>
            <th scope="col">Terminate</th>
          </tr>
        </thead>
        <tbody>
          {stacks
            .filter(({ archive, terminate }) => archive + terminate > 0)
            .map(({ at, archive, terminate }) => (
              <tr key={at}>
                <th scope="row">{name(at)}</th>
                <td>{archive}</td>
                <td>{terminate}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </Chart>
  );
}

/** As many as have room: some eighty points each. */
function ticksOf(self: uPlot, slotSeconds: number): number[] {
  const slots = [...self.data[0]];
  const room = Math.max(2, Math.floor(self.bbox.width / devicePixelRatio / 80));
  const steps = slotSeconds === 3_600 ? [3, 6, 12, 24] : [1, 2, 5, 7, 10, 15];
  const step = steps.find((size) => slots.length / size <= room) ?? steps.at(-1) ?? 1;
  if (slotSeconds === 3_600) return slots.filter((at) => (at / 3_600) % step === 0);
  return slots.filter((_, index) => index % step === 0);
}

/** The two colours and what they stand for. */
export function StackLegend({ archive, terminate }: { archive: string; terminate: string }) {
  return (
    <ul class="legend">
      <li class="key-archive">{archive}</li>
      <li class="key-terminate">{terminate}</li>
    </ul>
  );
}
