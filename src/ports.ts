import type { ClientAccount, FanOut } from './core/client-account.ts';
import type { Heartbeat } from './core/heartbeat.ts';
import type { SubscriptionEvent } from './core/subscription.ts';
import type { WorkspaceKey } from './core/workspace-key.ts';
import type { Claim, Lifecycle, Step, WorkspaceRow } from './core/workspace-row.ts';

/**
 * What the handlers need from the world, in the project's own words. Every call may be repeated; none of them
 * decides anything. What fails for a while throws RetryableError or the client library's own error.
 */

export interface Clock {
  /** Epoch seconds, with a fraction where the clock has one. */
  now(): number;
  /** Waits in the time in which tasks stop: real seconds on AWS and on the local stack. */
  wait(seconds: number): Promise<void>;
}

/** The rows of `WorkspaceStatus`. Rows come back as plain values, to be parsed; keys are valid. */
export interface Workspaces {
  /** Strongly consistent. Undefined if there is no such row. */
  read(key: WorkspaceKey): Promise<unknown>;
  /**
   * Notes that a wake-up is armed for `at`, unless an earlier one that is still ahead of `now` is known
   * (all epoch seconds).
   */
  rememberWakeUp(key: WorkspaceKey, at: number, now: number): Promise<void>;
  /**
   * Sets the wake-up to `next`, or removes it, if it still is what `row` says.
   * False if somebody changed it: read and decide again.
   */
  settleWakeUp(
    row: WorkspaceKey & Pick<WorkspaceRow, 'armedFor'>,
    next: number | undefined,
  ): Promise<boolean>;
  /**
   * Writes the claim with its in-between lifecycle and notes the wake-up at the end of its lease, on condition that
   * every input of the decision, the access point, the lifecycle and the claim before are what `row` says. False if anything changed.
   */
  claim(row: WorkspaceRow, claim: Claim, during: Lifecycle): Promise<boolean>;
  /**
   * Enters the next step of a transition that `claim` owns, under the same condition on the inputs. False if the
   * claim is no longer ours or anything changed.
   */
  advance(row: WorkspaceRow, claim: Claim, step: Step): Promise<boolean>;
  /**
   * Ends the transition: sets the lifecycle, removes the claim. False if the claim is no longer ours, or the row names
   * another access point than `row`.
   */
  finish(row: WorkspaceRow, claim: Claim, outcome: Outcome): Promise<boolean>;
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

/** One-shot wake-ups. */
export interface Timers {
  /**
   * Makes sure that a wake-up for the workspace is pending at `at` (whole epoch seconds, at least 60 s ahead):
   * at least one, at that second or up to a minute later.
   */
  arm(key: WorkspaceKey, at: number): Promise<void>;
}

/** The containers of a workspace. */
export interface Tasks {
  /** Those that are not STOPPED, whatever they have been asked to do. */
  unstopped(key: WorkspaceKey): Promise<string[]>;
  /** Those of these tasks that are not STOPPED. Cheaper, as it searches nothing. */
  unstoppedOf(tasks: readonly string[]): Promise<string[]>;
  /** Asks a task to stop; it has a while to do so. A task that has stopped is left alone. */
  requestStop(task: string, reason: string): Promise<void>;
  /** Starts a container whose home is the access point. Returns its task's ARN. */
  start(key: WorkspaceKey, accessPoint: string, environment: Record<string, string>): Promise<string>;
  /** Whether this installation is configured to start containers. */
  readonly canStart: boolean;
}

/** The doors to homes on the file system: one for each workspace that may be reached. */
export interface AccessPoints {
  /** Makes sure that the workspace has one, and returns its id: `known` if that is there and the workspace's own. */
  ensure(key: WorkspaceKey, known?: string): Promise<string>;
  /** Whether this id is there and leads to this workspace's home. */
  isOurs(key: WorkspaceKey, accessPoint: string): Promise<boolean>;
  /**
   * Takes the way to the workspace's home away: deletes the one with this id, or, where the row names none, each that
   * leads there. `not-ours` if the id leads anywhere else: it is left alone.
   */
  remove(key: WorkspaceKey, known: string | undefined): Promise<'removed' | 'absent' | 'not-ours'>;
}

export interface WorkspaceFiles {
  /** Deletes the workspace's home. `retained` where this installation has no file system mounted. */
  remove(key: WorkspaceKey): Promise<'deleted' | 'retained'>;
}

export interface VerifiedWebhook {
  /** The parsed body. */
  payload: unknown;
  /** The message's id in the headers, the same each time it is sent; empty where it stands in the body. */
  messageId: string;
  /** What tells this signed request from every other, also of the same message. */
  delivery: string;
}

/** Checks who sent a webhook. */
export interface WebhookVerifier {
  /** Throws BadInputError for a wrong, missing or expired signature. */
  verify(body: string, headers: Record<string, string | undefined>): VerifiedWebhook;
}

export type Fields = Record<string, unknown>;

/** Names of the things that are counted. Those with an alarm mean that a person should look. */
export type Metric =
  | 'Armed'
  | 'ArmingSkipped'
  | 'ClaimLost'
  | 'Archived'
  | 'Terminated'
  | 'Restored'
  | 'LatenessSeconds'
  | 'Overdue'
  | 'FannedOut'
  // With an alarm:
  | 'InvalidRow'
  | 'InvalidAccount'
  | 'InvalidWakeUp'
  | 'UnknownClient'
  | 'BillingNotUnderstood'
  | 'AccessPointNotOurs'
  | 'FilesRetained';

/** Where handlers say what they did and why. */
export interface Observer {
  info(message: string, fields: Fields): void;
  warn(message: string, fields: Fields): void;
  error(message: string, fields: Fields): void;
  count(metric: Metric, value?: number): void;
}

/** A record of a table's stream. */
export interface ChangeRecord {
  sequenceNumber: string;
  /** Tells one item from another, whatever its key is made of. */
  itemKey: string;
  /** The key's attributes as plain values, for messages. */
  key: Fields;
  /** The item after the change as plain values; undefined if it was deleted. Reading it costs, so read it once. */
  newImage(): unknown;
  /** The item before the change; undefined if it was created. */
  oldImage(): unknown;
}

/** What a stream handler answers: the lowest sequence number that was not handled, if any. */
export interface BatchResult {
  retryFrom: string | undefined;
}

/** A request, as the handlers see it: the raw body, header names in lower case. */
export interface HttpRequest {
  body: string;
  headers: Record<string, string | undefined>;
}

export interface HttpAnswer {
  status: number;
  body: Record<string, unknown>;
}
