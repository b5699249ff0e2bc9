import { DEPLOYED } from './alternatives/deployed.ts';
import { archivedAfterMs } from './end-to-end/archived-after.ts';
import { armedAfterMs } from './end-to-end/armed-after.ts';
import { type Way, type WritesHeld, writesHeld } from './end-to-end/writes-held.ts';
import { type Measured, summarise } from './measure.ts';
import type { Percentiles } from './percentiles.ts';

export interface EndToEndOptions {
  /** All of it small, and without the wait for deadlines: some 15 s. Default false. */
  quick?: boolean;
  /** How many report at the same time, each waiting for the answer before the next. Default 10. */
  writers?: number;
}

export interface WritesFigures {
  writers: number;
  seconds: number;
  /** Reports recorded per second while the reactor reads the stream behind them; one value for each fresh stack. */
  perSecond: Measured;
  /** How far the reactor was behind at the end: from the answer to the last report until the stream was drained, ms. */
  drainedAfterMs: Measured;
  /** Of the stack's process, without the engine's, MiB: afterwards, and the most. */
  rssMiB: Measured;
  mostRssMiB: Measured;
}

export interface EndToEndFigures {
  /** Activity reports written by UpdateItem straight to the table. */
  table: WritesFigures;
  /** Activity reports by `POST /workspaces/activity`. */
  http: WritesFigures;
  /** From just before a row is sent to the table until its first schedule exists, ms. */
  armedAfterMs: Percentiles;
  /**
   * How long serverless.yml lets the stream's batches wait to fill, seconds. The local stack leaves that out (a person waits), so on
   * AWS up to as much is to be added to `armedAfterMs`.
   */
  batchWindowSecondsOnAws: number;
  /** From the second of the deadline until the workspace is archived, ms; undefined in a quick run. */
  archivedAfterMs: Percentiles | undefined;
}

/**
 * The whole local stack in real time and in a process of its own, with its data on this machine's disk, driven from this process as its
 * users do. Some two and a half minutes, a quick run some 15 s. Throws where something does not happen, or not in time.
 */
export async function benchEndToEnd({
  quick = false,
  writers = 10,
}: EndToEndOptions = {}): Promise<EndToEndFigures> {
  const [runs, seconds] = quick ? [1, 1] : [3, 5];
  const held: Record<Way, WritesHeld[]> = { table: [], http: [] };
  for (let run = 0; run < runs; run += 1)
    for (const way of ['table', 'http'] as const) held[way].push(await writesHeld(way, writers, seconds));
  const figures = (way: Way): WritesFigures => ({
    writers,
    seconds,
    perSecond: summarise(held[way].map(({ perSecond }) => perSecond)),
    drainedAfterMs: summarise(held[way].map(({ drainedAfterMs }) => drainedAfterMs)),
    rssMiB: summarise(held[way].map(({ memory }) => memory.rssMiB)),
    mostRssMiB: summarise(held[way].map(({ memory }) => memory.mostRssMiB)),
  });
  return {
    table: figures('table'),
    http: figures('http'),
    armedAfterMs: await armedAfterMs(quick ? 20 : 300),
    batchWindowSecondsOnAws: DEPLOYED.reactor.windowSeconds,
    archivedAfterMs: quick ? undefined : await archivedAfterMs(150),
  };
}
