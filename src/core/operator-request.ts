import { z } from 'zod';
import { describeProblems } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { foresee } from './forecast.ts';
import { bySchema, inUtc, reasonSchema } from './keeping.ts';
import { isInBetween } from './lifecycle.ts';
import { dueAfterNotice } from './notice.ts';
import { decideAction, isHeld, type Policy, standingRequest } from './policy.ts';
import { showKey } from './workspace-key.ts';
import { type Loss, lossSchema, type Requested, type WorkspaceRow } from './workspace-row.ts';

const lossRequestSchema = z.strictObject({ action: lossSchema, by: bySchema, reason: reasonSchema });
/** What an operator says who wants a workspace archived, or terminated, at once. */
export type LossRequest = z.infer<typeof lossRequestSchema>;

/** Reads a request. Throws BadInputError with the value and what was expected. */
export function readLossRequest(input: unknown): LossRequest {
  const result = lossRequestSchema.safeParse(input);
  if (result.success) return result.data;
  throw new BadInputError(describeProblems(result.error, input).join('; '));
}

/**
 * What is written into the row. It counts from the second after the last activity on, so that an activity of
 * that second, which may be on its way, takes it back. What the workspace has been archived by is kept in it.
 */
export function requestedBy({ action, by, reason }: LossRequest, row: WorkspaceRow, now: number): Requested {
  const before = archivedBy(row);
  return {
    action,
    at: Math.max(Math.floor(now), row.lastActivity + 1),
    by,
    reason,
    ...(before && { replaces: before }),
  };
}

/** The request that an archived workspace is archived by; undefined where the rules do it, or nothing does. */
function archivedBy(row: WorkspaceRow): Requested['replaces'] {
  const requested = standingRequest(row);
  if (row.lifecycle !== 'archived' || requested === undefined) return undefined;
  const { replaces, ...last } = requested;
  return last.action === 'archive' ? { ...last, action: 'archive' } : replaces;
}

/**
 * What stays of a request where somebody holds or extends the workspace: they take back that it is to be
 * lost, and give nothing back. So one that is archived by a request, or on the way there, stays so; any other
 * request is over.
 */
export function requestKept({ lifecycle, claim, requested }: WorkspaceRow): Requested | undefined {
  const wasArchived = lifecycle === 'terminating' && claim?.origin === 'archived';
  if (lifecycle !== 'archived' && lifecycle !== 'archiving' && !wasArchived) return undefined;
  return requested?.action === 'archive' ? requested : requested?.replaces;
}

/**
 * When a workspace of which that is asked now is lost, if nothing is in the way and nobody uses it: at once,
 * or when the notice has been out for as long as it has to. Epoch seconds.
 */
export function dueOfRequest(row: WorkspaceRow, requested: Requested, policy: Policy, now: number): number {
  const coming = { loss: requested.action, deadline: requested.at };
  return dueAfterNotice({ ...row, requested }, policy, coming, now);
}

/**
 * Throws BadInputError where nothing can be asked for: 410 or 423 where the workspace is gone or in
 * somebody's hands, 409 where it is held, another request is pending, or nothing would be brought forward.
 */
export function refuseRequest(row: WorkspaceRow, requested: Requested, policy: Policy, now: number): void {
  const problem = problemOf(row, requested, policy, now);
  if (problem !== undefined)
    throw new BadInputError(`workspace ${showKey(row)} ${problem.says}`, problem.status);
}

function problemOf(row: WorkspaceRow, requested: Requested, policy: Policy, now: number) {
  const { action } = requested;
  if (row.lifecycle === 'terminated') return { says: 'is terminated', status: 410 };
  if (isInBetween(row.lifecycle))
    return { says: `is ${row.lifecycle}, try again when that is done`, status: 423 };
  if (isHeld(row, now)) return { says: `is held: ${heldWords(row)}; release it first`, status: 409 };
  const pending = pendingRequest(row);
  if (pending) return { says: pendingWords(pending, action), status: 409 };
  if (action === 'archive' && row.lifecycle === 'archived')
    return { says: 'is archived already', status: 409 };
  return alreadyDue(row, requested, policy, now);
}

/** What has been asked for, is not done, and nobody has taken back; also if it counts only later. */
function pendingRequest(row: WorkspaceRow): Requested | undefined {
  const requested = standingRequest(row);
  const isDone = requested?.action === 'archive' && row.lifecycle === 'archived';
  return isDone ? undefined : requested;
}

/** No request weakens or replaces another unseen: whoever wants that takes the first one back. */
function pendingWords({ action, by, reason }: Requested, wanted: Loss): string {
  const remedy = wanted === action ? '' : '; release it first';
  return `is to be ${DONE[action]} already, as ${by} has asked: ${reason}${remedy}`;
}

const DONE: Record<Loss, string> = { archive: 'archived', terminate: 'terminated' };

/** Nothing is brought forward where the rules take as much by themselves, as early as notices let them. */
function alreadyDue(row: WorkspaceRow, requested: Requested, policy: Policy, now: number) {
  const today = decideAction(row, policy, now).action;
  // What the rules call for already is not overruled by a wish for as much, or less: whenever it is done.
  const isCalledFor = today === requested.action || today === 'terminate';
  const loss = isCalledFor ? today : requested.action;
  const coming = foresee(row, policy, now).find(({ transition }) => transition === loss);
  if (coming === undefined) return undefined;
  const { at, rule } = coming;
  if (!isCalledFor && at > dueOfRequest(row, requested, policy, now)) return undefined;
  const when = at <= now ? 'now' : `at ${inUtc(at)}`;
  return {
    says: `is to be ${DONE[loss]} ${when} by ${rule} anyway, and not later: see explain`,
    status: 409,
  };
}

function heldWords({ hold }: WorkspaceRow): string {
  return hold?.reason ?? 'no reason is given';
}
