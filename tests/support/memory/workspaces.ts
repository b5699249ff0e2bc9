import { isDeepStrictEqual } from 'node:util';
import type { ClientAccount } from '../../../src/core/client-account.ts';
import { type Heartbeat, latestReport, type ReportTerms } from '../../../src/core/heartbeat.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import { CLOCK_SKEW_SECONDS } from '../../../src/core/wake-up.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type {
  Claim,
  HeldBack,
  Lifecycle,
  Loss,
  Notice,
  Requested,
  Step,
  UnsavedWork,
  WorkspaceRow,
} from '../../../src/core/workspace-row.ts';
import type {
  Keeping,
  NamedAccess,
  NewWorkspace,
  Outcome,
  WaitingKey,
  WorkspaceMarker,
  Workspaces,
} from '../../../src/ports.ts';
import type { MemoryHistory } from './history.ts';
import type { Item, MemoryTable } from './table.ts';

/** A query returns at most 1 MB, as in DynamoDB. */
const PAGE_BYTES = 1_048_576;

const NOT_HELD_BACK = { heldBack: undefined, waitingFor: undefined, waitingSince: undefined };

/** The rows of `WorkspaceStatus` in memory, each write on the very condition of the DynamoDB adapter. */
export class MemoryWorkspaces implements Workspaces {
  private readonly rows: MemoryTable;
  private readonly accounts: MemoryTable;
  private readonly history: MemoryHistory;

  constructor(rows: MemoryTable, accounts: MemoryTable, history: MemoryHistory) {
    this.rows = rows;
    this.accounts = accounts;
    this.history = history;
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
    row: WorkspaceKey & Pick<WorkspaceRow, 'armedFor' | 'heldBack'>,
    next: number | undefined,
    forgetHeldBack = false,
  ): Promise<boolean> {
    const sameHeldBack = (now: Item) => {
      const held = now.heldBack as HeldBack | undefined;
      return held?.matter === row.heldBack?.matter && held?.deadline === row.heldBack?.deadline;
    };
    const unchanged = (now: Item) =>
      exists(now) && now.armedFor === row.armedFor && (!forgetHeldBack || sameHeldBack(now));
    return this.write(row, unchanged, { armedFor: next, ...(forgetHeldBack && NOT_HELD_BACK) });
  }

  async claim(row: WorkspaceRow, claim: Claim, during: Lifecycle, entry: HistoryEntry): Promise<boolean> {
    const unchanged = (now: Item) => stateSame(now, row) && now.efsAccessPoint === row.efsAccessPoint;
    const change = { armedFor: claim.until, lifecycle: during, claim, ...NOT_HELD_BACK };
    return this.writeWith(row, unchanged, change, entry);
  }

  async giveNotice(row: WorkspaceRow, loss: Loss, notice: Notice, entry: HistoryEntry): Promise<boolean> {
    const change = { notices: { ...row.notices, [loss]: notice }, ...NOT_HELD_BACK };
    return this.writeWith(row, (now) => stateSame(now, row), change, entry);
  }

  async holdBack(row: WorkspaceRow, heldBack: HeldBack, entry: HistoryEntry): Promise<boolean> {
    const waits = heldBack.until === undefined && { waitingFor: 'control', waitingSince: heldBack.since };
    const change = { ...NOT_HELD_BACK, heldBack, ...waits };
    return this.writeWith(row, (now) => stateSame(now, row), change, entry);
  }

  async keep(
    row: WorkspaceRow,
    { hold, extension, requested }: Keeping,
    entry: HistoryEntry,
  ): Promise<boolean> {
    const unchanged = (now: Item) => exists(now) && requestSame(now, row) && keepingSame(now, row);
    const change = { hold, extension, requested, notices: undefined };
    return this.writeWith(row, unchanged, change, entry);
  }

  async request(row: WorkspaceRow, requested: Requested, entry: HistoryEntry): Promise<boolean> {
    return this.writeWith(row, (now) => stateSame(now, row), { requested }, entry);
  }

  async waiting(after: WaitingKey | undefined, limit: number) {
    const keys = [...this.rows.items()]
      .filter(({ waitingFor }) => waitingFor === 'control')
      .map((row) => ({ ...keyOf(row as unknown as WorkspaceKey), waitingSince: Number(row.waitingSince) }))
      .sort((a, b) => compareWaiting(a, b))
      .filter((key) => after === undefined || compareWaiting(key, after) > 0);
    return { keys: keys.slice(0, limit), more: keys.length > limit };
  }

