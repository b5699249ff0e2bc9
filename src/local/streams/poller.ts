import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { StreamMapping } from '../template/functions.ts';
import type { InFlight } from '../time/in-flight.ts';
import { Pause, type Sleep, sleep } from '../time/pause.ts';
import { retryDelayMs } from './batches.ts';
import { type CheckpointStore, StreamCheckpoints } from './checkpoints.ts';
import { listShards, readyShards, ShardReader } from './reader.ts';
import type { StreamRecord } from './records.ts';
import { StreamShard } from './shard.ts';

/** Records that a mapping has given up. */
export interface DiscardedBatch {
  functionName: string;
  streamArn: string;
  shardId: string;
  records: DynamoDBRecord[];
  /** How often the function was tried with them. */
  attempts: number;
}

/** What a poller needs. */
export interface StreamPollerOptions {
  client: DynamoDBStreamsClient;
  streamArn: string;
  mapping: StreamMapping;
  /** Invokes the function once; rejects when it throws or exceeds its timeout. Must not change the event. */
  invoke: (functionName: string, event: DynamoDBStreamEvent) => Promise<unknown>;
  checkpoints: CheckpointStore;
  /** Must reject if it cannot keep the batch; it is then called again. */
  failureDestination: (batch: DiscardedBatch, reason: string) => Promise<void>;
  inFlight: InFlight;
  log?: (message: string) => void;
  /** How often to look without being poked. Default 200 ms. */
  idleMs?: number;
  random?: () => number;
  sleep?: Sleep;
}

const DEFAULT_IDLE_MS = 200;
/** A stream that cannot be read for longer does not count as work: it may be gone for good. */
const LONGEST_HELD_WAIT_MS = 2000;

/**
 * One event source mapping: reads a table's stream and invokes a function with its records, as Lambda does:
 * in order per item, at least once, with partial batch failures, bisection, retries and a failure destination.
 * Nothing that the function or the engine does makes it end. Windows, backoff and ages count in real time.
 */
export class StreamPoller {
  private readonly options: StreamPollerOptions & { log: (message: string) => void; random: () => number };
  private readonly checkpoints: StreamCheckpoints;
  private readonly shards = new Map<string, StreamShard>();
  /** Whether there may be shards that are not in `shards`. */
  private mustDiscover = true;
  private readonly pause: Pause;
  private readonly abort = new AbortController();
  private running: Promise<void> | undefined;
  private pokes = 0;
  /** The value of `pokes` before the last poll that found nothing. */
  private drained = 0;
  /** Whether the last poll found records, so that there may be more. */
  private hasFound = false;
  /** Consecutive polls that failed. */
  private failures = 0;
  private isUnreadable = false;
  /** Shards that the last poll could not read on, as their records must be handled first. */
  private heldUp: StreamShard[] = [];
  private release: (() => void) | undefined;

  constructor(options: StreamPollerOptions) {
    this.options = { log: console.error, random: Math.random, ...options };
    this.pause = new Pause(options.sleep ?? sleep);
    const { checkpoints, mapping, streamArn } = options;
    this.checkpoints = new StreamCheckpoints(checkpoints, mapping.functionName, streamArn);
  }

  /** Begins at the checkpoint, or at the stream's oldest record. What is there already counts as in flight. */
  start(): void {
    this.poke();
    this.running ??= this.run();
  }

  /** Polls at once. Call it when a write to the table has been committed, before it is answered. */
  poke(): void {
    if (this.abort.signal.aborted) return;
    this.pokes += 1;
    this.updateHold();
    this.pause.cut();
  }

  /** Resolves when no invocation is running; none begins any more. */
  async stop(): Promise<void> {
    this.abort.abort();
    this.pause.cut();
    await this.running;
    await Promise.all([...this.shards.values()].map((shard) => shard.stop()));
    this.drained = this.pokes;
    this.hasFound = false;
    this.heldUp = [];
    this.updateHold();
  }

