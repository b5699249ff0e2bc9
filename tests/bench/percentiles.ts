/** How values are spread: half lies at or below `p50`, 99 of 100 at or below `p99`. NaN where there are none. */
export interface Percentiles {
  p50: number;
  p99: number;
  max: number;
  count: number;
}

/** The spread of these values, in their own unit. */
export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1), count: sorted.length };
}
