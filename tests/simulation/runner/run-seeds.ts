import { Worker } from 'node:worker_threads';
import type { SeedResult } from './worker.ts';

export interface SeedRange {
  from: number;
  /** Included. */
  to: number;
  /** So many threads. */
  workers: number;
  /** Told after every seed. */
  onSeed?(result: SeedResult): void;
}

export interface SeedTotal {
  seeds: number;
  events: number;
  seconds: number;
  /** The lowest seed that broke a promise; undefined if none did. */
  broken: SeedResult | undefined;
}

/**
 * Plays the stories of a range of seeds on several threads, until one breaks a promise. All below that one are played to
 * their end, so what comes out does not depend on the threads.
 */
export async function runSeeds(bundle: string, range: SeedRange): Promise<SeedTotal> {
  const began = performance.now();
  const total: SeedTotal = { seeds: 0, events: 0, seconds: 0, broken: undefined };
  let next = range.from;
  const take = () => (next <= range.to && !(total.broken && next > total.broken.seed) ? next++ : undefined);
  const see = (result: SeedResult) => {
    total.seeds += 1;
    total.events += result.events;
    if (result.violations.length > 0 && !(total.broken && total.broken.seed < result.seed))
      total.broken = result;
    range.onSeed?.(result);
  };
  await Promise.all(Array.from({ length: range.workers }, () => work(bundle, take, see)));
  return { ...total, seconds: (performance.now() - began) / 1_000 };
}

function work(
  bundle: string,
  take: () => number | undefined,
  see: (result: SeedResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(bundle);
    const give = () => {
      const seed = take();
      if (seed === undefined) void worker.terminate().then(() => resolve());
      else worker.postMessage(seed);
    };
    worker.on('message', (result: SeedResult) => {
      see(result);
      give();
    });
    worker.on('error', reject);
    give();
  });
}
