import { isDeepStrictEqual } from 'node:util';
import type { ClientAccount } from '../../../src/core/client-account.ts';
import type { Heartbeat } from '../../../src/core/heartbeat.ts';
import { CLOCK_SKEW_SECONDS } from '../../../src/core/wake-up.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { Claim, Lifecycle, Step, WorkspaceRow } from '../../../src/core/workspace-row.ts';
import type { NamedAccess, NewWorkspace, Outcome, WorkspaceMarker, Workspaces } from '../../../src/ports.ts';
import type { Item, MemoryTable } from './table.ts';

/** A query returns at most 1 MB, as in DynamoDB. */
const PAGE_BYTES = 1_048_576;

/** The rows of `WorkspaceStatus` in memory, each write on the very condition of the DynamoDB adapter. */
export class MemoryWorkspaces implements Workspaces {
  private readonly rows: MemoryTable;
  private readonly accounts: MemoryTable;

  constructor(rows: MemoryTable, accounts: MemoryTable) {
    this.rows = rows;
    this.accounts = accounts;
  }

  async read(key: WorkspaceKey): Promise<unknown> {
    return this.rows.get(keyOf(key));
  }

  async rememberWakeUp(key: WorkspaceKey, at: number, now: number): Promise<void> {
    const outdated = ({ armedFor }: Item) =>
      armedFor === undefined ||
      isMore(armedFor, at) ||
      isLess(armedFor, Math.floor(now) + CLOCK_SKEW_SECONDS + 1);
    this.write(key, (row) => exists(row) && outdated(row), { armedFor: at });
  }

  async settleWakeUp(
    row: WorkspaceKey & Pick<WorkspaceRow, 'armedFor'>,
    next: number | undefined,
  ): Promise<boolean> {
    return this.write(row, (now) => exists(now) && now.armedFor === row.armedFor, { armedFor: next });
  }

  async claim(row: WorkspaceRow, claim: Claim, during: Lifecycle): Promise<boolean> {
    const unchanged = (now: Item) =>
      inputsSame(now, row) &&
      now.efsAccessPoint === row.efsAccessPoint &&
      claimSame(now, row) &&
      (now.lifecycle ?? 'active') === row.lifecycle;
    return this.write(row, unchanged, { armedFor: claim.until, lifecycle: during, claim });
  }

  async advance(row: WorkspaceRow, claim: Claim, step: Step): Promise<boolean> {
    return this.write(row, (now) => inputsSame(now, row) && owns(now, claim), { claim: { ...claim, step } });
  }

  async finish(row: WorkspaceRow, claim: Claim, outcome: Outcome): Promise<boolean> {
    const { lifecycle, efsAccessPoint } = outcome;
    const unchanged = (now: Item) => owns(now, claim) && now.efsAccessPoint === row.efsAccessPoint;
    return this.write(row, unchanged, {
      lifecycle,
      efsAccessPoint,
      claim: undefined,
      ...(lifecycle !== 'active' && { containerStatus: 'terminated' }),
    });
  }

  async keepPosixUid(row: WorkspaceRow, claim: Claim, posixUid: number): Promise<boolean> {
    return this.write(row, (now) => owns(now, claim), { posixUid });
  }

  async recordReturn(row: WorkspaceRow, at: number): Promise<boolean> {
    const unchanged = (now: Item) => inputsSame(now, row) && now.lifecycle === 'archived';
    return this.write(row, unchanged, { lastActivity: at });
  }

  async nameAccessPoint(
    key: WorkspaceKey,
    known: string | undefined,
    access: { efsAccessPoint: string; posixUid: number },
  ): Promise<boolean> {
    return this.write(key, (now) => isActive(now) && now.efsAccessPoint === known, access);
  }

  async nameTask(row: NamedAccess, taskArn: string): Promise<boolean> {
    const unchanged = (now: Item) =>
      isActive(now) &&
      now.efsAccessPoint === row.efsAccessPoint &&
      isDeepStrictEqual(now.taskArn, row.taskArn);
    return this.write(row, unchanged, { taskArn });
  }

  async armedBetween(from: number, to: number, limit: number) {
    return [...this.rows.items()]
      .filter(({ armedFor }) => typeof armedFor === 'number' && armedFor >= from && armedFor <= to)
      .map(({ clientId, userId, armedFor }) => ({
        key: { clientId: String(clientId), userId: String(userId) },
        armedFor: Number(armedFor),
      }))
      .sort((a, b) => a.armedFor - b.armedFor)
      .slice(0, limit);
  }

