import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** A colour of the style sheet, as it is in the present scheme: a canvas knows no variables. */
export function colour(name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const FONT = '12px -apple-system, "Segoe UI", Roboto, Inter, "Noto Sans", system-ui, sans-serif';

export function axis(more: uPlot.Axis = {}): uPlot.Axis {
  return {
    stroke: colour('muted'),
    font: FONT,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    gap: 6,
    size: 26,
    ...more,
  };
}

export interface ChartProps {
  /** What it shows, for those who do not see it. */
  label: string;
  height: number;
  data: uPlot.AlignedData;
  /** Made anew for another scheme. */
  options: () => Omit<uPlot.Options, 'width' | 'height'>;
  /** What stands beside the pointer at a place of the data; nothing if it is undefined. */
  tip: (index: number) => string[] | undefined;
  /** Changes where the options do. */
  kind: string;
  /** The same as a table, which is there for screen readers. */
  children: ComponentChildren;
}

/** A chart with a tip under the pointer. It follows the width of its place, and the colour scheme. */
export function Chart({ label, height, data, options, tip, kind, children }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const tipOf = useRef(tip);
  tipOf.current = tip;
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const bubble = document.createElement('div');
    bubble.className = 'tip';
    bubble.hidden = true;
    const draw = () => {
      plot.current?.destroy();
      const given = options();
      plot.current = new uPlot(
        {
          legend: { show: false },
          padding: [8, 8, 0, 0],
          ...given,
          width: Math.max(120, element.clientWidth),
          height,
          cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
          hooks: { setCursor: [(self) => showTip(self, bubble, tipOf.current)] },
        },
        plot.current?.data ?? data,
        element,
      );
      plot.current.over.append(bubble);
    };
    draw();
    const sizes = new ResizeObserver(() =>
      plot.current?.setSize({ width: Math.max(120, element.clientWidth), height }),
    );
    sizes.observe(element);
    window.addEventListener('themechange', draw);
    return () => {
      sizes.disconnect();
      window.removeEventListener('themechange', draw);
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [kind, height]);
  useEffect(() => plot.current?.setData(data), [data]);
  return (
    <>
      <div class="chart" role="img" aria-label={label} ref={place} />
      <div class="unseen">{children}</div>
    </>
  );
}

function showTip(self: uPlot, bubble: HTMLElement, tip: ChartProps['tip']): void {
  const { idx, left = -1 } = self.cursor;
  const lines = idx === null || idx === undefined || left < 0 ? undefined : tip(idx);
  bubble.hidden = lines === undefined;
  if (lines === undefined) return;
  bubble.replaceChildren(
    ...lines.map((text, index) => {
      const line = document.createElement(index === 0 ? 'strong' : 'span');
      line.textContent = text;
      return line;
    }),
  );
  const width = self.over.clientWidth;
  bubble.style.left = `${Math.min(Math.max(left, 70), Math.max(70, width - 70))}px`;
}

/** The path of bars that leave some room between them. */
export function bars(share = 0.72): uPlot.Series.PathBuilder {
  const build = uPlot.paths.bars?.({ size: [share, 26], radius: 0.18 });
  if (!build) throw new Error('uPlot draws no bars, expected it to');
  return build;
}

/** Whole numbers alone on an axis of counts. */
export function wholeSplits(_: uPlot, __: number, ___: number, most: number): number[] {
  const step = Math.max(1, 10 ** Math.floor(Math.log10(Math.max(1, most))) / (most < 3 ? 1 : 2));
  const fits = [step, step * 2, step * 4, step * 10].find((size) => most / size <= 4) ?? step;
  const whole = Math.max(1, Math.ceil(fits));
  return Array.from({ length: Math.floor(most / whole) + 1 }, (_unused, index) => index * whole);
}
