import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { bundleForThreads } from '../../support/bundle-for-threads.ts';
import type { DesignFigures } from './run-design.ts';
import type { Run } from './worker.ts';

/** A fleet of a million takes a gigabyte and a half, so no more than this at a time. */
const MOST_THREADS = 4;
const HEAP_MEGABYTES = 4_096;

/** Plays all of these, several at a time, and returns their figures in the same order. What comes out depends on no thread. */
export async function runAll(
  runs: readonly Run[],
  done: (run: Run, figures: DesignFigures) => void = () => {},
): Promise<DesignFigures[]> {
  const bundle = await bundleForThreads('tests/bench/alternatives/worker.ts', 'bench/alternatives');
  const results: DesignFigures[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < runs.length; index = next++) {
      const run = runs[index] as Run;
      const figures = await runInThread(bundle, run);
      results[index] = figures;
      done(run, figures);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST_THREADS, availableParallelism()) }, work));
  return results;
}

/** In a thread of its own, so that its memory is given back. */
function runInThread(bundle: string, run: Run): Promise<DesignFigures> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(bundle, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES } });
    worker.once('error', reject);
    worker.once('message', (figures: DesignFigures) => {
      resolve(figures);
      void worker.terminate();
    });
    worker.postMessage(run);
  });
}
