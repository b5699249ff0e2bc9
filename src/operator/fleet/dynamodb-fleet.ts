import {
  type AttributeValue,
  type DynamoDBClient,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { toPlain } from '../../aws/attribute-values.ts';
import { readRows } from '../../aws/dynamodb-batch.ts';
import { armedDayOf } from '../../aws/dynamodb-upcoming.ts';
import { toItem } from '../../aws/update-expression.ts';
import { DAY_SECONDS } from '../../core/policy.ts';
import { showKey, type WorkspaceKey } from '../../core/workspace-key.ts';
import type { FleetReader, RowPage, UpcomingKey } from './fleet-reader.ts';

type Item = Record<string, AttributeValue>;

/** Days that are asked for at the same time: most are empty where few workspaces are armed far ahead. */
const DAYS_AT_ONCE = 8;

/** The fleet in DynamoDB. */
export class DynamoDBFleet implements FleetReader {
  private readonly client: DynamoDBClient;
  private readonly table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.client = client;
    this.table = table;
  }

  async upcoming(after: UpcomingKey | undefined, from: number, to: number, limit: number) {
    const found: UpcomingKey[] = [];
    const first = Math.floor((after?.armedFor ?? from) / DAY_SECONDS) * DAY_SECONDS;
    for (let day = first; day <= to && found.length < limit; day += DAYS_AT_ONCE * DAY_SECONDS) {
      const days = Array.from({ length: DAYS_AT_ONCE }, (_, index) => day + index * DAY_SECONDS);
      const wanted = limit - found.length;
      const pages = await Promise.all(
        days.filter((one) => one <= to).map((one) => this.ofDay(one, after, from, to, wanted)),
      );
      found.push(...pages.flat());
    }
    return found.slice(0, limit);
  }

  private async ofDay(
    day: number,
    after: UpcomingKey | undefined,
    from: number,
    to: number,
    limit: number,
  ): Promise<UpcomingKey[]> {
    const armedDay = armedDayOf(day);
    const found: UpcomingKey[] = [];
    let start: Item | undefined =
      after && armedDayOf(after.armedFor) === armedDay ? toItem({ ...after, armedDay }) : undefined;
    do {
      const page = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          IndexName: 'upcoming',
          KeyConditionExpression: 'armedDay = :day AND armedFor BETWEEN :from AND :to',
          ExpressionAttributeValues: toItem({
            ':day': armedDay,
            ':from': Math.floor(after?.armedFor ?? from),
            ':to': Math.floor(to),
          }),
          Limit: limit - found.length,
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const item of (page.Items ?? []).map(toPlain)) {
        found.push({ ...keyOf(item), armedFor: Number(item.armedFor) });
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined && found.length < limit);
    return found;
  }

  async rows(keys: readonly WorkspaceKey[]): Promise<unknown[]> {
    const found = new Map<string, unknown>();
    const rows = await readRows(this.client, this.table, keys, { isConsistent: true });
    for (const row of rows) found.set(showKey(keyOf(row)), row);
    return keys.map((key) => found.get(showKey(key)));
  }

  async page(clientId: string | undefined, after: WorkspaceKey | undefined, limit: number): Promise<RowPage> {
    const common = {
      TableName: this.table,
      Limit: limit,
      ...(after && { ExclusiveStartKey: toItem({ clientId: after.clientId, userId: after.userId }) }),
    };
    const { Items = [], LastEvaluatedKey } =
      clientId === undefined
        ? await this.client.send(new ScanCommand(common))
        : await this.client.send(
            new QueryCommand({
              ...common,
              KeyConditionExpression: 'clientId = :client',
              ExpressionAttributeValues: toItem({ ':client': clientId }),
            }),
          );
    const rows = Items.map(toPlain).map((row) => ({ key: keyOf(row), row }));
    return { rows, next: LastEvaluatedKey && keyOf(toPlain(LastEvaluatedKey)) };
  }
}

function keyOf({ clientId, userId }: Record<string, unknown>): WorkspaceKey {
  return { clientId: String(clientId), userId: String(userId) };
}
