/** A figure from repeated runs. */
export interface Measured {
  median: number;
  lowest: number;
  highest: number;
  runs: number;
}

/** The middle, the lowest and the highest of `values` (at least one). */
export function summarise(values: readonly number[]): Measured {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return {
    median: at(Math.floor(sorted.length / 2)),
    lowest: at(0),
    highest: at(sorted.length - 1),
    runs: sorted.length,
  };
}

/**
 * Nanoseconds per item of `work`, which handles `items` of them a call: warmed up first, then `runs` samples of
 * at least `sampleMs` each.
 */
export async function nanosecondsPerItem(
  items: number,
  work: () => unknown,
  { runs = 15, sampleMs = 200 } = {},
): Promise<Measured> {
  await sample(items, work, 2 * sampleMs);
  const values: number[] = [];
  for (let run = 0; run < runs; run += 1) values.push(await sample(items, work, sampleMs));
  return summarise(values);
}

async function sample(items: number, work: () => unknown, sampleMs: number): Promise<number> {
  const begin = performance.now();
  let calls = 0;
  let elapsed = 0;
  do {
    await work();
    calls += 1;
    elapsed = performance.now() - begin;
  } while (elapsed < sampleMs);
  return (elapsed * 1e6) / (calls * items);
}
