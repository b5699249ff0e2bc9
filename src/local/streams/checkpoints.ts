/** Keeps how far each shard has been handled, beyond the process. */
export interface CheckpointStore {
  get(key: string): string | undefined;
  /** A promise that it returns is waited for. */
  set(key: string, value: string): unknown;
}

/** Stands in the place of a shard's checkpoint once the shard is closed and all of it is handled. */
const SHARD_END = 'SHARD_END';

/** One mapping's checkpoints of the shards of one stream. */
export class StreamCheckpoints {
  private readonly store: CheckpointStore;
  private readonly prefix: string;

  /** A stream's ARN is another one after its table was made anew, and so are its checkpoints. */
  constructor(store: CheckpointStore, functionName: string, streamArn: string) {
    this.store = store;
    this.prefix = `${functionName} ${streamArn}`;
  }

  /** The last sequence number that has been handled along with all before it; undefined at the beginning. */
  of(shardId: string): string | undefined {
    return this.store.get(`${this.prefix} ${shardId}`);
  }

  /** Whether the shard is closed and all of it has been handled. */
  hasEnded(shardId: string): boolean {
    return this.of(shardId) === SHARD_END;
  }

  async save(shardId: string, sequenceNumber: string): Promise<void> {
    await this.store.set(`${this.prefix} ${shardId}`, sequenceNumber);
  }

  async saveEnd(shardId: string): Promise<void> {
    await this.save(shardId, SHARD_END);
  }
}
