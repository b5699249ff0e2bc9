import type { SubscriptionTier, WorkspaceRow } from './workspace-row.ts';

export const DAY_SECONDS = 86_400;

/** The numbers of the rules, in days. */
export interface Policy {
  /** Idle longer than this, a workspace of the tier is archived. */
  retentionDays: Record<SubscriptionTier, number>;
  /** Idle longer than this, a workspace of a cancelled client is terminated. */
  cancelledGraceDays: number;
  /** Idle longer than this, a workspace of a suspended client is archived. */
  suspendedGraceDays: number;
}

export type Action = 'active' | 'archive' | 'terminate';

export type Rule =
  | 'subscription-cancelled'
  | 'subscription-suspended'
  | `retention-${SubscriptionTier}`
  | 'within-limits'
  | 'held';

/** What the rules say of a workspace at one second, and why. */
export interface Verdict {
  action: Action;
  rule: Rule;
  /** Whole seconds since the last activity, at least 0. */
  idleSeconds: number;
  /**
   * First whole second at which this rule held for the row as it is, epoch seconds: its limit was passed, the
   * subscription had this status and tier, and no hold was in the way. The last activity where no limit is passed.
   */
  since: number;
}

/** The part of a row that the rules read. The claim is conditional on every one of these. */
export type PolicyInputs = Pick<
  WorkspaceRow,
  'lastActivity' | 'subscriptionStatus' | 'subscriptionTier' | 'retentionDays' | 'hold'
> &
  // Tells since when a rule has held, never whether it does.
  Partial<Pick<WorkspaceRow, 'subscriptionEventAt'>>;

interface Limit {
  rule: Rule;
  action: Action;
  idleLimitSeconds: number;
}

/** The rules that apply to this row, in the order of the table: the first whose limit is passed wins. */
function limitsOf(row: PolicyInputs, policy: Policy): Limit[] {
  const tier = row.subscriptionTier;
  const retention: Limit = {
    rule: `retention-${tier}`,
    action: 'archive',
    idleLimitSeconds: (row.retentionDays ?? policy.retentionDays[tier]) * DAY_SECONDS,
  };
  switch (row.subscriptionStatus) {
    case 'cancelled':
      return [
        {
          rule: 'subscription-cancelled',
          action: 'terminate',
          idleLimitSeconds: policy.cancelledGraceDays * DAY_SECONDS,
        },
        retention,
      ];
    case 'suspended':
      return [
        {
          rule: 'subscription-suspended',
          action: 'archive',
          idleLimitSeconds: policy.suspendedGraceDays * DAY_SECONDS,
        },
        retention,
      ];
    case 'active':
      return [retention];
  }
}

/** The first whole second at which a limit is passed: "idle longer than" is strict. */
function firstSecondPast(limit: Limit, row: PolicyInputs): number {
  return row.lastActivity + limit.idleLimitSeconds + 1;
}

/** True while a hold keeps the workspace from every action; at `hold.until` itself it no longer does. */
export function isHeld(row: PolicyInputs, now: number): boolean {
  return row.hold !== undefined && (row.hold.until === undefined || now < row.hold.until);
}

/**
 * What the rules say at `now` (epoch seconds; a fraction is cut off, because the rules count whole seconds).
 * An activity slightly in the future (another clock is ahead) counts as now.
 */
export function decideAction(row: PolicyInputs, policy: Policy, now: number): Verdict {
  const second = Math.floor(now);
  const idleSeconds = Math.max(0, second - row.lastActivity);
  if (isHeld(row, second)) return { action: 'active', rule: 'held', idleSeconds, since: row.lastActivity };
  const passed = limitsOf(row, policy).find((limit) => idleSeconds > limit.idleLimitSeconds);
  if (!passed) return { action: 'active', rule: 'within-limits', idleSeconds, since: row.lastActivity };
  return { action: passed.action, rule: passed.rule, idleSeconds, since: ruleSince(passed, row) };
}

/** A suspension may come when the workspace has been idle for weeks: its rule has not held before. */
function ruleSince(limit: Limit, row: PolicyInputs): number {
  return Math.max(firstSecondPast(limit, row), Math.ceil(row.subscriptionEventAt ?? 0), row.hold?.until ?? 0);
}

/**
 * The seconds after `now` at which the verdict can change while nobody writes the row, ascending.
 * Between two of them the verdict is constant, so looking at these is looking at all of the future.
 */
export function turningPoints(row: PolicyInputs, policy: Policy, now: number): number[] {
  const points = limitsOf(row, policy).map((limit) => firstSecondPast(limit, row));
  if (row.hold?.until !== undefined) points.push(row.hold.until);
  return points.filter((at) => at > now).sort((a, b) => a - b);
}

/** The first future second at which the action differs from now's, and the verdict there; null if it never will. */
export function nextChange(
  row: PolicyInputs,
  policy: Policy,
  now: number,
): { at: number; verdict: Verdict } | null {
  const today = decideAction(row, policy, now).action;
  for (const at of turningPoints(row, policy, now)) {
    const verdict = decideAction(row, policy, at);
    if (verdict.action !== today) return { at, verdict };
  }
  return null;
}
