import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import { type StreamRecord, toStreamRecord } from './records.ts';

/** The most that GetRecords gives at once. */
const RECORDS_PER_READ = 1000;

/** A shard of a stream's listing. */
export interface ListedShard {
  shardId: string;
  parentShardId: string | undefined;
}

/** All shards of the stream that are known, closed ones included. */
export async function listShards(
  client: DynamoDBStreamsClient,
  streamArn: string,
  abortSignal: AbortSignal,
): Promise<ListedShard[]> {
  const shards: ListedShard[] = [];
  let last: string | undefined;
  do {
    const command = new DescribeStreamCommand({ StreamArn: streamArn, ExclusiveStartShardId: last });
    const { StreamDescription } = await client.send(command, { abortSignal });
    for (const { ShardId, ParentShardId } of StreamDescription?.Shards ?? []) {
      if (ShardId !== undefined) shards.push({ shardId: ShardId, parentShardId: ParentShardId });
    }
    last = StreamDescription?.LastEvaluatedShardId;
  } while (last !== undefined);
  return shards;
}

/**
 * The ids of the shards that may be read now: those not at their end whose parent is at its end or no longer
 * listed. An item's older records are in the parent.
 */
export function readyShards(
  shards: readonly ListedShard[],
  hasEnded: (shardId: string) => boolean,
): string[] {
  const listed = new Set(shards.map(({ shardId }) => shardId));
  return shards
    .filter(({ shardId, parentShardId: parent }) => {
      const isAfterParent = parent === undefined || !listed.has(parent) || hasEnded(parent);
      return isAfterParent && !hasEnded(shardId);
    })
    .map(({ shardId }) => shardId);
}

/** Reads one shard in order. */
export class ShardReader {
  private readonly client: DynamoDBStreamsClient;
  private readonly streamArn: string;
  private readonly shardId: string;
  private position: string | undefined;
  private iterator: string | undefined;
  private closed = false;

  /** Begins behind the sequence number `after`, or at the oldest record (TRIM_HORIZON) without one. */
  constructor(client: DynamoDBStreamsClient, streamArn: string, shardId: string, after: string | undefined) {
    this.client = client;
    this.streamArn = streamArn;
    this.shardId = shardId;
    this.position = after;
  }

  /**
   * Whether everything of a closed shard has been read. Told by the missing next iterator, not by
   * EndingSequenceNumber: the local engine reports one for its open shard too.
   */
  get hasEnded(): boolean {
    return this.closed;
  }

  /** The next records, up to 1,000; none if there are none yet. After an error the same records come again. */
  async read(abortSignal: AbortSignal): Promise<StreamRecord[]> {
    try {
      const iterator = this.iterator ?? (await this.openIterator(abortSignal));
      const command = new GetRecordsCommand({ ShardIterator: iterator, Limit: RECORDS_PER_READ });
      const { Records = [], NextShardIterator } = await this.client.send(command, { abortSignal });
      const records = Records.map((record) => toStreamRecord(record, this.streamArn));
      this.iterator = NextShardIterator;
      this.closed = NextShardIterator === undefined;
      this.position = records.at(-1)?.sequenceNumber ?? this.position;
      return records;
    } catch (error) {
      // Iterators expire after 15 minutes and do not survive every restart of an engine.
      this.iterator = undefined;
      if (error instanceof TrimmedDataAccessException) this.position = undefined;
      throw error;
    }
  }

  private async openIterator(abortSignal: AbortSignal): Promise<string | undefined> {
    const from =
      this.position === undefined
        ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
        : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: this.position } as const);
    const command = new GetShardIteratorCommand({
      StreamArn: this.streamArn,
      ShardId: this.shardId,
      ...from,
    });
    return (await this.client.send(command, { abortSignal })).ShardIterator;
  }
}
