import { setTimeout } from 'node:timers/promises';
import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { RetryableError } from '../core/errors.ts';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import { toPlain } from './attribute-values.ts';
import { toItem } from './update-expression.ts';

/** BatchGetItem takes so many keys. */
const KEYS_PER_CALL = 100;
/** What a call left out for the rate of reads is asked for again after this pause, then after twice as long, … */
const FIRST_PAUSE_SECONDS = 0.1;
const MAXIMUM_TRIES = 6;

export interface BatchOptions {
  /** Twice the read units of what is eventually consistent. */
  isConsistent?: boolean;
  /** Waits so many seconds of the machine's time. */
  pause?: (seconds: number) => Promise<void>;
}

/**
 * The rows of these keys, as far as there are any, in no order. Throws RetryableError where the table goes on leaving some
 * out for the rate of reads.
 */
export async function readRows(
  client: DynamoDBClient,
  table: string,
  keys: readonly WorkspaceKey[],
  options: BatchOptions = {},
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let first = 0; first < keys.length; first += KEYS_PER_CALL) {
    const batch = keys
      .slice(first, first + KEYS_PER_CALL)
      .map(({ clientId, userId }) => toItem({ clientId, userId }));
    rows.push(...(await readBatch(client, table, batch, options)));
  }
  return rows;
}

async function readBatch(
  client: DynamoDBClient,
  table: string,
  keys: Record<string, AttributeValue>[],
  { isConsistent = false, pause = (seconds) => setTimeout(seconds * 1_000) }: BatchOptions,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  let left = keys;
  for (let tries = 0; left.length > 0; tries += 1) {
    if (tries === MAXIMUM_TRIES)
      throw new RetryableError(
        `DynamoDB leaves out ${left.length} of ${keys.length} rows of ${table} for the rate of reads`,
      );
    if (tries > 0) await pause(FIRST_PAUSE_SECONDS * 2 ** (tries - 1));
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: left, ConsistentRead: isConsistent } } }),
    );
    rows.push(...(Responses?.[table] ?? []).map(toPlain));
    left = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return rows;
}
