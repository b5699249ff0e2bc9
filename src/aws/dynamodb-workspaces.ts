import type { DynamoDBClient, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { ClientAccount } from '../core/client-account.ts';
import type { Heartbeat } from '../core/heartbeat.ts';
import type { HistoryEntry } from '../core/history.ts';
import { CLOCK_SKEW_SECONDS } from '../core/wake-up.ts';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import type {
  Claim,
  HeldBack,
  Lifecycle,
  Loss,
  Notice,
  Requested,
  Step,
  WorkspaceRow,
} from '../core/workspace-row.ts';
import type { Keeping, NamedAccess, NewWorkspace, Outcome, WaitingKey, Workspaces } from '../ports.ts';
import { readItem, transact, update } from './dynamodb.ts';
import { create, pageOfClient, subscriptionOf } from './dynamodb-client-workspaces.ts';
import { type HistoryTable, putOfEntry } from './dynamodb-history.ts';
import { armedBetween } from './dynamodb-upcoming.ts';
import { waiting } from './dynamodb-waiting.ts';
import { ConditionalUpdate, toItem } from './update-expression.ts';
import {
  armedFor,
  heldBack,
  keyOf,
  whenActive,
  whenInputsSame,
  whenKeepingSame,
  whenOnTerms,
  whenRequestSame,
  whenStateSame,
} from './workspace-conditions.ts';

/** Rows of `WorkspaceStatus` in DynamoDB. */
export class DynamoDBWorkspaces implements Workspaces {
  private readonly client: DynamoDBClient;
  private readonly table: string;
  private readonly accountsTable: string;
  private readonly history: HistoryTable;
  /** Updates that carry an account's subscription differ in nothing but the key, and a giant client has 100,000 of them. */
  private readonly carries = new WeakMap<ClientAccount, UpdateItemCommandInput>();

  constructor(
    client: DynamoDBClient,
    tables: { workspaces: string; accounts: string; history: HistoryTable },
  ) {
    this.client = client;
    this.table = tables.workspaces;
    this.accountsTable = tables.accounts;
    this.history = tables.history;
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
    row: WorkspaceKey & Pick<WorkspaceRow, 'armedFor' | 'heldBack'>,
    next: number | undefined,
    forgetHeldBack = false,
  ): Promise<boolean> {
    const change = armedFor(new ConditionalUpdate(), next);
    change.when(change.exists('clientId')).whenSame('armedFor', row.armedFor);
    if (forgetHeldBack) {
      heldBack(change, undefined);
      change.whenSame('heldBack.matter', row.heldBack?.matter);
      change.whenSame('heldBack.deadline', row.heldBack?.deadline);
    }
    return this.apply(row, change);
  }

  claim(row: WorkspaceRow, claim: Claim, during: Lifecycle, entry: HistoryEntry): Promise<boolean> {
    const change = armedFor(new ConditionalUpdate(), claim.until)
      .set('lifecycle', during)
      .set('claim', claim);
    heldBack(change, undefined);
    whenStateSame(change, row);
    change.whenSame('efsAccessPoint', row.efsAccessPoint);
    return this.applyWith(row, change, entry);
  }

  giveNotice(row: WorkspaceRow, loss: Loss, notice: Notice, entry: HistoryEntry): Promise<boolean> {
    const change = new ConditionalUpdate().set('notices', { ...row.notices, [loss]: notice });
    heldBack(change, undefined);
    whenStateSame(change, row);
    return this.applyWith(row, change, entry);
  }

  holdBack(row: WorkspaceRow, what: HeldBack, entry: HistoryEntry): Promise<boolean> {
    const change = heldBack(new ConditionalUpdate(), what);
    whenStateSame(change, row);
    return this.applyWith(row, change, entry);
  }

  keep(row: WorkspaceRow, { hold, extension, requested }: Keeping, entry: HistoryEntry): Promise<boolean> {
    const change = new ConditionalUpdate()
      .set('hold', hold)
      .set('extension', extension)
      .set('requested', requested)
      .set('notices', undefined);
    change.when(change.exists('clientId'));
    whenRequestSame(change, row);
    whenKeepingSame(change, row);
    return this.applyWith(row, change, entry);
  }

  request(row: WorkspaceRow, requested: Requested, entry: HistoryEntry): Promise<boolean> {
    const change = new ConditionalUpdate().set('requested', requested);
    whenStateSame(change, row);
    return this.applyWith(row, change, entry);
  }

  waiting(after: WaitingKey | undefined, limit: number) {
    return waiting(this.client, this.table, after, limit);
  }

  advance(row: WorkspaceRow, claim: Claim, step: Step): Promise<boolean> {
    const change = new ConditionalUpdate().set('claim', { ...claim, step });
    whenInputsSame(change, row);
    change.when(change.compare('claim.owner', '=', claim.owner));
    return this.apply(row, change);
  }

  finish(row: WorkspaceRow, claim: Claim, outcome: Outcome, entry: HistoryEntry): Promise<boolean> {
    const change = new ConditionalUpdate()
      .whenSame('efsAccessPoint', row.efsAccessPoint)
      .set('lifecycle', outcome.lifecycle)
      .set('efsAccessPoint', outcome.efsAccessPoint)
      .set('claim', undefined);
    if (outcome.lifecycle !== 'active') change.set('containerStatus', 'terminated');
    change.when(change.compare('claim.owner', '=', claim.owner));
    return this.applyWith(row, change, entry);
  }

  keepPosixUid(row: WorkspaceRow, claim: Claim, posixUid: number): Promise<boolean> {
    const change = new ConditionalUpdate().set('posixUid', posixUid);
    change.when(change.compare('claim.owner', '=', claim.owner));
    return this.apply(row, change);
  }

  recordReturn(row: WorkspaceRow, at: number, entry: HistoryEntry): Promise<boolean> {
    const change = new ConditionalUpdate().set('lastActivity', at).set('requested', undefined);
    change.whenSame('lifecycle', 'archived');
    whenInputsSame(change, row);
    return this.applyWith(row, change, entry);
  }

  nameTask(row: NamedAccess, taskArn: string): Promise<boolean> {
    const change = whenActive(new ConditionalUpdate()).set('taskArn', taskArn);
    change.whenSame('efsAccessPoint', row.efsAccessPoint).whenSame('taskArn', row.taskArn);
    return this.apply(row, change);
  }

  armedBetween(from: number, to: number, limit: number) {
    return armedBetween(this.client, this.table, from, to, limit);
  }

  async recordActivity({ key, lastActivity, containerStatus, taskArn, unsavedWork, terms }: Heartbeat) {
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
    if (unsavedWork !== undefined) change.set('unsavedWork', unsavedWork);
    if (terms !== undefined) whenOnTerms(change, terms);
    if (containerStatus !== undefined) change.set('containerStatus', containerStatus);
    const updated = await update(this.client, change.build(this.table, keyOf(key)));
    return updated.applied
      ? { recorded: true as const }
      : { recorded: false as const, existing: updated.existing };
  }

  pageOfClient(clientId: string, after: string | undefined) {
    return pageOfClient(this.client, this.table, clientId, after);
  }

  async carrySubscription(key: WorkspaceKey, account: ClientAccount): Promise<boolean> {
    const carry = this.carries.get(account) ?? subscriptionOf(account).build(this.table, keyOf(key));
    this.carries.set(account, carry);
    return (await update(this.client, { ...carry, Key: toItem(keyOf(key)) })).applied;
  }

  create(row: NewWorkspace, account: ClientAccount) {
    return create(this.client, { workspaces: this.table, accounts: this.accountsTable }, row, account);
  }

  private async apply(key: WorkspaceKey, change: ConditionalUpdate): Promise<boolean> {
    return (await update(this.client, change.build(this.table, keyOf(key)))).applied;
  }

  /** The change and its entry, both or neither: history and state never disagree. */
  private applyWith(row: WorkspaceRow, change: ConditionalUpdate, entry: HistoryEntry): Promise<boolean> {
    change.set('history', { sequence: entry.sequence, at: entry.at });
    change.whenSame('history.sequence', row.history?.sequence);
    const { UpdateExpression = '', ...rest } = change.build(this.table, keyOf(row));
    return transact(this.client, [
      { Update: { ...rest, UpdateExpression } },
      putOfEntry(entry, this.history),
    ]);
  }
}
