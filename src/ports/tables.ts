import type { ClientAccount, FanOut } from '../core/client-account.ts';
import type { Heartbeat } from '../core/heartbeat.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { SubscriptionEvent } from '../core/subscription.ts';
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

/**
 * The rows of `WorkspaceStatus`. Rows come back as plain values, to be parsed; keys are valid. What takes an `entry` writes
 * it to `WorkspaceHistory` in the same transaction, on condition that no other entry has been written since `row` was read.
 */
export interface Workspaces {
  /** Strongly consistent. Undefined if there is no such row. */
  read(key: WorkspaceKey): Promise<unknown>;
  /**
   * Notes that a wake-up is armed for `at`, unless an earlier one that is still ahead of `now` is known
   * (all epoch seconds).
   */
  rememberWakeUp(key: WorkspaceKey, at: number, now: number): Promise<void>;
  /**
   * Sets the wake-up to `next`, or removes it, if it still is what `row` says. With `forgetHeldBack` what is said to be
   * held back no longer is. False if somebody changed any of it: read and decide again.
   */
  settleWakeUp(
    row: WorkspaceKey & Pick<WorkspaceRow, 'armedFor' | 'heldBack'>,
    next: number | undefined,
    forgetHeldBack?: boolean,
  ): Promise<boolean>;
  /**
   * Writes the claim with its in-between lifecycle and notes the wake-up at the end of its lease, on condition that
   * every input of the decision, the access point, the lifecycle and the claim before are what `row` says.
   * Nothing is held back any more. False if anything changed.
   */
  claim(row: WorkspaceRow, claim: Claim, during: Lifecycle, entry: HistoryEntry): Promise<boolean>;
  /**
   * Enters the next step of a transition that `claim` owns, under the same condition on the inputs. False if the
   * claim is no longer ours or anything changed.
   */
  advance(row: WorkspaceRow, claim: Claim, step: Step): Promise<boolean>;
  /**
   * Ends the transition: sets the lifecycle, removes the claim. False if the claim is no longer ours, or the row names
   * another access point than `row`.
   */
  finish(row: WorkspaceRow, claim: Claim, outcome: Outcome, entry: HistoryEntry): Promise<boolean>;
  /** Notes that notice is given, under the condition of a claim. False if anything changed. */
  giveNotice(row: WorkspaceRow, loss: Loss, notice: Notice, entry: HistoryEntry): Promise<boolean>;
  /** Notes what is kept from happening, under the condition of a claim. False if anything changed. */
  holdBack(row: WorkspaceRow, heldBack: HeldBack, entry: HistoryEntry): Promise<boolean>;
  /**
   * Sets hold, extension and what an operator has asked for, or removes them, if the row still has those that `row` says.
   * What was announced before no longer counts. False if anything changed.
   */
  keep(row: WorkspaceRow, keeping: Keeping, entry: HistoryEntry): Promise<boolean>;
  /** Notes what an operator asks for, under the condition of a claim. False if anything changed. */
  request(row: WorkspaceRow, requested: Requested, entry: HistoryEntry): Promise<boolean>;
  /** Keys of rows that wait for `CleanupControl` to change, in a fixed order from behind `after`, at most `limit`. */
  waiting(after: WaitingKey | undefined, limit: number): Promise<{ keys: WaitingKey[]; more: boolean }>;
  /** Notes who owns the workspace's files, for as long as the claim is ours. False if it no longer is. */
  keepPosixUid(row: WorkspaceRow, claim: Claim, posixUid: number): Promise<boolean>;
  /**
   * The user of an archived workspace has come back, at `at` (epoch seconds): written on condition that it is archived
   * and every input of the policy is what `row` says. What an operator has asked for before is over. False if anything
   * changed: read and decide again.
   */
  recordReturn(row: WorkspaceRow, at: number, entry: HistoryEntry): Promise<boolean>;
  /** Names the task that runs an active workspace, if the row still names what it did. False if anything changed. */
  nameTask(row: NamedAccess, taskArn: string): Promise<boolean>;
  /** Keys whose wake-up is known to lie between `from` and `to` (epoch seconds, both included), at most `limit`. */
  armedBetween(from: number, to: number, limit: number): Promise<{ key: WorkspaceKey; armedFor: number }[]>;
  /**
   * Writes a report of a container: activity only forward and only for an active row that exists.
   * Refused: the item that the condition met, undefined if there is none.
   */
  recordActivity(
    heartbeat: Heartbeat,
  ): Promise<{ recorded: true } | { recorded: false; existing: Record<string, unknown> | undefined }>;
  /** A page of a client's workspaces in order of `userId`, strongly consistent, from behind `after`. */
  pageOfClient(
    clientId: string,
    after: string | undefined,
  ): Promise<{ users: WorkspaceMarker[]; more: boolean }>;
  /** Sets the subscription, unless the row knows a later state of the account, or has this one. */
  carrySubscription(key: WorkspaceKey, account: ClientAccount): Promise<boolean>;
  /** Creates the row, on condition that it does not exist and that the account is still at this revision. */
  create(row: NewWorkspace, account: ClientAccount): Promise<'created' | 'exists' | 'account-changed'>;
}

/** What people have said of a workspace, beside the rules; undefined removes it. */
export type Keeping = Pick<WorkspaceRow, 'hold' | 'extension' | 'requested'>;

/** Where a row stands among those that wait. */
export interface WaitingKey extends WorkspaceKey {
  /** Epoch seconds. */
  waitingSince: number;
}

/** What a row names, whatever is in it. */
export interface NamedAccess extends WorkspaceKey {
  efsAccessPoint: unknown;
  taskArn: unknown;
}

export interface Outcome {
  lifecycle: Lifecycle;
  /** The access point that the workspace has now; undefined if it has none. */
  efsAccessPoint: string | undefined;
}

/** Which state of the account a workspace has. */
export interface WorkspaceMarker {
  userId: string;
  eventAt: number | undefined;
  revision: number | undefined;
}

export interface NewWorkspace extends WorkspaceKey {
  lastActivity: number;
  retentionDays: number | undefined;
  efsAccessPoint: string;
  posixUid: number;
}

/** The items of `ClientAccounts`. */
export interface Accounts {
  /** Strongly consistent, plain values. Undefined if there is none. */
  read(clientId: string): Promise<unknown>;
  /**
   * One conditional write: keeps the event if it is newer than what is known of its subscription, or of the same time
   * and not known yet.
   * `delivery` tells one signed request from another.
   */
  record(event: SubscriptionEvent, delivery: string): Promise<Recorded>;
  /** Notes how far the entitlement has been carried. False if the account is no longer at this revision. */
  noteFanOut(account: ClientAccount, fanOut: FanOut): Promise<boolean>;
}

export type Recorded =
  | { kind: 'recorded'; knownClient: boolean }
  | { kind: 'not-newer' }
  /** The very same signed request has been recorded before. */
  | { kind: 'replayed' };
