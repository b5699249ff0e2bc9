import { comingLosses, isHeldBack, isInBetween, planLifecycle } from './lifecycle.ts';
import { decideNoticeGate, leadSeconds, noticeTime } from './notice.ts';
import { DAY_SECONDS, decideAction, limitsOf, type Policy, turningPoints } from './policy.ts';
import type { WorkspaceRow } from './workspace-row.ts';

/**
 * Clocks of two handlers may differ by this much, in seconds. A wake-up closer than this may have fired already.
 */
export const CLOCK_SKEW_SECONDS = 5;

/**
 * No wake-up is armed closer than this, in seconds. EventBridge Scheduler rejects an `at()` in the past, and fires
 * up to 60 s late; so a schedule name whose time lies ahead can only belong to a schedule that has not fired.
 */
export const MINIMUM_LEAD_SECONDS = 60;

/**
 * The first second, now or later, at which there is something to do for this row if nobody writes it, and nobody
 * changes `CleanupControl`; null if never. For a row in between it is the end of the lease, when another handler may take
 * over. Epoch seconds; it lies in the past where something is due since then.
 */
export function nextWakeUp(row: WorkspaceRow, policy: Policy, now: number): number | null {
  if (row.lifecycle === 'terminated') return null;
  const leaseEnd = isInBetween(row.lifecycle) ? (row.claim?.until ?? now) : now;
  const from = Math.max(leaseEnd, now);
  if (hasWork(row, policy, from)) return leaseEnd;
  return secondsThatMatter(row, policy, from).find((at) => hasWork(row, policy, at)) ?? null;
}

function hasWork(row: WorkspaceRow, policy: Policy, at: number): boolean {
  const plan = planLifecycle(row, policy, at);
  return (plan.kind === 'act' || plan.kind === 'notify') && !isHeldBack(row, plan, at);
}

/** Every second from now on at which the plan can become another one by itself, ascending. */
function secondsThatMatter(row: WorkspaceRow, policy: Policy, now: number): number[] {
  const seconds = [row.heldBack?.until ?? now, ...turningPoints(row, policy, now)];
  for (const coming of comingLosses(row, policy, now)) {
    seconds.push(noticeTime(row, policy, coming) ?? now);
    seconds.push(decideNoticeGate(row, policy, coming, now).due);
  }
  const { action, since } = decideAction(row, policy, now);
  if (action !== 'active')
    seconds.push(decideNoticeGate(row, policy, { loss: action, deadline: since }, now).due);
  return seconds.filter((at) => at >= now).sort((a, b) => a - b);
}

/**
 * No wake-up is armed further ahead than this, in seconds: a year. What lies beyond is armed by a wake-up that finds
 * nothing due, so a row that names a second in the far future asks nothing unusual of Scheduler.
 */
export const MAXIMUM_LEAD_SECONDS = 365 * DAY_SECONDS;

/**
 * Whether the wake-up that is armed comes before anything can be due, at a glance: for all heartbeats but a few, which
 * are most of what the reactor sees. False says nothing.
 */
function comesInTime(
  row: WorkspaceRow,
  policy: Policy,
  now: number,
): row is WorkspaceRow & { armedFor: number } {
  const { armedFor, lifecycle, hold, extension, requested, heldBack, lastActivity } = row;
  if (armedFor === undefined || armedFor <= now + CLOCK_SKEW_SECONDS || lifecycle !== 'active') return false;
  if (hold !== undefined || extension !== undefined || heldBack !== undefined) return false;
  if (requested !== undefined) return false;
  return limitsOf(row, policy).every(({ action: loss, idleLimitSeconds }) => {
    const deadline = lastActivity + idleLimitSeconds + 1;
    return armedFor <= deadline - leadSeconds(row, policy, { loss, deadline });
  });
}

export type Arming =
  | { kind: 'nothing-ahead' }
  /** A wake-up at `armedFor` will come first, and will arm what is needed then. */
  | { kind: 'skip'; armedFor: number }
  /** Arm a schedule for `at`, whole epoch seconds. */
  | { kind: 'arm'; at: number };

/**
 * Lazy arming: whether a schedule has to be made for this row, and for when.
 *
 * Nothing is armed while an earlier wake-up is known to be pending, since schedules are never moved or deleted: it
 * will fire, find nothing due, and arm the next. So activity, which moves deadlines later only, arms nothing.
 */
export function decideArming(row: WorkspaceRow, policy: Policy, now: number): Arming {
  if (comesInTime(row, policy, now)) return { kind: 'skip', armedFor: row.armedFor };
  const wanted = nextWakeUp(row, policy, now);
  if (wanted === null) return { kind: 'nothing-ahead' };
  const at = Math.ceil(Math.min(Math.max(wanted, now + MINIMUM_LEAD_SECONDS), now + MAXIMUM_LEAD_SECONDS));
  const { armedFor } = row;
  if (armedFor !== undefined && now + CLOCK_SKEW_SECONDS < armedFor && armedFor <= at)
    return { kind: 'skip', armedFor };
  return { kind: 'arm', at };
}
