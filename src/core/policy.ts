import type { Loss, Requested, SubscriptionTier, WorkspaceRow } from './workspace-row.ts';

export const DAY_SECONDS = 86_400;
export const HOUR_SECONDS = 3_600;

/** The numbers of the rules, in days. */
export interface Limits {
  /** Idle longer than this, a workspace of the tier is archived. */
  retentionDays: Record<SubscriptionTier, number>;
  /** Idle longer than this, a workspace of a cancelled client is terminated. */
  cancelledGraceDays: number;
  /** Idle longer than this, a workspace of a suspended client is archived. */
  suspendedGraceDays: number;
  /** So much later a workspace is archived in which there is unsaved work, in days; none where it is absent. */
  unsavedWorkExtraDays?: number | undefined;
}

/** How long before somebody loses a workspace they are told, in seconds; 0 for not at all. */
export type NoticePeriods = Record<Loss, number> & {
  /** No workspace is terminated sooner than this after its notice, whatever the deadline. */
  minimumTerminate: number;
};

/** What is decided by. */
export interface Policy extends Limits {
  notice: NoticePeriods;
  /** The limits before these, as far as a workspace that lives now may have relied on them. */
  former?: readonly FormerLimits[];
}

export interface FormerLimits extends Limits {
  /** When others took their place, epoch seconds. */
  until: number;
}

export type Action = 'active' | 'archive' | 'terminate';

export type Rule =
  | 'subscription-cancelled'
  | 'subscription-suspended'
  | `retention-${SubscriptionTier}`
  | 'within-limits'
  | 'extended'
  | 'held'
  | 'operator-request';

/** What the rules say of a workspace at one second, and why. */
export interface Verdict {
  action: Action;
  rule: Rule;
  /** Whole seconds since the last activity, at least 0. */
  idleSeconds: number;
  /**
   * First whole second at which this action was called for, for the row as it is, epoch seconds: a limit was passed, the
   * subscription had this status and tier, and neither hold nor extension was in the way. The last activity where
   * nothing is to be done.
   */
  since: number;
}

/** The part of a row that the rules read. The claim is conditional on every one of these. */
export type PolicyInputs = Pick<
  WorkspaceRow,
  | 'lastActivity'
  | 'subscriptionStatus'
  | 'subscriptionTier'
  | 'retentionDays'
  | 'hold'
  | 'extension'
  | 'unsavedWork'
  | 'requested'
> &
  // Tells since when a rule has held, never whether it does.
  Partial<Pick<WorkspaceRow, 'subscriptionEventAt'>>;

/** A rule with its number for one row. */
export interface Limit {
  rule: Rule;
  action: Loss;
  idleLimitSeconds: number;
}

/** The rules that apply to this row, in the order of the table: the first whose limit is passed wins. */
export function limitsOf(row: PolicyInputs, policy: Limits): Limit[] {
  const limits = limitsOfTable(row, policy);
  const extraSeconds = (policy.unsavedWorkExtraDays ?? 0) * DAY_SECONDS;
  if (extraSeconds === 0 || !hasUnsavedWork(row)) return limits;
  // Who has not paid is not given more time by work that nobody has saved.
  return limits.map((limit) =>
    limit.action === 'terminate'
      ? limit
      : { ...limit, idleLimitSeconds: limit.idleLimitSeconds + extraSeconds },
  );
}

/** Whether something in the workspace is nowhere else, as its container has last said. */
export function hasUnsavedWork({ unsavedWork }: Pick<WorkspaceRow, 'unsavedWork'>): boolean {
  return unsavedWork !== undefined && unsavedWork.changes + unsavedWork.commits > 0;
}

