import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DAY_SECONDS } from '../core/policy.ts';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import { toPlain } from './attribute-values.ts';
import { toItem } from './update-expression.ts';

/** The day of a wake-up in UTC, e.g. `2026-01-31`: the partition of the index of upcoming wake-ups. */
export function armedDayOf(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 10);
}

type Upcoming = { key: WorkspaceKey; armedFor: number };

/**
 * Reads the index of upcoming wake-ups, the earliest first; see the port for what it returns. Each day is a partition of
 * its own, and nearly all of them are empty, so all are asked at the same time.
 */
export async function armedBetween(
  client: DynamoDBClient,
  table: string,
  from: number,
  to: number,
  limit: number,
): Promise<Upcoming[]> {
  const days = daysBetween(from, to).map((day) => armedOnDay(client, table, day, from, to, limit));
  return (await Promise.all(days)).flat().slice(0, limit);
}

async function armedOnDay(
  client: DynamoDBClient,
  table: string,
  day: string,
  from: number,
  to: number,
  limit: number,
): Promise<Upcoming[]> {
  const found: Upcoming[] = [];
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
    start = page.LastEvaluatedKey;
  } while (start && found.length < limit);
  return found;
}

function daysBetween(from: number, to: number): string[] {
  const days: string[] = [];
  for (let at = from - (from % DAY_SECONDS); at <= to; at += DAY_SECONDS) days.push(armedDayOf(at));
  return days;
}
