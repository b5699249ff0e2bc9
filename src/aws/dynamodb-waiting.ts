import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { WaitingKey } from '../ports.ts';
import { toPlain } from './attribute-values.ts';
import { toItem } from './update-expression.ts';

/** The one partition of the index `waiting`: rows enter it no faster than the deadline handler works. */
export const WAITING_FOR_CONTROL = 'control';

/** Reads the index of rows that wait for `CleanupControl` to change; see the port for what it returns. */
export async function waiting(
  client: DynamoDBClient,
  table: string,
  after: WaitingKey | undefined,
  limit: number,
): Promise<{ keys: WaitingKey[]; more: boolean }> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: 'waiting',
      KeyConditionExpression: 'waitingFor = :control',
      ExpressionAttributeValues: toItem({ ':control': WAITING_FOR_CONTROL }),
      Limit: limit,
      ...(after && { ExclusiveStartKey: toItem({ ...after, waitingFor: WAITING_FOR_CONTROL }) }),
    }),
  );
  const keys = Items.map(toPlain).map(({ clientId, userId, waitingSince }) => ({
    clientId: String(clientId),
    userId: String(userId),
    waitingSince: Number(waitingSince),
  }));
  return { keys, more: LastEvaluatedKey !== undefined };
}
