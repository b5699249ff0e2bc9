import { type Foreseen, foresee } from '../../core/forecast.ts';
import { planLifecycle } from '../../core/lifecycle.ts';
import { noticeTime } from '../../core/notice.ts';
import type { Policy } from '../../core/policy.ts';
import type { Loss, Transition, WorkspaceRow } from '../../core/workspace-row.ts';

/** Something that the cleanup will do with a workspace if nobody does anything. */
export interface Ahead {
  what: Transition | 'notice';
  /** Of a notice, what it is of. */
  of?: Loss;
  rule: Foreseen['rule'];
  /** When, epoch seconds; not after now where it is due. */
  at: number;
}

/**
 * What lies ahead of a workspace if nobody writes its row and nothing is in the way, the earliest first; what is due is among
 * it, with the time since when as far as that is known. Nothing while a transition is under way: what comes after it is
 * decided then.
 */
export function aheadOf(row: WorkspaceRow, policy: Policy, now: number): Ahead[] {
  if (row.lifecycle === 'terminated' || row.claim !== undefined) return [];
  // What it waits for is in the way; that is told apart from what lies ahead.
  const free = { ...row, heldBack: undefined };
  const ahead = foresee(free, policy, now).flatMap((one): Ahead[] => {
    const { transition, rule } = one;
    const itself: Ahead = { what: transition, rule, at: one.at > now ? one.at : dueSince(free, policy, now) };
    if (transition === 'restore' || one.noticeAt === undefined) return [itself];
    const at = one.noticeAt > now ? one.noticeAt : noticeSince(free, policy, one, now);
    return [{ what: 'notice', of: transition, rule, at }, itself];
  });
  return ahead.sort((a, b) => a.at - b.at);
}

/** Since when that is due which is to be done now. Of access that is to be given back nobody has noted it: it is due now. */
function dueSince(row: WorkspaceRow, policy: Policy, now: number): number {
  const plan = planLifecycle(row, policy, now);
  return plan.kind === 'act' && plan.transition !== 'restore' ? plan.due : now;
}

/** Since when a notice is due: what is due itself could not be announced before it was. */
function noticeSince(
  row: WorkspaceRow,
  policy: Policy,
  { transition, deadline }: Foreseen,
  now: number,
): number {
  if (transition === 'restore') return now;
  return deadline > now ? (noticeTime(row, policy, { loss: transition, deadline }) ?? now) : deadline;
}
