import type { WorkspaceKey } from './core/workspace-key.ts';

/**
 * What the handlers need from the world, in the project's own words. Every call may be repeated; none of them
 * decides anything. What fails for a while throws RetryableError or the client library's own error.
 */

/** What may be done, how much of it, what was done, and who is told. */
export * from './ports/control.ts';
/** All of it at once, for operators. */
export * from './ports/fleet.ts';
/** What a workspace consists of: its containers, the doors to its home, its files. */
export * from './ports/resources.ts';
/** The tables. */
export * from './ports/tables.ts';
/** Who may report on a workspace. */
export * from './ports/tokens.ts';

export interface Clock {
  /** Epoch seconds, with a fraction where the clock has one. */
  now(): number;
  /** Waits in the time in which tasks stop: real seconds on AWS and on the local stack. */
  wait(seconds: number): Promise<void>;
  /** Waits until `now` is `at` or a little more; false, at once, where the clock does not move by itself. */
  waitUntil(at: number): Promise<boolean>;
}

/** One-shot wake-ups. */
export interface Timers {
  /**
   * Makes sure that a wake-up for the workspace is pending at `at` (whole epoch seconds, at least 60 s ahead):
   * at least one, at that second or up to a minute later.
   */
  arm(key: WorkspaceKey, at: number): Promise<void>;
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

/**
 * Names of the things that are counted. Those with an alarm mean that a person should look; src/deploy/alarms says from how
 * many on, and watches some of the others as well.
 */
export type Metric =
  | 'Armed'
  | 'ArmingSkipped'
  | 'ClaimLost'
  | 'Archived'
  | 'Terminated'
  | 'Restored'
  | 'Resumed'
  | 'LatenessSeconds'
  | 'Overdue'
  | 'FannedOut'
  | 'NoticeGiven'
  /** A wake-up found nothing due, as its workspace was used since, and armed the next one. */
  | 'WokenEarly'
  | 'HeldBack'
  | 'PutOff'
  | 'Released'
  | 'Published'
  /** A report came with a token that is not valid. */
  | 'TokenRefused'
  /** How much of the hour's budget is used up once this action is done, percent; by `loss`. */
  | 'BudgetUsedPercent'
  /** How long the cleanup has been paused, every quarter of an hour; 0 where it is not. */
  | 'PausedSeconds'
  // With an alarm:
  | 'InvalidRow'
  | 'InvalidAccount'
  | 'InvalidWakeUp'
  | 'InvalidControl'
  | 'InvalidHistory'
  | 'Paused'
  | 'UnknownClient'
  | 'BillingNotUnderstood'
  /** A webhook came whose signature is not good. */
  | 'WebhookRefused'
  | 'AccessPointNotOurs'
  | 'TaskNotOurs'
  | 'InstallationProblem'
  | 'FilesRetained';

/** Where handlers say what they did and why. */
export interface Observer {
  info(message: string, fields: Fields): void;
  warn(message: string, fields: Fields): void;
  error(message: string, fields: Fields): void;
  /** `dimensions`, e.g. `{ rule: 'retention-free' }`: it is then also counted by these. */
  count(metric: Metric, value?: number, dimensions?: Readonly<Record<string, string>>): void;
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
  /** The parts of the path that the route names, decoded, e.g. `{ clientId: 'acme' }`. */
  parameters?: Record<string, string | undefined>;
}

export interface HttpAnswer {
  status: number;
  body: Record<string, unknown>;
  /** Beside the content type, e.g. `retry-after`. */
  headers?: Record<string, string>;
}
