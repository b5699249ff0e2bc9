import { DeleteItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import {
  AccessPointNotFound,
  DeleteAccessPointCommand,
  DescribeAccessPointsCommand,
} from '@aws-sdk/client-efs';
import type { Clients } from '../aws/clients.ts';
import { readItem } from '../aws/dynamodb.ts';
import { DynamoDBAccounts } from '../aws/dynamodb-accounts.ts';
import { DynamoDBHistory } from '../aws/dynamodb-history.ts';
import { toItem } from '../aws/update-expression.ts';
import type { Configuration } from '../core/configuration.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import type { Provisioned, StageWorld } from './ports.ts';

/** More entries than this has no workspace of a smoke test. */
const MOST_ENTRIES = 20;

/** The tables, tasks and access points of a deployed stage. */
export class AwsStageWorld implements StageWorld {
  private readonly clients: Pick<Clients, 'dynamodb' | 'ecs' | 'efs'>;
  private readonly configuration: Configuration;

  constructor(clients: Pick<Clients, 'dynamodb' | 'ecs' | 'efs'>, configuration: Configuration) {
    this.clients = clients;
    this.configuration = configuration;
  }

  async subscribe(clientId: string, at: number): Promise<void> {
    const accounts = new DynamoDBAccounts(this.clients.dynamodb, this.configuration.clientAccountsTable);
    const event = { clientId, subscriptionId: 'smoke', status: 'active', tier: 'pro', at, rank: 0 } as const;
    await accounts.record({ ...event, messageId: clientId }, clientId);
  }

  row(key: WorkspaceKey) {
    return readItem(this.clients.dynamodb, this.configuration.workspaceStatusTable, keyOf(key));
  }

  async setLastActivity(key: WorkspaceKey, at: number): Promise<void> {
    await this.clients.dynamodb.send(
      new UpdateItemCommand({
        TableName: this.configuration.workspaceStatusTable,
        Key: keyOf(key),
        ConditionExpression: 'attribute_exists(clientId)',
        UpdateExpression: 'SET lastActivity = :at',
        ExpressionAttributeValues: toItem({ ':at': at }),
      }),
    );
  }

  async history(key: WorkspaceKey) {
    const history = new DynamoDBHistory(this.clients.dynamodb, this.configuration.workspaceHistoryTable);
    return (await history.page(showKey(key), MOST_ENTRIES)).entries as Record<string, unknown>[];
  }

  async taskStatus(task: string): Promise<string | undefined> {
    const command = new DescribeTasksCommand({ cluster: this.configuration.cluster, tasks: [task] });
    return (await this.clients.ecs.send(command)).tasks?.[0]?.lastStatus;
  }

  async hasAccessPoint(id: string): Promise<boolean> {
    try {
      const command = new DescribeAccessPointsCommand({ AccessPointId: id });
      const { AccessPoints = [] } = await this.clients.efs.send(command);
      return AccessPoints.some(({ LifeCycleState }) => LifeCycleState !== 'deleted');
    } catch (error) {
      if (error instanceof AccessPointNotFound) return false;
      throw error;
    }
  }

  async remove(key: WorkspaceKey, made: Provisioned | undefined): Promise<void> {
    const { cluster, workspaceStatusTable: TableName } = this.configuration;
    const row = await this.row(key);
    for (const task of textsOf(row?.taskArn, made?.task)) {
      const status = await this.taskStatus(task);
      if (status === undefined || status === 'STOPPED') continue;
      await this.clients.ecs.send(new StopTaskCommand({ cluster, task, reason: 'the smoke test is over' }));
    }
    for (const id of textsOf(row?.efsAccessPoint, made?.efsAccessPoint)) {
      if (!(await this.hasAccessPoint(id))) continue;
      await this.clients.efs.send(new DeleteAccessPointCommand({ AccessPointId: id }));
    }
    await this.clients.dynamodb.send(new DeleteItemCommand({ TableName, Key: keyOf(key) }));
  }

  async unsubscribe(clientId: string): Promise<void> {
    const { clientAccountsTable: TableName } = this.configuration;
    await this.clients.dynamodb.send(new DeleteItemCommand({ TableName, Key: toItem({ clientId }) }));
  }
}

function keyOf({ clientId, userId }: WorkspaceKey) {
  return toItem({ clientId, userId });
}

/** Those that are there, each once. */
function textsOf(...values: unknown[]): string[] {
  return [...new Set(values.filter((value) => typeof value === 'string'))];
}
