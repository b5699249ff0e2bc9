import { crc32 } from 'node:zlib';
import type { _Record as SdkRecord, AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb-streams';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import type { StreamMapping } from '../template/functions.ts';

/** A stream record on its way to a function. */
export interface StreamRecord {
  /** Decimal, ascending in a shard. */
  sequenceNumber: string;
  /** Epoch seconds, by the engine's clock, which is the real one. */
  createdAt: number;
  sizeBytes: number;
  /** The same for all records of one item and for no other item. */
  itemKey: string;
  /** As the function gets it: plain JSON. */
  event: DynamoDBRecord;
}

/**
 * Turns a record as the streams API gives it into one as Lambda gives it to a function.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export function toStreamRecord(record: SdkRecord, streamArn: string): StreamRecord {
  const {
    Keys = {},
    NewImage,
    OldImage,
    SequenceNumber,
    SizeBytes = 0,
    StreamViewType,
  } = record.dynamodb ?? {};
  if (SequenceNumber === undefined) {
    throw new Error(`Record ${record.eventID} of ${streamArn} has no SequenceNumber; expected a decimal`);
  }
  const createdAt = Math.floor((record.dynamodb?.ApproximateCreationDateTime?.getTime() ?? 0) / 1000);
  const event: DynamoDBRecord = {
    eventID: record.eventID,
    eventName: record.eventName,
    eventVersion: record.eventVersion,
    eventSource: 'aws:dynamodb',
    awsRegion: record.awsRegion,
    eventSourceARN: streamArn,
    dynamodb: {
      ApproximateCreationDateTime: createdAt,
      Keys: toImage(Keys),
      ...(NewImage && { NewImage: toImage(NewImage) }),
      ...(OldImage && { OldImage: toImage(OldImage) }),
      SequenceNumber,
      SizeBytes,
      StreamViewType,
    },
  };
  const itemKey = JSON.stringify(Object.entries(toImage(Keys)).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { sequenceNumber: SequenceNumber, createdAt, sizeBytes: SizeBytes, itemKey, event };
}

/** Whether the mapping's filters, if it has any, let the record through to the function. */
export function passes({ event }: StreamRecord, { keyFilters }: Pick<StreamMapping, 'keyFilters'>): boolean {
  if (keyFilters === undefined) return true;
  const keys = event.dynamodb?.Keys ?? {};
  return keyFilters.some((filter) =>
    Object.entries(filter).every(([name, values]) => values.includes(keys[name]?.S ?? '')),
  );
}

/** Which of a shard's `laneCount` lanes an item belongs to, 0 (included) to `laneCount` (excluded). */
export function laneOf(itemKey: string, laneCount: number): number {
  return crc32(itemKey) % laneCount;
}

function toImage(image: Record<string, SdkValue>): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(image).map(([name, value]) => [name, toValue(value)]));
}

/** Lambda's events are JSON: bytes become base64. */
function toValue(value: SdkValue): AttributeValue {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(toValue) };
  if (value.M !== undefined) return { M: toImage(value.M) };
  return value as AttributeValue;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
