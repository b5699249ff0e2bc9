import { type LaneOptions, StreamLane } from './lane.ts';
import { StreamProgress } from './progress.ts';
import type { ShardReader } from './reader.ts';
import { laneOf, passes, type StreamRecord } from './records.ts';

/** How far reading may run ahead of handling, e.g. while one lane is stuck. */
const MOST_OPEN_RECORDS = 10_000;

/** What a shard needs from the poller. */
export interface ShardOptions extends Omit<LaneOptions, 'finish' | 'discard'> {
  /** Keeps the checkpoint: everything up to this sequence number (included) has been dealt with. */
  saveCheckpoint: (sequenceNumber: string) => Promise<void>;
  discard: LaneOptions['discard'];
}

/** One shard: reads it, shares its records out to lanes by item, and keeps its checkpoint. */
export class StreamShard {
  private readonly reader: ShardReader;
  private readonly options: ShardOptions;
  private readonly progress = new StreamProgress();
  private readonly lanes: StreamLane[];

  constructor(reader: ShardReader, options: ShardOptions) {
    this.reader = reader;
    this.options = options;
    const laneOptions: LaneOptions = { ...options, finish: (records) => this.finish(records) };
    this.lanes = Array.from(
      { length: options.mapping.parallelizationFactor },
      () => new StreamLane(laneOptions),
    );
  }

  /** Whether records are being handled. */
  get isActive(): boolean {
    return this.lanes.some((lane) => lane.isActive);
  }

  /** Whether reading can only go on once records have been handled: too many wait, or they are the last. */
  get isHeldUp(): boolean {
    return this.progress.size >= MOST_OPEN_RECORDS || (this.reader.hasEnded && this.progress.size > 0);
  }

  /** Whether the shard is closed and all of it has been dealt with. */
  get isFinished(): boolean {
    return this.reader.hasEnded && this.progress.size === 0;
  }

  /** Reads once and hands the records to the lanes. Returns how many there were. */
  async poll(abortSignal: AbortSignal): Promise<number> {
    if (this.isHeldUp || this.reader.hasEnded) return 0;
    const records = await this.reader.read(abortSignal);
    const shares = this.lanes.map((): StreamRecord[] => []);
    const passedOver: StreamRecord[] = [];
    for (const record of records) {
      this.progress.add(record.sequenceNumber);
      if (!passes(record, this.options.mapping)) passedOver.push(record);
      else shares[laneOf(record.itemKey, this.lanes.length)]?.push(record);
    }
    for (const [index, lane] of this.lanes.entries()) lane.push(shares[index] ?? []);
    if (passedOver.length > 0) await this.finish(passedOver);
    return records.length;
  }

  /** Resolves when no invocation is running; none begins any more. */
  async stop(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.stop()));
  }

  private async finish(records: readonly StreamRecord[]): Promise<void> {
    const checkpoint = this.progress.finish(records.map((record) => record.sequenceNumber));
    if (checkpoint === undefined) return;
    try {
      await this.options.saveCheckpoint(checkpoint);
    } catch (error) {
      // The records are handled; without the checkpoint they would only be handled once more after a restart.
      this.options.log(
        `checkpoint ${checkpoint} of ${this.options.mapping.functionName} is not kept: ${error}`,
      );
    }
  }
}
