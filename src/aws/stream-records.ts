import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { InvariantError } from '../core/errors.ts';
import type { BatchResult, ChangeRecord, Fields } from '../ports.ts';
import { toPlain } from './attribute-values.ts';

type Item = Record<string, AttributeValue>;

/** A record of a DynamoDB stream. Images are decoded when they are asked for: most records of a batch never are. */
class StreamRecord implements ChangeRecord {
  readonly sequenceNumber: string;
  readonly itemKey: string;
  private readonly keys: Item;
  private readonly image: Item | undefined;
  private readonly imageBefore: Item | undefined;

  constructor({ dynamodb }: DynamoDBRecord) {
    if (!dynamodb?.SequenceNumber || !dynamodb.Keys) {
      throw new InvariantError('a stream record has no sequence number or no keys, expected both');
    }
    this.sequenceNumber = dynamodb.SequenceNumber;
    this.keys = dynamodb.Keys as Item;
    this.image = dynamodb.NewImage as Item | undefined;
    this.imageBefore = dynamodb.OldImage as Item | undefined;
    this.itemKey = itemKeyOf(this.keys);
  }

  get key(): Fields {
    return toPlain(this.keys);
  }

  newImage(): unknown {
    return this.image && toPlain(this.image);
  }

  oldImage(): unknown {
    return this.imageBefore && toPlain(this.imageBefore);
  }
}

/** Key attributes in a fixed order and apart from each other, so that two items never look alike. */
function itemKeyOf(keys: Item): string {
  const { clientId, userId } = keys;
  // By far the most: the rows of workspaces, and accounts.
  if (clientId?.S !== undefined) return `${clientId.S}\u0000${userId?.S}`;
  return JSON.stringify(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The records of an event, in its order. */
export function readStreamEvent(event: DynamoDBStreamEvent): ChangeRecord[] {
  return event.Records.map((record) => new StreamRecord(record));
}

/** What Lambda is told: nothing failed, or from which sequence number on to send the batch again. */
export function toBatchResponse({ retryFrom }: BatchResult): DynamoDBBatchResponse {
  return { batchItemFailures: retryFrom === undefined ? [] : [{ itemIdentifier: retryFrom }] };
}