  async recordActivity({ key, lastActivity, containerStatus, taskArn }: Heartbeat) {
    const forward = (row: Item) =>
      lastActivity === undefined ||
      ((row.lastActivity === undefined ||
        isLess(row.lastActivity, lastActivity) ||
        (containerStatus !== undefined && row.lastActivity === lastActivity)) &&
        (row.lifecycle ?? 'active') === 'active');
    const { applied, before } = this.rows.update(
      keyOf(key),
      (row) => exists(row) && forward(row),
      () => ({
        ...(lastActivity !== undefined && { lastActivity }),
        ...(containerStatus !== undefined && { containerStatus }),
        ...(taskArn !== undefined && { taskArn }),
      }),
    );
    return applied ? { recorded: true as const } : { recorded: false as const, existing: before };
  }

  async pageOfClient(clientId: string, after: string | undefined) {
    const users: WorkspaceMarker[] = [];
    let bytes = 0;
    for (const row of this.rows.itemsOf(clientId, after)) {
      bytes += JSON.stringify(row).length;
      if (bytes > PAGE_BYTES) return { users, more: true };
      users.push({
        userId: String(row.userId),
        eventAt: numberOrNothing(row.subscriptionEventAt),
        revision: numberOrNothing(row.subscriptionRevision),
      });
    }
    return { users, more: false };
  }

  async carrySubscription(key: WorkspaceKey, account: ClientAccount): Promise<boolean> {
    const { entitlement, eventAt, revision } = account;
    const behind = ({ subscriptionEventAt: at, subscriptionRevision }: Item) =>
      at === undefined || isLess(at, eventAt) || (at === eventAt && isLess(subscriptionRevision, revision));
    return this.write(key, (row) => exists(row) && behind(row), {
      subscriptionStatus: entitlement.status,
      subscriptionEventAt: eventAt,
      subscriptionRevision: revision,
      ...(entitlement.tier !== undefined && { subscriptionTier: entitlement.tier }),
    });
  }

  async create(row: NewWorkspace, account: ClientAccount): Promise<'created' | 'exists' | 'account-changed'> {
    if (this.rows.get(row)) return 'exists';
    if (this.accounts.get({ clientId: row.clientId })?.revision !== account.revision)
      return 'account-changed';
    this.rows.put({
      ...row,
      subscriptionStatus: account.entitlement.status,
      subscriptionTier: account.entitlement.tier ?? 'free',
      subscriptionEventAt: account.eventAt,
      subscriptionRevision: account.revision,
      containerStatus: 'active',
      lifecycle: 'active',
    });
    return 'created';
  }

  private write(key: WorkspaceKey, condition: (row: Item) => boolean, change: Item): boolean {
    const { armedFor } = change;
    const days = 'armedFor' in change && {
      armedDay:
        typeof armedFor === 'number' ? new Date(armedFor * 1000).toISOString().slice(0, 10) : undefined,
    };
    return this.rows.update(keyOf(key), condition, () => ({ ...change, ...days })).applied;
  }
}

function keyOf({ clientId, userId }: WorkspaceKey): WorkspaceKey {
  return { clientId, userId };
}

function isActive(row: Item): boolean {
  return exists(row) && (row.lifecycle ?? 'active') === 'active';
}

function exists(row: Item): boolean {
  return row.clientId !== undefined;
}

/** Comparisons as in a condition: an attribute that is missing or of another type is neither less nor more. */
function isLess(value: unknown, than: number): boolean {
  return typeof value === 'number' && value < than;
}

function isMore(value: unknown, than: number): boolean {
  return typeof value === 'number' && value > than;
}

function inputsSame(now: Item, row: WorkspaceRow): boolean {
  return (
    exists(now) &&
    now.lastActivity === row.lastActivity &&
    now.subscriptionStatus === row.subscriptionStatus &&
    now.subscriptionTier === row.subscriptionTier &&
    now.retentionDays === row.retentionDays &&
    (now.hold === undefined) === (row.hold === undefined) &&
    (now.hold as WorkspaceRow['hold'])?.until === row.hold?.until
  );
}

function claimSame(now: Item, row: WorkspaceRow): boolean {
  const claim = now.claim as Claim | undefined;
  return claim?.owner === row.claim?.owner && claim?.until === row.claim?.until;
}

function owns(now: Item, { owner }: Claim): boolean {
  return (now.claim as Claim | undefined)?.owner === owner;
}

function numberOrNothing(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
