import type { Policy } from '../../../src/core/policy.ts';
import type { Claim } from '../../../src/core/workspace-row.ts';
import { actionByTable, type BruteForceRow, candidateSeconds } from '../../support/brute-force-policy.ts';
import type { Item } from '../../support/memory/table.ts';

/** How long the world may take for what is due, in seconds: a timer a minute ahead that fires a minute late, and some calls. */
export const TIMER_SECONDS = 60 + 60 + 60;

/** What was lost for good is found by the backstop: overdue after a quarter of an hour, looked for every quarter. Seconds. */
export const BACKSTOP_SECONDS = 2 * 900 + TIMER_SECONDS;

const STATUSES = new Set(['active', 'suspended', 'cancelled']);
const TIERS = new Set(['free', 'pro', 'enterprise']);
const CONTAINERS = new Set(['active', 'idle', 'terminated']);
const LIFECYCLES = new Set(['active', 'archiving', 'archived', 'restoring', 'terminating', 'terminated']);

/** Whether a row is one that anybody could act on. A second opinion: it knows nothing of the product's schema. */
export function isUnderstood(row: Item | undefined, now: number): row is Item {
  if (row === undefined) return false;
  const { lastActivity, retentionDays, hold } = row;
  const isTime = Number.isInteger(lastActivity) && Number(lastActivity) > 946_684_799;
  const isRetention =
    retentionDays === undefined || (Number.isInteger(retentionDays) && Number(retentionDays) > 0);
  return (
    isTime &&
    isRetention &&
    Number(lastActivity) <= now + 305 &&
    STATUSES.has(row.subscriptionStatus as string) &&
    TIERS.has(row.subscriptionTier as string) &&
    CONTAINERS.has(row.containerStatus as string) &&
    LIFECYCLES.has((row.lifecycle ?? 'active') as string) &&
    (hold === undefined || (typeof hold === 'object' && hold !== null))
  );
}

/** What the rules say of a row that is understood. */
export function verdictOn(row: Item, policy: Policy, second: number) {
  return actionByTable(row as unknown as BruteForceRow, policy, Math.floor(second));
}

interface Notice {
  deadline: number;
  at: number;
}

/** When the notice of a loss has been out for long enough, epoch seconds; undefined if there is none. */
export function noticeEnd(row: Item, policy: Policy, loss: 'archive' | 'terminate'): number | undefined {
  const notice = (row.notices as Partial<Record<string, Notice>> | undefined)?.[loss];
  if (notice === undefined) return undefined;
  const period = loss === 'terminate' ? policy.notice.minimumTerminate : 0;
  // Limits that were shortened give everybody the usual notice.
  return notice.at + Math.max(period, policy.notice[loss]);
}

/** Whether the row is where the rules want it at this second, or on its way there in good order. */
export function isSettled(row: Item, policy: Policy, second: number): boolean {
  const lifecycle = (row.lifecycle ?? 'active') as string;
  if (lifecycle === 'terminated') return true;
  const { action, rule } = verdictOn(row, policy, second);
  const isAtRest = lifecycle === 'active' || lifecycle === 'archived';
  if (rule === 'held' || rule === 'extended') return isAtRest;
  if (action === 'active') return lifecycle === 'active';
  const end = noticeEnd(row, policy, action);
  if (end !== undefined && end + TIMER_SECONDS > second && isAtRest) return true;
  return action === 'archive' ? lifecycle === 'archived' : false;
}

/** The first second, now or later, at which the rules want something else of a row at rest; undefined if they never will. */
export function nextNeed(row: Item, policy: Policy, now: number): { at: number; action: string } | undefined {
  const lifecycle = row.lifecycle ?? 'active';
  // There is no way back.
  if (lifecycle === 'terminated') return undefined;
  const seconds = candidateSeconds(row as unknown as BruteForceRow, policy).filter((at) => at > now);
  for (const at of [Math.floor(now), ...seconds]) {
    const { action, rule } = verdictOn(row, policy, at);
    if (rule === 'held' || rule === 'extended') continue;
    const wanted = action === 'active' ? 'active' : action === 'archive' ? 'archived' : 'terminated';
    if (wanted !== lifecycle) return { at, action };
  }
  return undefined;
}

export type LossClaim = Claim & { action: 'archive' | 'terminate' };

/** The claim to take something away that a write has made, or has taken over; undefined if it has not. */
export function newLoss(before: Item | undefined, after: Item | undefined): LossClaim | undefined {
  const claim = after?.claim as Claim | undefined;
  if (claim === undefined || claim.action === 'restore') return undefined;
  if (claim.owner === (before?.claim as Claim | undefined)?.owner) return undefined;
  return { ...claim, action: claim.action };
}
