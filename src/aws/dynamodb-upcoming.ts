import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DAY_SECONDS } from '../core/policy.ts';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import { toPlain } from './attribute-values.ts';
import { toItem } from './update-expression.ts';

/** The day of a wake-up in UTC, e.g. `2026-01-31`: the partition of the index of upcoming wake-ups. */
export function armedDayOf(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 10);
}

/** Reads the index of upcoming wake-ups, day by day from the earliest; see the port for what it returns. */
export async function armedBetween(
  client: DynamoDBClient,
  table: string,
  from: number,
  to: number,
  limit: number,
): Promise<{ key: WorkspaceKey; armedFor: number }[]> {
  const found: { key: WorkspaceKey; armedFor: number }[] = [];
  for (const day of daysBetween(from, to)) {
    let start: Parameters<typeof toPlain>[0] | undefined;
    do {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'upcoming',
          KeyConditionExpression: 'armedDay = :day AND armedFor BETWEEN :from AND :to',
          ExpressionAttributeValues: toItem({ ':day': day, ':from': Math.ceil(from), ':to': Math.floor(to) }),
          Limit: limit - found.length,
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const item of (page.Items ?? []).map(toPlain)) {
        found.push({
          key: { clientId: String(item.clientId), userId: String(item.userId) },
          armedFor: Number(item.armedFor),
        });
      }
      if (found.length >= limit) return found;
      start = page.LastEvaluatedKey;
    } while (start);
  }
  return found;
}

function daysBetween(from: number, to: number): string[] {
  const days: string[] = [];
  for (let at = from - (from % DAY_SECONDS); at <= to; at += DAY_SECONDS) days.push(armedDayOf(at));
  return days;
}
