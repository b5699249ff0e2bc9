import { type DynamoDBClient, QueryCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { entryKey, type HistoryEntry } from '../core/history.ts';
import { DAY_SECONDS } from '../core/policy.ts';
import type { History } from '../ports.ts';
import { toPlain } from './attribute-values.ts';
import { toItem } from './update-expression.ts';

/** Where entries are written, and for how long they are kept. */
export interface HistoryTable {
  name: string;
  days: number;
}

/** The write of an entry, as part of the transaction that makes the change it tells of. */
export function putOfEntry(entry: HistoryEntry, { name, days }: HistoryTable): TransactWriteItem {
  const item = { ...entry, entry: entryKey(entry), expiresAt: Math.ceil(entry.at) + days * DAY_SECONDS };
  return {
    Put: { TableName: name, Item: toItem(item), ConditionExpression: 'attribute_not_exists(workspace)' },
  };
}

/** Entries of `WorkspaceHistory` in DynamoDB. */
export class DynamoDBHistory implements History {
  private readonly client: DynamoDBClient;
  private readonly table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.client = client;
    this.table = table;
  }

  async page(workspace: string, limit: number, before?: string) {
    const { Items = [], LastEvaluatedKey } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: 'workspace = :workspace',
        ExpressionAttributeValues: toItem({ ':workspace': workspace }),
        ScanIndexForward: false,
        Limit: limit,
        ...(before !== undefined && { ExclusiveStartKey: toItem({ workspace, entry: before }) }),
      }),
    );
    const next = LastEvaluatedKey && String(toPlain(LastEvaluatedKey).entry);
    return { entries: Items.map(toPlain), next };
  }
}
