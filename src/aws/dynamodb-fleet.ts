import {
  ConditionalCheckFailedException,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import type { Added, Fleet, FleetPage, Segment } from '../ports.ts';
import { toPlain } from './attribute-values.ts';
import { toItem } from './update-expression.ts';
import { keyOf } from './workspace-conditions.ts';

/** All of `WorkspaceStatus`, read by parallel scans. */
export class DynamoDBFleet implements Fleet {
  private readonly client: DynamoDBClient;
  private readonly table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.client = client;
    this.table = table;
  }

  async estimate(): Promise<number> {
    const { Table } = await this.client.send(new DescribeTableCommand({ TableName: this.table }));
    return Table?.ItemCount ?? 0;
  }

  async page(segment: Segment, after: WorkspaceKey | undefined, limit: number): Promise<FleetPage> {
    const {
      Items = [],
      LastEvaluatedKey,
      ConsumedCapacity,
    } = await this.client.send(
      new ScanCommand({
        TableName: this.table,
        Segment: segment.number,
        TotalSegments: segment.of,
        Limit: limit,
        ReturnConsumedCapacity: 'TOTAL',
        ...(after && { ExclusiveStartKey: toItem(keyOf(after)) }),
      }),
    );
    const next = LastEvaluatedKey && toPlain(LastEvaluatedKey);
    return {
      rows: Items.map(toPlain),
      next: next && { clientId: String(next.clientId), userId: String(next.userId) },
      readUnits: ConsumedCapacity?.CapacityUnits ?? 0,
    };
  }

  async add(row: WorkspaceKey & Record<string, unknown>): Promise<Added> {
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: toItem(row),
          ConditionExpression: 'attribute_not_exists(clientId)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return { added: true };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { added: false, existing: error.Item ? toPlain(error.Item) : {} };
    }
  }
}
