import type { ChangeRecord } from '../../../src/ports.ts';
import type { Cloud } from './cloud.ts';

/** How long a record takes to come to a function that waits for no company, in seconds. */
const DELIVERY_SECONDS = 0.2;

export interface StreamOptions {
  cloud: Cloud;
  /** How many batches are handled at a time: an item's records stay in order. */
  lanes: number;
  batchSize: number;
  /** A batch waits for company, in seconds. */
  windowSeconds: number;
  /** One call of the function. */
  handle: (records: readonly ChangeRecord[]) => Promise<unknown>;
}

/** The stream of a table with its event source mapping, where nothing goes wrong. */
export class Stream {
  private readonly lanes: Lane[];

  constructor(options: StreamOptions) {
    this.lanes = Array.from({ length: options.lanes }, () => new Lane(options));
  }

  append(record: ChangeRecord): void {
    let sum = 0;
    for (let index = 0; index < record.itemKey.length; index += 1) sum += record.itemKey.charCodeAt(index);
    this.lanes[sum % this.lanes.length]?.append(record);
  }
}

class Lane {
  private readonly options: StreamOptions;
  private records: ChangeRecord[] = [];
  private isWaiting = false;

  constructor(options: StreamOptions) {
    this.options = options;
  }

  append(record: ChangeRecord): void {
    this.records.push(record);
    if (this.isWaiting) return;
    this.isWaiting = true;
    const { cloud, windowSeconds } = this.options;
    cloud.simulation.after(DELIVERY_SECONDS + windowSeconds, () => void this.deliver());
  }

  private async deliver(): Promise<void> {
    const { batchSize, handle } = this.options;
    while (this.records.length > 0) await handle(this.records.splice(0, batchSize));
    this.isWaiting = false;
  }
}