  async advance(row: WorkspaceRow, claim: Claim, step: Step): Promise<boolean> {
    return this.write(row, (now) => inputsSame(now, row) && owns(now, claim), { claim: { ...claim, step } });
  }

  async finish(row: WorkspaceRow, claim: Claim, outcome: Outcome, entry: HistoryEntry): Promise<boolean> {
    const { lifecycle, efsAccessPoint } = outcome;
    const unchanged = (now: Item) => owns(now, claim) && now.efsAccessPoint === row.efsAccessPoint;
    const change = {
      lifecycle,
      efsAccessPoint,
      claim: undefined,
      ...(lifecycle !== 'active' && { containerStatus: 'terminated' }),
    };
    return this.writeWith(row, unchanged, change, entry);
  }

  async keepPosixUid(row: WorkspaceRow, claim: Claim, posixUid: number): Promise<boolean> {
    return this.write(row, (now) => owns(now, claim), { posixUid });
  }

  async recordReturn(row: WorkspaceRow, at: number, entry: HistoryEntry): Promise<boolean> {
    const unchanged = (now: Item) => inputsSame(now, row) && now.lifecycle === 'archived';
    return this.writeWith(row, unchanged, { lastActivity: at, requested: undefined }, entry);
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

  async recordActivity({ key, lastActivity, containerStatus, taskArn, unsavedWork, terms }: Heartbeat) {
    const forward = (row: Item) =>
      lastActivity === undefined ||
      ((row.lastActivity === undefined ||
        isLess(row.lastActivity, lastActivity) ||
        (containerStatus !== undefined && row.lastActivity === lastActivity)) &&
        (row.lifecycle ?? 'active') === 'active');
    const { applied, before } = this.rows.update(
      keyOf(key),
      (row) => exists(row) && forward(row) && (terms === undefined || onTerms(row, terms)),
      () => ({
        ...(lastActivity !== undefined && { lastActivity }),
        ...(containerStatus !== undefined && { containerStatus }),
        ...(taskArn !== undefined && { taskArn }),
        ...(unsavedWork !== undefined && { unsavedWork }),
        ...(terms !== undefined && { reportedAt: Math.floor(terms.receivedAt) }),
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

  /** The change and its entry, both or neither. */
  private writeWith(
    row: WorkspaceRow,
    condition: (row: Item) => boolean,
    change: Item,
    entry: HistoryEntry,
  ): boolean {
    const isNext = (now: Item) =>
      (now.history as WorkspaceRow['history'])?.sequence === row.history?.sequence;
    const { sequence, at } = entry;
    const done = this.write(row, (now) => condition(now) && isNext(now), {
      ...change,
      history: { sequence, at },
    });
    if (done) this.history.put(entry);
    return done;
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

function onTerms({ efsAccessPoint, reportedAt }: Item, terms: ReportTerms): boolean {
  const before = latestReport(terms) + 1;
  return efsAccessPoint === terms.accessPoint && (reportedAt === undefined || isLess(reportedAt, before));
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
    (now.unsavedWork as UnsavedWork | undefined)?.changes === row.unsavedWork?.changes &&
    (now.unsavedWork as UnsavedWork | undefined)?.commits === row.unsavedWork?.commits &&
    requestSame(now, row) &&
    keepingSame(now, row)
  );
}

function requestSame(now: Item, row: WorkspaceRow): boolean {
  const requested = now.requested as Requested | undefined;
  return requested?.at === row.requested?.at && requested?.action === row.requested?.action;
}

function keepingSame(now: Item, row: WorkspaceRow): boolean {
  return (
    (now.hold === undefined) === (row.hold === undefined) &&
    (now.hold as WorkspaceRow['hold'])?.until === row.hold?.until &&
    (now.extension as WorkspaceRow['extension'])?.until === row.extension?.until
  );
}

function stateSame(now: Item, row: WorkspaceRow): boolean {
  return inputsSame(now, row) && claimSame(now, row) && (now.lifecycle ?? 'active') === row.lifecycle;
}

function compareWaiting(a: WaitingKey, b: WaitingKey): number {
  return (
    a.waitingSince - b.waitingSince ||
    a.clientId.localeCompare(b.clientId) ||
    a.userId.localeCompare(b.userId)
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
