import { type Policy, turningPoints } from '../../core/policy.ts';
import { nextWakeUp } from '../../core/wake-up.ts';
import { FUTURE_TOLERANCE_SECONDS, parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import { stateOf } from '../../core/workspace-state.ts';
import { nextLoss } from './next-loss.ts';
import type { NextLoss, ShownLifecycle, ShownState, WorkspaceLine } from './protocol.ts';

/** A row with all that the table and the overview ask of it, worked out once for as long as it stays true. */
export interface WorkspaceView {
  /** `client/user`. */
  id: string;
  /** The same in lower case, to be searched. */
  searched: string;
  /** Undefined if the row is not understood. */
  row: WorkspaceRow | undefined;
  /** As it is in the table, where it is not understood. */
  raw: Record<string, unknown> | undefined;
  lifecycle: ShownLifecycle;
  state: ShownState;
  next: NextLoss | undefined;
  /** When the system itself will look at it again, epoch seconds. */
  armedFor: number | undefined;
  /** From this second on, epoch seconds, it has to be worked out anew. */
  validUntil: number;
}

/** The view of a row of `WorkspaceStatus` (plain values) at `now` (epoch seconds). */
export function viewOf(raw: Record<string, unknown>, policy: Policy, now: number): WorkspaceView {
  const parsed = parseRow(raw, now);
  if (parsed.kind === 'valid') return viewOfRow(parsed.row, policy, now);
  const id = `${raw.clientId}/${raw.userId}`;
  return {
    id,
    searched: id.toLowerCase(),
    row: undefined,
    raw,
    lifecycle: 'invalid',
    state: 'invalid',
    next: undefined,
    armedFor: undefined,
    validUntil: validFrom(raw, now),
  };
}

/** The view of a valid row. */
export function viewOfRow(row: WorkspaceRow, policy: Policy, now: number): WorkspaceView {
  const id = `${row.clientId}/${row.userId}`;
  const searched = id.toLowerCase();
  return {
    // Most ids are in lower case already: one string less, and of the two the one that lies in one piece.
    id: searched === id ? searched : id,
    searched,
    row,
    raw: undefined,
    lifecycle: row.lifecycle,
    state: stateOf(row, policy, now),
    next: nextLoss(row, policy, now),
    armedFor: row.armedFor,
    validUntil: firstChange(row, policy, now),
  };
}

/** The view as of a later time, or by another policy. */
export function viewedAnew(view: WorkspaceView, policy: Policy, now: number): WorkspaceView {
  return view.row ? viewOfRow(view.row, policy, now) : viewOf(view.raw ?? {}, policy, now);
}

/** The first second after now at which state or next loss can be another by itself. */
function firstChange(row: WorkspaceRow, policy: Policy, now: number): number {
  const seconds = [
    nextWakeUp(row, policy, now),
    turningPoints(row, policy, now)[0],
    row.claim?.until,
    row.heldBack?.until,
  ];
  return Math.min(...seconds.filter((at): at is number => typeof at === 'number' && at > now), Infinity);
}

/** A row whose activity lies in the future is understood as soon as that is the present. */
function validFrom({ lastActivity }: Record<string, unknown>, now: number): number {
  const at = typeof lastActivity === 'number' ? lastActivity - FUTURE_TOLERANCE_SECONDS : Infinity;
  return at > now ? at : Infinity;
}

/** The line of the table. */
export function lineOf(view: WorkspaceView): WorkspaceLine {
  const { row, raw, lifecycle, state, next } = view;
  return {
    clientId: row?.clientId ?? String(raw?.clientId),
    userId: row?.userId ?? String(raw?.userId),
    lifecycle,
    state,
    tier: row?.subscriptionTier,
    status: row?.subscriptionStatus,
    container: row?.containerStatus,
    lastActivity: row?.lastActivity,
    next,
  };
}
