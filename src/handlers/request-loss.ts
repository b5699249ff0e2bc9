import { BadInputError, RetryableError } from '../core/errors.ts';
import { entryOf } from '../core/history.ts';
import { readReleaseRequest } from '../core/keeping.ts';
import { dueOfRequest, readLossRequest, refuseRequest, requestedBy } from '../core/operator-request.ts';
import type { Policy } from '../core/policy.ts';
import { judgeReturn } from '../core/resume.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import { validRow, type WorkspaceRow } from '../core/workspace-row.ts';
import type { Clock, Observer, Workspaces } from '../ports.ts';

export interface ReturnPorts {
  workspaces: Pick<Workspaces, 'read' | 'recordReturn'>;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

export interface RequestPorts extends ReturnPorts {
  workspaces: ReturnPorts['workspaces'] & Pick<Workspaces, 'request'>;
}

/** A row that changes more often than this while it is written to has somebody else at work. */
const MAXIMUM_TRIES = 5;

/** The row as it is then, and when the loss is due if nothing is in its way (epoch seconds). */
export interface RequestedLoss {
  row: WorkspaceRow;
  due: number;
}

/**
 * An operator wants a workspace archived, or terminated, at once. `request`: `{action, by, reason}`. It is
 * written into the row, as one more input of the decision; what comes of it is decided, claimed and counted
 * as anything else: its wake-up is armed by the reactor, budgets, pauses and the notice of a termination
 * hold. An activity or a release takes it back; so does a hold or an extension, unless it is done already.
 *
 * Throws BadInputError 400 for a request that is not understood, 404 where there is no such workspace, 409,
 * 410 or 423 where nothing can be asked for.
 */
export async function requestLoss(
  key: WorkspaceKey,
  request: unknown,
  policy: Policy,
  { workspaces, clock, observer }: RequestPorts,
): Promise<RequestedLoss> {
  const asked = readLossRequest(request);
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const now = clock.now();
    const row = validRow(await workspaces.read(key), key, now);
    const requested = requestedBy(asked, row, now);
    refuseRequest(row, requested, policy, now);
    const due = dueOfRequest(row, requested, policy, now);
    const { by, reason, action: loss } = asked;
    const entry = entryOf(row, { what: 'requested', by, reason, loss, due, lifecycle: row.lifecycle }, now);
    if (!(await workspaces.request(row, requested, entry))) continue;
    observer.info('an operator asks for a loss', { ...key, loss, by });
    const { sequence, at } = entry;
    return { row: { ...row, requested, history: { sequence, at } }, due };
  }
  throw tooBusy(key);
}

/**
 * An operator gives an archived workspace back to its user, as their return would.
 * `request`: `{by, reason?}`. Its access is restored by the next wake-up, about a minute later.
 *
 * Throws BadInputError 400 for a request that is not understood, 404 where there is no such workspace, 409
 * where it is open, and what `judgeReturn` refuses with: 409 where the client is not entitled to it, 410
 * where it is terminated, 423 while somebody is at work on it or it is held.
 */
export async function requestReturn(
  key: WorkspaceKey,
  request: unknown,
  policy: Policy,
  { workspaces, clock, observer }: ReturnPorts,
): Promise<WorkspaceRow> {
  const { by, reason } = readReleaseRequest(request);
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const now = clock.now();
    const row = validRow(await workspaces.read(key), key, now);
    const judged = judgeReturn(row, policy, now);
    if (judged.kind === 'refused') throw judged.refusal;
    if (judged.kind === 'open') throw new BadInputError(`workspace ${showKey(key)} is open already`, 409);
    const at = Math.max(Math.floor(now), row.lastActivity);
    const happening = { what: 'returned', by, ...(reason && { reason }), lifecycle: row.lifecycle } as const;
    const entry = entryOf(row, happening, now);
    if (!(await workspaces.recordReturn(row, at, entry))) continue;
    observer.count('Resumed');
    observer.info('an operator gives an archived workspace back', { ...key, by });
    const { sequence, at: written } = entry;
    return { ...row, lastActivity: at, requested: undefined, history: { sequence, at: written } };
  }
  throw tooBusy(key);
}

function tooBusy(key: WorkspaceKey): RetryableError {
  return new RetryableError(`workspace ${showKey(key)} changed ${MAXIMUM_TRIES} times in a row`);
}
