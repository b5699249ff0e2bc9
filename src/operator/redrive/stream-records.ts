import {
  type _Record,
  type DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ResourceNotFoundException,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import type { StreamBatch } from './letters.ts';

/** A shard gives at most 1,000 records, or 1 MB, at a time; a batch has at most 10,000, or 6 MB. */
const MOST_PAGES = 50;

/** The records of a batch, as a function gets them; undefined where the stream has them no more: it keeps a day. */
export async function readRecords(
  client: DynamoDBStreamsClient,
  batch: StreamBatch,
): Promise<{ Records: unknown[] } | undefined> {
  try {
    const records = await readShard(client, batch);
    return records.length > 0
      ? { Records: records.map((record) => lambdaRecord(record, batch.streamArn)) }
      : undefined;
  } catch (error) {
    const isGone =
      error instanceof TrimmedDataAccessException ||
      error instanceof ResourceNotFoundException ||
      error instanceof ExpiredIteratorException;
    if (isGone) return undefined;
    throw error;
  }
}

async function readShard(client: DynamoDBStreamsClient, batch: StreamBatch): Promise<_Record[]> {
  const { streamArn, shardId, startSequenceNumber, endSequenceNumber } = batch;
  const { ShardIterator: first } = await client.send(
    new GetShardIteratorCommand({
      StreamArn: streamArn,
      ShardId: shardId,
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      SequenceNumber: startSequenceNumber,
    }),
  );
  const records: _Record[] = [];
  let iterator = first;
  for (let page = 0; iterator !== undefined && page < MOST_PAGES; page += 1) {
    const { Records = [], NextShardIterator } = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator }),
    );
    for (const record of Records) {
      if (numberOf(record) > BigInt(endSequenceNumber)) return records;
      records.push(record);
    }
    const last = Records.at(-1);
    if (last && numberOf(last) >= BigInt(endSequenceNumber)) return records;
    iterator = NextShardIterator;
  }
  return records;
}

function numberOf({ dynamodb }: _Record): bigint {
  return BigInt(dynamodb?.SequenceNumber ?? '0');
}

/** Lambda writes the time of a record as epoch seconds, and names the stream. */
function lambdaRecord({ dynamodb, ...record }: _Record, streamArn: string): unknown {
  const { ApproximateCreationDateTime: at, ...change } = dynamodb ?? {};
  return {
    ...record,
    eventSourceARN: streamArn,
    dynamodb: { ...change, ...(at && { ApproximateCreationDateTime: Math.floor(at.getTime() / 1_000) }) },
  };
}