  private async run(): Promise<void> {
    while (!this.abort.signal.aborted) {
      const pokes = this.pokes;
      try {
        this.hasFound = await this.poll();
        this.noteSuccess();
        if (this.hasFound) continue;
        this.drained = pokes;
        this.updateHold();
        if (!this.hasUnread() && !this.abort.signal.aborted) {
          await this.pause.wait(this.options.idleMs ?? DEFAULT_IDLE_MS);
        }
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  private noteSuccess(): void {
    if (this.failures > 0) this.options.log(`the stream of ${this.options.mapping.tableName} is back`);
    this.failures = 0;
    this.isUnreadable = false;
  }

  private async recover(error: unknown): Promise<void> {
    if (this.abort.signal.aborted) return;
    this.failures += 1;
    const delayMs = retryDelayMs(this.failures, this.options.random);
    if (this.failures === 1) {
      const { tableName, functionName } = this.options.mapping;
      this.options.log(`the stream of ${tableName} for ${functionName} cannot be read, trying on: ${error}`);
    }
    this.isUnreadable = delayMs > LONGEST_HELD_WAIT_MS;
    this.updateHold();
    await this.pause.wait(delayMs);
  }

  /** Reads each shard once. Returns whether there may be more to read at once. */
  private async poll(): Promise<boolean> {
    if (this.mustDiscover || this.shards.size === 0) await this.discover();
    let hasFound = false;
    const heldUp: StreamShard[] = [];
    for (const [shardId, shard] of this.shards) {
      if (shard.isHeldUp) heldUp.push(shard);
      if ((await shard.poll(this.abort.signal)) > 0) hasFound = true;
      if (!shard.isFinished) continue;
      await this.checkpoints.saveEnd(shardId);
      this.shards.delete(shardId);
      this.mustDiscover = true;
    }
    this.heldUp = heldUp;
    return hasFound || this.mustDiscover;
  }

  private async discover(): Promise<void> {
    const { client, streamArn } = this.options;
    const listed = await listShards(client, streamArn, this.abort.signal);
    for (const shardId of readyShards(listed, (id) => this.checkpoints.hasEnded(id))) {
      if (!this.shards.has(shardId)) this.shards.set(shardId, this.takeUp(shardId));
    }
    this.mustDiscover = false;
  }

  private takeUp(shardId: string): StreamShard {
    const { client, streamArn, mapping, invoke, failureDestination } = this.options;
    const { functionName } = mapping;
    const toEvents = (records: readonly StreamRecord[]) => records.map(({ event }) => event);
    return new StreamShard(new ShardReader(client, streamArn, shardId, this.checkpoints.of(shardId)), {
      mapping,
      invoke: (records) => invoke(functionName, { Records: toEvents(records) }),
      saveCheckpoint: (sequenceNumber) => this.checkpoints.save(shardId, sequenceNumber),
      discard: (records, reason, attempts) => {
        const batch = { functionName, streamArn, shardId, records: toEvents(records), attempts };
        return failureDestination(batch, reason);
      },
      onChange: () => {
        this.updateHold();
        if (this.hasUnread()) this.pause.cut();
      },
      log: this.options.log,
      now: () => Date.now() / 1000,
      random: this.options.random,
      sleep: this.options.sleep ?? sleep,
    });
  }

  /** Whether there may be records that no poll has looked for. */
  private hasUnread(): boolean {
    return this.hasFound || this.pokes > this.drained || this.heldUp.some((shard) => !shard.isHeldUp);
  }

  private updateHold(): void {
    const isReading = this.hasUnread() && !this.isUnreadable;
    const isBusy = isReading || [...this.shards.values()].some((shard) => shard.isActive);
    if (isBusy) {
      this.release ??= this.options.inFlight.begin();
    } else {
      this.release?.();
      this.release = undefined;
    }
  }
}
