import {
  type DynamoDBClient,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { ClientAccount } from '../core/client-account.ts';
import type { NewWorkspace, WorkspaceMarker } from '../ports.ts';
import { toPlain } from './attribute-values.ts';
import { ConditionalUpdate, toItem } from './update-expression.ts';

/** A page of a client's workspaces; see the port for what it returns. */
export async function pageOfClient(
  client: DynamoDBClient,
  table: string,
  clientId: string,
  after: string | undefined,
): Promise<{ users: WorkspaceMarker[]; more: boolean }> {
  const page = await client.send(
    new QueryCommand({
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: 'clientId = :client',
      ExpressionAttributeValues: toItem({ ':client': clientId }),
      ProjectionExpression: 'userId, subscriptionEventAt, subscriptionRevision',
      ...(after !== undefined && { ExclusiveStartKey: toItem({ clientId, userId: after }) }),
    }),
  );
  const users = (page.Items ?? []).map(toPlain).map((item) => ({
    userId: String(item.userId),
    eventAt: numberOrNothing(item.subscriptionEventAt),
    revision: numberOrNothing(item.subscriptionRevision),
  }));
  return { users, more: page.LastEvaluatedKey !== undefined };
}

/** Sets the account's subscription, unless the row knows a later state of the account, or has this one. */
export function subscriptionOf({ entitlement, eventAt, revision }: ClientAccount): ConditionalUpdate {
  const change = new ConditionalUpdate()
    .set('subscriptionStatus', entitlement.status)
    .set('subscriptionEventAt', eventAt)
    .set('subscriptionRevision', revision);
  if (entitlement.tier !== undefined) change.set('subscriptionTier', entitlement.tier);
  const never = change.absent('subscriptionEventAt');
  const older = change.compare('subscriptionEventAt', '<', eventAt);
  const sameTime = change.same('subscriptionEventAt', eventAt);
  const olderRevision = change.compare('subscriptionRevision', '<', revision);
  return change
    .when(change.exists('clientId'))
    .when(`${never} OR ${older} OR (${sameTime} AND ${olderRevision})`);
}

/** Creates a row; see the port for the condition. */
export async function create(
  client: DynamoDBClient,
  tables: { workspaces: string; accounts: string },
  row: NewWorkspace,
  account: ClientAccount,
): Promise<'created' | 'exists' | 'account-changed'> {
  const { entitlement, eventAt, revision } = account;
  const item = {
    ...row,
    subscriptionStatus: entitlement.status,
    subscriptionTier: entitlement.tier ?? 'free',
    subscriptionEventAt: eventAt,
    subscriptionRevision: revision,
    containerStatus: 'active',
    lifecycle: 'active',
  };
  const put = {
    TableName: tables.workspaces,
    Item: toItem(item),
    ConditionExpression: 'attribute_not_exists(clientId)',
  };
  const check = {
    TableName: tables.accounts,
    Key: toItem({ clientId: row.clientId }),
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: toItem({ ':revision': revision }),
  };
  try {
    await client.send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: put }, { ConditionCheck: check }] }),
    );
    return 'created';
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = error.CancellationReasons?.map(({ Code }) => Code) ?? [];
    if (codes[0] === 'ConditionalCheckFailed') return 'exists';
    // Other workspaces of the client that are created just now hold the account, too.
    if (codes[1] === 'ConditionalCheckFailed' || codes.includes('TransactionConflict'))
      return 'account-changed';
    throw error;
  }
}

function numberOrNothing(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
