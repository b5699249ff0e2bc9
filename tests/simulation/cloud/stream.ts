import type { BatchResult, ChangeRecord } from '../../../src/ports.ts';
import type { Mischief } from '../engine/mischief.ts';
import type { Outcome } from '../engine/process.ts';
import type { Random } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';

export interface StreamRecord extends ChangeRecord {
  /** Which of the shards has it. */
  partition: string;
  /** When it was written, epoch seconds. */
  writtenAt: number;
}

export interface StreamOptions {
  name: string;
  simulation: Simulation;
  mischief: Mischief;
  random: Random;
  shards: number;
  mostRecords: number;
  /** A batch waits up to so many seconds for company. */
  windowSeconds: number;
  /** Records that are older than this are given up, in seconds. */
  oldestSeconds: number;
  /** Runs the function on a batch. `attempt` from 1. */
  deliver(
    records: readonly StreamRecord[],
    name: string,
    ended: (outcome: Outcome<BatchResult>) => void,
  ): void;
  /** A record has been handled, or was given up. */
  onPassed(record: StreamRecord, isGivenUp: boolean): void;
}

/** A table's stream with its event source mapping: in order for each item, at least once, from the lowest failure again. */
export class SimulatedStream {
  readonly options: StreamOptions;
  private readonly shards: Shard[];

  constructor(options: StreamOptions) {
    this.options = options;
    this.shards = Array.from({ length: options.shards }, (_, index) => new Shard(options, index));
  }

  append(record: StreamRecord): void {
    let sum = 0;
    for (let index = 0; index < record.partition.length; index += 1)
      sum += record.partition.charCodeAt(index);
    this.shards[sum % this.shards.length]?.append(record);
  }

  /** Records that have not been handled, the oldest of each shard first. */
  waiting(): StreamRecord[] {
    return this.shards.flatMap((shard) => shard.records);
  }
}

class Shard {
  records: StreamRecord[] = [];
  private readonly options: StreamOptions;
  private readonly label: string;
  private readonly random: Random;
  private batches = 0;
  private failures = 0;
  private isBusy = false;

  constructor(options: StreamOptions, index: number) {
    this.options = options;
    this.label = `${options.name} shard ${index}`;
    this.random = options.random.of(this.label);
  }

  append(record: StreamRecord): void {
    this.records.push(record);
    this.pollAfter(this.random.between(0.05, 0.3 + this.options.windowSeconds));
  }

  private pollAfter(seconds: number): void {
    if (this.isBusy || this.records.length === 0) return;
    this.isBusy = true;
    this.options.simulation.after(seconds, () => this.poll());
  }

  private poll(): void {
    this.giveUpOldest();
    const { mostRecords, deliver } = this.options;
    // A batch that failed as a whole is split.
    const size = Math.max(1, this.random.integer(1, mostRecords) >> this.failures);
    const batch = this.records.slice(0, size);
    if (batch.length === 0) {
      this.isBusy = false;
      return;
    }
    this.batches += 1;
    const name = `${this.label} batch ${this.batches}`;
    deliver(batch, name, (outcome) => this.settle(batch, name, outcome));
  }

  private settle(batch: readonly StreamRecord[], name: string, outcome: Outcome<BatchResult>): void {
    const retryFrom = outcome.kind === 'done' ? outcome.value.retryFrom : batch[0]?.sequenceNumber;
    const failed = batch.findIndex(({ sequenceNumber }) => sequenceNumber === retryFrom);
    // Lambda takes a number that is none of the batch's for a failure of the whole batch.
    const handled = retryFrom === undefined ? batch.length : Math.max(0, failed);
    this.failures = outcome.kind === 'done' ? 0 : this.failures + 1;
    if (handled === batch.length && this.options.mischief.happens('doubleBatch', name, this.random)) {
      this.again(0.5);
      return;
    }
    for (const record of this.records.splice(0, handled)) this.options.onPassed(record, false);
    this.again(handled === batch.length ? 0.05 : this.random.between(1, 30));
  }

  private again(seconds: number): void {
    this.isBusy = false;
    this.pollAfter(seconds);
  }

  private giveUpOldest(): void {
    const { simulation, oldestSeconds, onPassed } = this.options;
    while (this.records[0] !== undefined && this.records[0].writtenAt < simulation.now - oldestSeconds) {
      const [record] = this.records.splice(0, 1);
      if (record) onPassed(record, true);
    }
  }
}
