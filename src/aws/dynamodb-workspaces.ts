import {
  type DynamoDBClient,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { ClientAccount } from '../core/client-account.ts';
import type { Heartbeat } from '../core/heartbeat.ts';
import { CLOCK_SKEW_SECONDS } from '../core/wake-up.ts';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import type { Claim, Lifecycle, Step, WorkspaceRow } from '../core/workspace-row.ts';
import type { NamedAccess, NewWorkspace, Outcome, WorkspaceMarker, Workspaces } from '../ports.ts';
import { toPlain } from './attribute-values.ts';
import { readItem, update } from './dynamodb.ts';
import { armedBetween, armedDayOf } from './dynamodb-upcoming.ts';
import { ConditionalUpdate, toItem } from './update-expression.ts';

/** Rows of `WorkspaceStatus` in DynamoDB. */
export class DynamoDBWorkspaces implements Workspaces {
  private readonly client: DynamoDBClient;
  private readonly table: string;
  private readonly accountsTable: string;

  constructor(client: DynamoDBClient, tables: { workspaces: string; accounts: string }) {
    this.client = client;
    this.table = tables.workspaces;
    this.accountsTable = tables.accounts;
  }

  read(key: WorkspaceKey): Promise<unknown> {
    return readItem(this.client, this.table, toItem(keyOf(key)));
  }

  async rememberWakeUp(key: WorkspaceKey, at: number, now: number): Promise<void> {
    const change = armedFor(new ConditionalUpdate(), at);
    const unknown = change.absent('armedFor');
    const later = change.compare('armedFor', '>', at);
    const past = change.compare('armedFor', '<=', Math.floor(now) + CLOCK_SKEW_SECONDS);
    change.when(change.exists('clientId')).when(`${unknown} OR ${later} OR ${past}`);
    await this.apply(key, change);
  }

  settleWakeUp(
    row: WorkspaceKey & Pick<WorkspaceRow, 'armedFor'>,
    next: number | undefined,
  ): Promise<boolean> {
    const change = armedFor(new ConditionalUpdate(), next);
    change.when(change.exists('clientId')).whenSame('armedFor', row.armedFor);
    return this.apply(row, change);
  }

  claim(row: WorkspaceRow, claim: Claim, during: Lifecycle): Promise<boolean> {
    const change = armedFor(new ConditionalUpdate(), claim.until)
      .set('lifecycle', during)
      .set('claim', claim);
    whenInputsSame(change, row);
    change.whenSame('efsAccessPoint', row.efsAccessPoint);
    if (row.claim === undefined) change.whenSame('claim', undefined);
    else {
      change.when(change.compare('claim.owner', '=', row.claim.owner));
      change.when(change.compare('claim.until', '=', row.claim.until));
    }
    if (row.lifecycle === 'active') whenActive(change);
    else change.whenSame('lifecycle', row.lifecycle);
    return this.apply(row, change);
  }

  advance(row: WorkspaceRow, claim: Claim, step: Step): Promise<boolean> {
    const change = new ConditionalUpdate().set('claim', { ...claim, step });
    whenInputsSame(change, row);
    change.when(change.compare('claim.owner', '=', claim.owner));
    return this.apply(row, change);
  }

  finish(row: WorkspaceRow, claim: Claim, outcome: Outcome): Promise<boolean> {
    const change = new ConditionalUpdate()
      .whenSame('efsAccessPoint', row.efsAccessPoint)
      .set('lifecycle', outcome.lifecycle)
      .set('efsAccessPoint', outcome.efsAccessPoint)
      .set('claim', undefined);
    if (outcome.lifecycle !== 'active') change.set('containerStatus', 'terminated');
    change.when(change.compare('claim.owner', '=', claim.owner));
    return this.apply(row, change);
  }

  keepPosixUid(row: WorkspaceRow, claim: Claim, posixUid: number): Promise<boolean> {
    const change = new ConditionalUpdate().set('posixUid', posixUid);
    change.when(change.compare('claim.owner', '=', claim.owner));
    return this.apply(row, change);
  }

  recordReturn(row: WorkspaceRow, at: number): Promise<boolean> {
    const change = new ConditionalUpdate().set('lastActivity', at).whenSame('lifecycle', 'archived');
    whenInputsSame(change, row);
    return this.apply(row, change);
  }

  nameAccessPoint(
    key: WorkspaceKey,
    known: string | undefined,
    { efsAccessPoint, posixUid }: { efsAccessPoint: string; posixUid: number },
  ): Promise<boolean> {
    const change = whenActive(new ConditionalUpdate()).whenSame('efsAccessPoint', known);
    return this.apply(key, change.set('efsAccessPoint', efsAccessPoint).set('posixUid', posixUid));
  }

  nameTask(row: NamedAccess, taskArn: string): Promise<boolean> {
    const change = whenActive(new ConditionalUpdate()).set('taskArn', taskArn);
    change.whenSame('efsAccessPoint', row.efsAccessPoint).whenSame('taskArn', row.taskArn);
    return this.apply(row, change);
  }

  armedBetween(from: number, to: number, limit: number) {
    return armedBetween(this.client, this.table, from, to, limit);
  }

  async recordActivity({ key, lastActivity, containerStatus, taskArn }: Heartbeat) {
    const change = new ConditionalUpdate();
    change.when(change.exists('clientId'));
    if (lastActivity !== undefined) {
      // A session's last report may repeat its activity, but it says that the container is idle now.
      const operator = containerStatus === undefined ? '<' : '<=';
      change.set('lastActivity', lastActivity);
      change.when(
        `${change.absent('lastActivity')} OR ${change.compare('lastActivity', operator, lastActivity)}`,
      );
      whenActive(change);
    }
    if (taskArn !== undefined) change.set('taskArn', taskArn);
    if (containerStatus !== undefined) change.set('containerStatus', containerStatus);
    const updated = await update(this.client, change.build(this.table, keyOf(key)));
    return updated.applied
      ? { recorded: true as const }
      : { recorded: false as const, existing: updated.existing };
  }

  async pageOfClient(
    clientId: string,
    after: string | undefined,
  ): Promise<{ users: WorkspaceMarker[]; more: boolean }> {
    const page = await this.client.send(
      new QueryCommand({
        TableName: this.table,
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

  carrySubscription(key: WorkspaceKey, { entitlement, eventAt, revision }: ClientAccount): Promise<boolean> {
    const change = new ConditionalUpdate()
      .set('subscriptionStatus', entitlement.status)
      .set('subscriptionEventAt', eventAt)
      .set('subscriptionRevision', revision);
    if (entitlement.tier !== undefined) change.set('subscriptionTier', entitlement.tier);
    const never = change.absent('subscriptionEventAt');
    const older = change.compare('subscriptionEventAt', '<', eventAt);
    const sameTime = change.same('subscriptionEventAt', eventAt);
    const olderRevision = change.compare('subscriptionRevision', '<', revision);
    change.when(change.exists('clientId')).when(`${never} OR ${older} OR (${sameTime} AND ${olderRevision})`);
    return this.apply(key, change);
  }

  async create(row: NewWorkspace, account: ClientAccount): Promise<'created' | 'exists' | 'account-changed'> {
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
      TableName: this.table,
      Item: toItem(item),
      ConditionExpression: 'attribute_not_exists(clientId)',
    };
    const check = {
      TableName: this.accountsTable,
      Key: toItem({ clientId: row.clientId }),
      ConditionExpression: 'revision = :revision',
      ExpressionAttributeValues: toItem({ ':revision': revision }),
    };
    try {
      await this.client.send(
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

  private async apply(key: WorkspaceKey, change: ConditionalUpdate): Promise<boolean> {
    return (await update(this.client, change.build(this.table, keyOf(key)))).applied;
  }
}

function keyOf({ clientId, userId }: WorkspaceKey): { clientId: string; userId: string } {
  return { clientId, userId };
}

/** Both attributes of the index, set or removed together. */
function armedFor(change: ConditionalUpdate, at: number | undefined): ConditionalUpdate {
  return change.set('armedFor', at).set('armedDay', at === undefined ? undefined : armedDayOf(at));
}

/** A row without the attribute is active; one that was deleted has none either. */
function whenActive(change: ConditionalUpdate): ConditionalUpdate {
  const active = `${change.absent('lifecycle')} OR ${change.same('lifecycle', 'active')}`;
  return change.when(change.exists('clientId')).when(active);
}

/** Every input of the policy is what the row says: whoever changed one of them has won. */
function whenInputsSame(change: ConditionalUpdate, row: WorkspaceRow): void {
  change
    .whenSame('lastActivity', row.lastActivity)
    .whenSame('subscriptionStatus', row.subscriptionStatus)
    .whenSame('subscriptionTier', row.subscriptionTier)
    .whenSame('retentionDays', row.retentionDays)
    // Of a hold its end decides. What else people write into it may not come back from the table to the letter.
    .when(row.hold === undefined ? change.absent('hold') : change.exists('hold'))
    .whenSame('hold.until', row.hold?.until);
}

function numberOrNothing(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
