import { permissionFor } from '../../core/control.ts';
import { isInBetween, matterOf, planLifecycle } from '../../core/lifecycle.ts';
import { decideAction, isHeld } from '../../core/policy.ts';
import { CLOCK_SKEW_SECONDS } from '../../core/wake-up.ts';
import type { HeldBackReason, WorkspaceRow } from '../../core/workspace-row.ts';
import { OVERDUE_AFTER_SECONDS } from '../../handlers/overdue-check.ts';
import { showDistance, showTime } from '../times.ts';
import type { Ahead } from './ahead.ts';
import type { Context } from './context.ts';

/** Why nothing has happened to a workspace so far, or has not yet, in one word. */
export type ReasonKind =
  | 'invalid-row'
  | 'terminated'
  | 'in-transition'
  | 'held'
  | 'extended'
  | 'within-limits'
  | 'archived'
  | 'notice-not-out'
  | 'notice-running'
  | 'wake-up-ahead'
  | 'overdue'
  | 'no-wake-up'
  | HeldBackReason;

export interface Reason {
  kind: ReasonKind;
  text: string;
  /** Until when, as far as that is known; epoch seconds. */
  until?: number;
}

/** Why nothing has happened to a workspace so far, or has not yet: what it says itself, what is in the way, its wake-up. */
export function reasonsFor(row: WorkspaceRow, context: Context, ahead: readonly Ahead[]): Reason[] {
  return [
    ...reasonsOfRow(row, context, ahead),
    ...obstaclesOf(row, context, ahead),
    ...wakeUpsOf(row, context.now, ahead),
  ];
}

/** What the row itself says. */
function reasonsOfRow(row: WorkspaceRow, { policy, now }: Context, ahead: readonly Ahead[]): Reason[] {
  if (row.lifecycle === 'terminated')
    return [{ kind: 'terminated', text: 'it is terminated: nothing comes after that' }];
  if (isInBetween(row.lifecycle)) return [inTransition(row, now)];
  const { rule, action } = decideAction(row, policy, now);
  if (isHeld(row, now)) return [keptReason('held', row.hold?.until, now)];
  if (rule === 'extended' && row.lifecycle !== 'archived')
    return [keptReason('extended', row.extension?.until, now)];
  if (action === 'archive' && row.lifecycle === 'archived')
    return [{ kind: 'archived', text: `it is archived, as ${rule} says` }];
  const plan = planLifecycle(row, policy, now);
  if (plan.kind === 'notify') return [noticeNotOut(plan.loss, plan.due, now)];
  if (plan.kind === 'rest' && action !== 'active') return [noticeRunning(action, ahead, now)];
  if (plan.kind === 'rest') return [withinLimits(ahead, now)];
  return [];
}

function keptReason(kind: 'held' | 'extended', until: number | undefined, now: number): Reason {
  if (until === undefined) return { kind, text: `it is ${kind} until somebody releases it` };
  return { kind, text: `it is ${kind} until ${showTime(until)}, ${showDistance(until, now)}`, until };
}

function withinLimits(ahead: readonly Ahead[], now: number): Reason {
  const first = ahead.find(({ what }) => what === 'archive' || what === 'terminate');
  const then = first === undefined ? '' : `; the first will be ${first.rule}, ${showDistance(first.at, now)}`;
  return {
    kind: 'within-limits',
    text: `no rule calls for anything yet${then}`,
    ...(first && { until: first.at }),
  };
}

function inTransition({ lifecycle, claim }: WorkspaceRow, now: number): Reason {
  const { owner = 'nobody', until = now, step = 'its first step' } = claim ?? {};
  const end =
    until > now ? `its lease ends ${showDistance(until, now)}` : 'its lease has ended, it is taken up again';
  return { kind: 'in-transition', text: `it is ${lifecycle}, at ${step}, by ${owner}; ${end}`, until };
}

function noticeNotOut(loss: string, due: number, now: number): Reason {
  const text = `notice of ${loss} is to go out first; then it is due ${showTime(due)}, ${showDistance(due, now)}`;
  return { kind: 'notice-not-out', text, until: due };
}

