import type { StreamMapping } from '../template/functions.ts';
import { Pause, type Sleep } from '../time/pause.ts';
import { countOfBatch, decideAfterInvocation, type Outcome, type Piece, retryDelayMs } from './batches.ts';
import type { StreamRecord } from './records.ts';

/** A longer wait for a retry does not count as work: one poison batch would stop the fleet's clock for ever. */
const LONGEST_HELD_WAIT_MS = 2000;

/** What a lane needs from those around it. */
export interface LaneOptions {
  mapping: StreamMapping;
  invoke: (records: readonly StreamRecord[]) => Promise<unknown>;
  /** Called with records that were handled or discarded, as soon as they were. */
  finish: (records: readonly StreamRecord[]) => Promise<void>;
  /** Hands records over to the failure destination. Tried until it succeeds. */
  discard: (records: readonly StreamRecord[], reason: string, attempts: number) => Promise<void>;
  /** Called whenever `isActive` may have changed. */
  onChange: () => void;
  log: (message: string) => void;
  /** Real epoch seconds. */
  now: () => number;
  random: () => number;
  sleep: Sleep;
}

/** The records of a share of a shard's items, handled in order, one invocation at a time. */
export class StreamLane {
  private readonly options: LaneOptions;
  private readonly queue: { record: StreamRecord; arrivedAt: number }[] = [];
  private readonly window: Pause;
  private readonly backoff: Pause;
  private running: Promise<void> | undefined;
  private waitsLong = false;
  private stopped = false;

  constructor(options: LaneOptions) {
    this.options = options;
    this.window = new Pause(options.sleep);
    this.backoff = new Pause(options.sleep);
  }

  /** Whether records are being handled, or will be within moments. */
  get isActive(): boolean {
    return this.running !== undefined && !this.waitsLong;
  }

  /** Adds records behind those that wait. */
  push(records: readonly StreamRecord[]): void {
    if (this.stopped || records.length === 0) return;
    const arrivedAt = this.options.now();
    for (const record of records) this.queue.push({ record, arrivedAt });
    if (this.queue.length >= this.options.mapping.batchSize) this.window.cut();
    this.running ??= this.run();
  }

  /** Resolves when no record is left, or the lane has been stopped. */
  async idle(): Promise<void> {
    await this.running;
  }

  /** Begins no further invocation, and resolves when the running one has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.window.cut();
    this.backoff.cut();
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0 && !this.stopped) {
      await this.fillWindow();
      await this.handle({ records: this.takeBatch(), retries: 0 });
    }
    this.running = undefined;
    this.options.onChange();
  }

  private async fillWindow(): Promise<void> {
    const { batchSize, batchWindowSeconds } = this.options.mapping;
    const [oldest] = this.queue;
    if (oldest === undefined || this.queue.length >= batchSize) return;
    const waitMs = (oldest.arrivedAt + batchWindowSeconds - this.options.now()) * 1000;
    if (waitMs > 0) await this.window.wait(waitMs);
  }

  private takeBatch(): StreamRecord[] {
    const { batchSize } = this.options.mapping;
    const waiting = this.queue.slice(0, batchSize).map(({ record }) => record);
    return this.queue.splice(0, countOfBatch(waiting, batchSize)).map(({ record }) => record);
  }

  private async handle(batch: Piece): Promise<void> {
    const { mapping, now, random, log } = this.options;
    const pieces = [batch];
    for (let piece = pieces.shift(); piece !== undefined && !this.stopped; piece = pieces.shift()) {
      const outcome = await this.attempt(piece.records);
      const verdict = decideAfterInvocation(piece, outcome, mapping, now(), random);
      await this.options.finish(verdict.handled);
      if (verdict.discarded.length > 0) {
        await this.discard(verdict.discarded, verdict.reason, piece.retries + 1);
      }
      pieces.unshift(...verdict.next);
      if (verdict.kind !== 'retry') continue;
      log(
        `${mapping.functionName} failed on records of ${mapping.tableName}: ${verdict.reason}; retry ${piece.retries + 1} in ${Math.round(verdict.delayMs)} ms`,
      );
      await this.backOff(verdict.delayMs);
    }
  }

  private async attempt(records: readonly StreamRecord[]): Promise<Outcome> {
    try {
      return { kind: 'returned', response: await this.options.invoke(records) };
    } catch (error) {
      return { kind: 'threw', error };
    }
  }

  /** Records whose dead letter could not be kept stay open: they are read again after the next start. */
  private async discard(records: readonly StreamRecord[], reason: string, attempts: number): Promise<void> {
    const { functionName, tableName } = this.options.mapping;
    for (let tries = 1; !this.stopped; tries += 1) {
      try {
        await this.options.discard(records, reason, attempts);
        this.options.log(`${functionName} gave up on ${records.length} records of ${tableName}: ${reason}`);
        return await this.options.finish(records);
      } catch (error) {
        this.options.log(`${functionName}: ${records.length} records given up could not be kept: ${error}`);
        await this.backOff(retryDelayMs(tries, this.options.random));
      }
    }
  }

  private async backOff(ms: number): Promise<void> {
    if (this.stopped) return;
    this.waitsLong = ms > LONGEST_HELD_WAIT_MS;
    this.options.onChange();
    await this.backoff.wait(ms);
    this.waitsLong = false;
    this.options.onChange();
  }
}