/** The rules that apply to this row, as the table has them. */
function limitsOfTable(row: PolicyInputs, policy: Limits): Limit[] {
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

/** How long a workspace may be idle under this rule, in seconds; undefined for a rule without a limit that applies to it. */
export function idleLimitSeconds(rule: Rule, row: PolicyInputs, policy: Limits): number | undefined {
  return limitsOf(row, policy).find((limit) => limit.rule === rule)?.idleLimitSeconds;
}

/** The first whole second at which a limit is passed: "idle longer than" is strict. */
function firstSecondPast(limit: Limit, row: PolicyInputs): number {
  return row.lastActivity + limit.idleLimitSeconds + 1;
}

/** True while a hold keeps the workspace from every action; at `hold.until` itself it no longer does. */
export function isHeld(row: PolicyInputs, now: number): boolean {
  return row.hold !== undefined && (row.hold.until === undefined || now < row.hold.until);
}

/** True while an extension keeps the rules from taking anything away; at `extension.until` itself it no longer does. */
export function isExtended({ extension }: PolicyInputs, now: number): boolean {
  return extension !== undefined && now < extension.until;
}

/**
 * What an operator has asked for, now or for later, and nobody has taken back: whoever has used the workspace since then
 * has, also in that very second.
 */
export function standingRequest({
  requested,
  lastActivity,
}: Pick<PolicyInputs, 'requested' | 'lastActivity'>): Requested | undefined {
  return requested !== undefined && lastActivity < requested.at ? requested : undefined;
}

/** What stands of that and counts: at `requested.at` itself it does already. */
export function wishInForce(row: PolicyInputs, now: number): Requested | undefined {
  const standing = standingRequest(row);
  return standing !== undefined && now >= standing.at ? standing : undefined;
}

/** What is taken away, from nothing to all of it. */
const STRENGTH: Record<Action, number> = { active: 0, archive: 1, terminate: 2 };

/**
 * What the rules say at `now` (epoch seconds; a fraction is cut off, because the rules count whole seconds).
 * An activity slightly in the future (another clock is ahead) counts as now.
 */
export function decideAction(row: PolicyInputs, policy: Limits, now: number): Verdict {
  const second = Math.floor(now);
  const idleSeconds = Math.max(0, second - row.lastActivity);
  if (isHeld(row, second)) return { action: 'active', rule: 'held', idleSeconds, since: row.lastActivity };
  const said = decideByLimits(row, policy, second, idleSeconds);
  const wish = wishInForce(row, second);
  if (wish === undefined) return said;
  const since = Math.max(wish.at, row.hold?.until ?? 0);
  // It asks for more than the limits, or for the same before they did; never for less. Of two that call for the same the first
  // one stays, so that a notice that was given for it counts.
  const surplus = STRENGTH[wish.action] - STRENGTH[said.action];
  if (surplus < 0 || (surplus === 0 && said.since <= since)) return said;
  return { action: wish.action, rule: 'operator-request', idleSeconds, since };
}

/** What the table and an extension say of a row that is not held. */
function decideByLimits(row: PolicyInputs, policy: Limits, second: number, idleSeconds: number): Verdict {
  const active = (rule: Rule): Verdict => ({ action: 'active', rule, idleSeconds, since: row.lastActivity });
  const limits = limitsOf(row, policy);
  const passed = limits.find((limit) => idleSeconds > limit.idleLimitSeconds);
  if (!passed) return active('within-limits');
  if (isExtended(row, second)) return active('extended');
  const { action, rule } = passed;
  return { action, rule, idleSeconds, since: actionSince(action, limits, row) };
}

/**
 * Of two limits with the same action the earlier one called for it first. A suspension may come when the workspace has
 * been idle for weeks: nothing was called for before it.
 */
function actionSince(action: Action, limits: readonly Limit[], row: PolicyInputs): number {
  const firsts = limits
    .filter((limit) => limit.action === action)
    .map((limit) => firstSecondPast(limit, row));
  return Math.max(
    Math.min(...firsts),
    Math.ceil(row.subscriptionEventAt ?? 0),
    row.hold?.until ?? 0,
    row.extension?.until ?? 0,
  );
}

/**
 * The seconds after `now` at which the verdict can change while nobody writes the row, ascending.
 * Between two of them the verdict is constant, so looking at these is looking at all of the future.
 */
export function turningPoints(row: PolicyInputs, policy: Limits, now: number): number[] {
  const points = limitsOf(row, policy).map((limit) => firstSecondPast(limit, row));
  if (row.hold?.until !== undefined) points.push(row.hold.until);
  if (row.extension !== undefined) points.push(row.extension.until);
  if (row.requested !== undefined) points.push(row.requested.at);
  return points.filter((at) => at > now).sort((a, b) => a - b);
}

/** The first future second at which the action differs from now's, and the verdict there; null if it never will. */
export function nextChange(
  row: PolicyInputs,
  policy: Limits,
  now: number,
): { at: number; verdict: Verdict } | null {
  const today = decideAction(row, policy, now).action;
  for (const at of turningPoints(row, policy, now)) {
    const verdict = decideAction(row, policy, at);
    if (verdict.action !== today) return { at, verdict };
  }
  return null;
}