function noticeRunning(loss: string, ahead: readonly Ahead[], now: number): Reason {
  const due = ahead.find(({ what }) => what === loss)?.at ?? now;
  const text = `notice of ${loss} is out, and runs until ${showTime(due)}, ${showDistance(due, now)}`;
  return { kind: 'notice-running', text, until: due };
}

const OBSTACLES: Record<HeldBackReason, string> = {
  off: 'enforcement is off for this client',
  observe: 'this client is only observed',
  paused: 'the cleanup is paused',
  'control-invalid': 'CleanupControl is not understood, so nothing is taken from anybody',
  budget: "this hour's budget is used up",
};

/** What keeps, or would keep, the next loss from happening. */
function obstaclesOf(
  row: WorkspaceRow,
  { policy, now, control, safety }: Context,
  ahead: readonly Ahead[],
): Reason[] {
  const plan = planLifecycle(row, policy, now);
  const about = matterOf(plan);
  const coming = ahead.find(({ what }) => what === 'archive' || what === 'terminate')?.what as
    | 'archive'
    | 'terminate'
    | undefined;
  const matter = about?.matter ?? coming;
  if (matter === undefined) return [];
  const when = about === undefined ? 'when it is due: ' : '';
  if (control.kind === 'invalid')
    return [
      {
        kind: 'control-invalid',
        text: `${when}${OBSTACLES['control-invalid']}: ${control.problems.join('; ')}`,
      },
    ];
  const permission = permissionFor(control.control, row.clientId, matter, safety);
  if (permission !== 'go') {
    const pause = permission === 'paused' ? control.control.pause : undefined;
    const who = pause ? `, since ${showTime(pause.at)} by ${pause.by}: ${pause.reason}` : '';
    return [{ kind: permission, text: `${when}${OBSTACLES[permission]}${who}` }];
  }
  return turnOf(row, about?.deadline, now);
}

/** A turn in a later hour that was given, or a word of the row that is out of date. */
function turnOf({ heldBack }: WorkspaceRow, deadline: number | undefined, now: number): Reason[] {
  if (heldBack === undefined || heldBack.deadline !== deadline) return [];
  if (heldBack.reason !== 'budget') {
    const text = `it was kept back (${heldBack.reason}) and may go on now: the change of CleanupControl wakes it`;
    return [{ kind: 'wake-up-ahead', text }];
  }
  const { until } = heldBack;
  if (until === undefined)
    return [{ kind: 'budget', text: `${OBSTACLES.budget}: it is 0, so no turn ever comes` }];
  if (until <= now) return [];
  return [{ kind: 'budget', text: `${OBSTACLES.budget}; its turn comes ${showTime(until)}`, until }];
}

/** What is known of its next wake-up: what lies ahead comes with one. */
function wakeUpsOf(
  { armedFor, lifecycle, heldBack }: WorkspaceRow,
  now: number,
  ahead: readonly Ahead[],
): Reason[] {
  const [next] = ahead;
  if (lifecycle === 'terminated' || (next === undefined && armedFor === undefined)) return [];
  if (armedFor === undefined) {
    // What waits for CleanupControl is woken by its change.
    if (heldBack !== undefined && heldBack.until === undefined) return [];
    const text =
      'no wake-up is known to be armed: the reactor has not seen it yet; if that lasts, run backfill';
    return [{ kind: 'no-wake-up', text }];
  }
  if (armedFor < now - OVERDUE_AFTER_SECONDS) {
    const text = `its wake-up was due ${showTime(armedFor)}, ${showDistance(armedFor, now)}; the next check for what is overdue arms it again`;
    return [{ kind: 'overdue', text }];
  }
  if (next === undefined || next.at > now + CLOCK_SKEW_SECONDS) return [];
  const text = `its wake-up is armed for ${showTime(armedFor)}, ${showDistance(armedFor, now)}`;
  if (armedFor <= now + LONGEST_ARMING_SECONDS || armedFor === heldBack?.until)
    return [{ kind: 'wake-up-ahead', text, until: armedFor }];
  const late = `${text}, and it is due: the reactor has not seen that yet; if that lasts, run backfill`;
  return [{ kind: 'no-wake-up', text: late, until: armedFor }];
}

/** A wake-up is armed a minute ahead, by a reactor that has seen the row within a minute or two. */
const LONGEST_ARMING_SECONDS = 180;
