import { setTimeout } from 'node:timers/promises';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  TransactionCanceledException,
  TransactionConflictException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { toPlain } from './attribute-values.ts';

/** Strongly consistent. Undefined if there is no such item. */
export async function readItem(
  client: DynamoDBClient,
  table: string,
  key: Record<string, AttributeValue>,
): Promise<Record<string, unknown> | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
  );
  return Item && toPlain(Item);
}

export type Updated =
  /** `before`: the item as it was; undefined if this update created it, or was not asked to return it. */
  | { applied: true; before: Record<string, unknown> | undefined }
  | { applied: false; existing: Record<string, unknown> | undefined };

/** A transaction of ours holds its items for some milliseconds. */
const CONFLICT_WAIT_MS = 30;
const MAXIMUM_TRIES = 5;

/** One conditional update. A condition that does not hold is an answer, not an error; DynamoDB adds the item for free. */
export async function update(client: DynamoDBClient, input: UpdateItemCommandInput): Promise<Updated> {
  for (let tries = 1; ; tries += 1) {
    try {
      const { Attributes } = await client.send(
        new UpdateItemCommand({ ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      );
      return { applied: true, before: Attributes && toPlain(Attributes) };
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return { applied: false, existing: error.Item && toPlain(error.Item) };
      }
      // Somebody's transaction is at the item just now. The SDK does not try this again by itself.
      if (!(error instanceof TransactionConflictException) || tries === MAXIMUM_TRIES) throw error;
      await setTimeout(CONFLICT_WAIT_MS * tries);
    }
  }
}

/**
 * Several writes, all of them or none. A condition that does not hold is an answer, not an error: false. The SDK's own
 * retries carry the same token, so one whose answer was lost is not refused for what it has written itself.
 */
export async function transact(client: DynamoDBClient, items: TransactWriteItem[]): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: items }));
      return true;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = error.CancellationReasons?.map(({ Code }) => Code) ?? [];
      if (codes.includes('ConditionalCheckFailed')) return false;
      // Somebody else is at one of the items just now.
      if (!codes.includes('TransactionConflict') || tries === MAXIMUM_TRIES) throw error;
      await setTimeout(CONFLICT_WAIT_MS * tries);
    }
  }
}
