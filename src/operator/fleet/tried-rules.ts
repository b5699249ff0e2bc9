import {
  DAY_SECONDS,
  decideAction,
  isExtended,
  isHeld,
  limitsOf,
  type Policy,
  type Rule,
  wishInForce,
} from '../../core/policy.ts';
import type { Loss, SubscriptionTier, WorkspaceRow } from '../../core/workspace-row.ts';
import { showDistance, showSpan, showTime } from '../times.ts';

/** A rule as it was tried on one row. */
export interface TriedRule {
  rule: Rule;
  /** What it says where it holds. */
  says: 'active' | Loss;
  /**
   * It decides; it holds, but another decides; it does not hold yet, and may at `at`; it holds no more; or it is not for
   * this row.
   */
  outcome: 'decides' | 'overruled' | 'not yet' | 'over' | 'not for it';
  /** What it went by, in words, with its values. */
  because: string;
  /** First second at which it holds, or held, if nobody writes the row; epoch seconds. */
  at?: number;
}

/** What a rule says of the row by itself, whatever the others say. */
type Alone = Omit<TriedRule, 'outcome'> & { outcome: 'holds' | 'not yet' | 'over' | 'not for it' };

const TIERS: readonly SubscriptionTier[] = ['free', 'pro', 'enterprise'];

/** Every rule as it was tried at `now` (epoch seconds), in the order in which they count. */
export function triedRules(row: WorkspaceRow, policy: Policy, now: number): TriedRule[] {
  const decides = decideAction(row, policy, now).rule;
  const alone = [
    tryHold(row, now),
    tryRequest(row, now),
    trySubscription('cancelled', row, policy, now),
    trySubscription('suspended', row, policy, now),
    ...TIERS.map((tier) => tryTier(tier, row, policy, now)),
    tryExtension(row, now),
  ];
  const rules: TriedRule[] = alone.map(({ outcome, ...tried }) => ({
    ...tried,
    outcome: outcome === 'holds' ? (tried.rule === decides ? 'decides' : 'overruled') : outcome,
  }));
  const outcome = decides === 'within-limits' ? 'decides' : 'overruled';
  return [...rules, { rule: 'within-limits', says: 'active', outcome, because: 'no other rule decides' }];
}

function tryHold({ hold, ...row }: WorkspaceRow, now: number): Alone {
  const rule = { rule: 'held', says: 'active' } as const;
  if (hold === undefined) return { ...rule, outcome: 'not for it', because: 'it is not held' };
  const { until, by = 'somebody', reason = 'no reason is given' } = hold;
  const words = `${by} holds it: ${reason}`;
  if (!isHeld({ ...row, hold }, now))
    return { ...rule, outcome: 'over', because: `the hold has ended ${showTime(until ?? now)}` };
  const end = until === undefined ? 'until it is released' : `until ${showTime(until)}`;
  return { ...rule, outcome: 'holds', because: `${words}, ${end}` };
}

function tryRequest(row: WorkspaceRow, now: number): Alone {
  const { requested, lastActivity } = row;
  const rule = { rule: 'operator-request', says: requested?.action ?? 'archive' } as const;
  if (requested === undefined) return { ...rule, outcome: 'not for it', because: 'nobody has asked for it' };
  const { at, by, reason } = requested;
  const words = `${by} has asked at ${showTime(at)}: ${reason}`;
  if (wishInForce(row, now)) return { ...rule, outcome: 'holds', because: words, at };
  if (now < at) return { ...rule, outcome: 'not yet', because: words, at };
  const because = `${words}; taken back by the activity of ${showTime(lastActivity)}`;
  return { ...rule, outcome: 'over', because };
}

function trySubscription(
  status: 'cancelled' | 'suspended',
  row: WorkspaceRow,
  policy: Policy,
  now: number,
): Alone {
  const says = status === 'cancelled' ? 'terminate' : 'archive';
  const rule = { rule: `subscription-${status}`, says } as const;
  if (row.subscriptionStatus !== status)
    return { ...rule, outcome: 'not for it', because: `the subscription is ${row.subscriptionStatus}` };
  return { ...rule, ...tryLimit(rule.rule, `the subscription is ${status}`, row, policy, now) };
}

function tryTier(tier: SubscriptionTier, row: WorkspaceRow, policy: Policy, now: number): Alone {
  const rule = { rule: `retention-${tier}`, says: 'archive' } as const;
  if (row.subscriptionTier !== tier)
    return { ...rule, outcome: 'not for it', because: `the tier is ${row.subscriptionTier}` };
  const own = row.retentionDays === undefined ? '' : `, its own limit is ${row.retentionDays} d`;
  return { ...rule, ...tryLimit(rule.rule, `the tier is ${tier}${own}`, row, policy, now) };
}

/** Idle for as long as the limit or not: "longer than" is strict. */
function tryLimit(
  rule: Rule,
  about: string,
  row: WorkspaceRow,
  policy: Policy,
  now: number,
): Pick<Alone, 'outcome' | 'because' | 'at'> {
  const limit = limitsOf(row, policy).find((one) => one.rule === rule)?.idleLimitSeconds ?? 0;
  const idle = Math.max(0, Math.floor(now) - row.lastActivity);
  const at = row.lastActivity + limit + 1;
  const holds = idle > limit;
  const when = holds ? 'since' : 'holds';
  const because = `${about}; idle ${showSpan(idle)} of ${limit / DAY_SECONDS} d, ${when} ${showTime(at)}, ${showDistance(at, now)}`;
  return { outcome: holds ? 'holds' : 'not yet', because, at };
}

function tryExtension(row: WorkspaceRow, now: number): Alone {
  const rule = { rule: 'extended', says: 'active' } as const;
  const { extension } = row;
  if (extension === undefined) return { ...rule, outcome: 'not for it', because: 'it is not extended' };
  const { until, by = 'somebody', reason = 'no reason is given' } = extension;
  if (!isExtended(row, now))
    return { ...rule, outcome: 'over', because: `the extension has ended ${showTime(until)}` };
  return { ...rule, outcome: 'holds', because: `${by} has extended it: ${reason}, until ${showTime(until)}` };
}
