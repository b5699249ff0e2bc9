import { isInBetween, planLifecycle } from './lifecycle.ts';
import { DAY_SECONDS, type Policy, turningPoints } from './policy.ts';
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
 * The first second, now or later, at which there is something to do for this row if nobody writes it; null if never.
 * For a row in between it is the end of the lease, when another handler may take over. Epoch seconds; it lies
 * in the past where something is due since then.
 */
export function nextWakeUp(row: WorkspaceRow, policy: Policy, now: number): number | null {
  if (isInBetween(row.lifecycle)) return row.claim?.until ?? now;
  if (row.lifecycle === 'terminated') return null;
  const candidates = [now, ...turningPoints(row, policy, now)];
  return candidates.find((at) => planLifecycle(row, policy, at).kind === 'act') ?? null;
}

/**
 * No wake-up is armed further ahead than this, in seconds: a year. What lies beyond is armed by a wake-up that finds
 * nothing due, so a row that names a second in the far future asks nothing unusual of Scheduler.
 */
export const MAXIMUM_LEAD_SECONDS = 365 * DAY_SECONDS;

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
  const wanted = nextWakeUp(row, policy, now);
  if (wanted === null) return { kind: 'nothing-ahead' };
  const at = Math.ceil(Math.min(Math.max(wanted, now + MINIMUM_LEAD_SECONDS), now + MAXIMUM_LEAD_SECONDS));
  const { armedFor } = row;
  if (armedFor !== undefined && now + CLOCK_SKEW_SECONDS < armedFor && armedFor <= at)
    return { kind: 'skip', armedFor };
  return { kind: 'arm', at };
}
