import type { TitleComponentOption } from 'echarts';
import type { Colours } from './render-chart.ts';

/** What the chart says, and below it of what. */
export function heading(text: string, subtext: string, { text: color }: Colours): TitleComponentOption {
  return {
    text,
    subtext,
    left: 16,
    top: 12,
    textStyle: { color, fontSize: 17, fontWeight: 600 },
    subtextStyle: { color, opacity: 0.75, fontSize: 13 },
  };
}

/** An axis of numbers. */
export function valueAxis(
  name: string,
  { text, faint }: Colours,
  options: { log?: boolean; min?: number; max?: number; format?: (value: number) => string } = {},
) {
  const { log = false, min, max, format = short } = options;
  return {
    type: log ? ('log' as const) : ('value' as const),
    name,
    nameLocation: 'middle' as const,
    nameGap: 34,
    nameTextStyle: { color: text },
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    axisLabel: { color: text, formatter: format },
    axisLine: { show: true, lineStyle: { color: faint } },
    splitLine: { lineStyle: { color: faint, opacity: 0.6 } },
  };
}

/** An axis of names, the first on top. */
export function nameAxis(names: readonly string[], { text, faint }: Colours) {
  return {
    type: 'category' as const,
    data: [...names],
    inverse: true,
    axisLabel: { color: text, fontSize: 13 },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: faint } },
  };
}

/** E.g. 1.2 M, 340 k, 12. */
export function short(value: number): string {
  if (value >= 1e9) return `${trim(value / 1e9)} G`;
  if (value >= 1e6) return `${trim(value / 1e6)} M`;
  if (value >= 1e3) return `${trim(value / 1e3)} k`;
  return trim(value);
}

/** Three digits that count. */
export function trim(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

/** E.g. 0.4 s, 30 s, 28 min, 1 h. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds >= 3_600) return `${trim(seconds / 3_600)} h`;
  if (seconds >= 120) return `${trim(seconds / 60)} min`;
  return `${trim(seconds)} s`;
}

/** E.g. $0.004, $1.20, $820. */
export function dollars(value: number): string {
  if (value >= 100) return `$${Math.round(value).toLocaleString('en')}`;
  return value >= 1 ? `$${value.toFixed(2)}` : `$${trim(value)}`;
}
