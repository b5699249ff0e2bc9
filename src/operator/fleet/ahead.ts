import { comingLosses, planLifecycle } from '../../core/lifecycle.ts';
import { decideNoticeGate, noticeTime } from '../../core/notice.ts';
import { decideAction, type Policy, type Rule } from '../../core/policy.ts';
import type { Loss, Transition, WorkspaceRow } from '../../core/workspace-row.ts';

/** Something that the cleanup will do with a workspace if nobody does anything. */
export interface Ahead {
  what: Transition | 'notice';
  /** Of a notice, what it is of. */
  of?: Loss;
  rule: Rule;
  /** When, epoch seconds; not after now where it is due. */
  at: number;
}

/**
 * What lies ahead of a workspace if nobody writes its row and nothing is in the way, the earliest first; what is due is among
 * it, with the time since when. Nothing while a transition is under way: what comes after it is decided then.
 */
export function aheadOf(row: WorkspaceRow, policy: Policy, now: number): Ahead[] {
  if (row.lifecycle === 'terminated' || row.claim !== undefined) return [];
  const ahead: Ahead[] = dueNow(row, policy, now);
  for (const { loss, deadline } of comingLosses(row, policy, now)) {
    const { rule } = decideAction(row, policy, deadline);
    const notice = noticeTime(row, policy, { loss, deadline });
    if (notice !== null && notice > now) ahead.push({ what: 'notice', of: loss, rule, at: notice });
    const { due } = decideNoticeGate(row, policy, { loss, deadline }, now);
    ahead.push({ what: loss, rule, at: Math.max(deadline, due) });
  }
  return ahead.sort((a, b) => a.at - b.at);
}

function dueNow(row: WorkspaceRow, policy: Policy, now: number): Ahead[] {
  const plan = planLifecycle(row, policy, now);
  if (plan.kind === 'act') return [{ what: plan.transition, rule: plan.verdict.rule, at: plan.due }];
  if (plan.kind === 'notify') {
    const { loss, rule, deadline, due } = plan;
    // What is due already could not be announced before it was.
    const at = deadline > now ? (noticeTime(row, policy, plan) ?? now) : deadline;
    const notice: Ahead = { what: 'notice', of: loss, rule, at };
    // A loss that lies ahead is found by itself.
    return deadline > now ? [notice] : [notice, { what: loss, rule, at: due }];
  }
  const { action, rule, since } = plan.verdict;
  if (action === 'active' || (action === 'archive' && row.lifecycle === 'archived')) return [];
  // Its notice is running.
  const { due } = decideNoticeGate(row, policy, { loss: action, deadline: since }, now);
  return [{ what: action, rule, at: due }];
}
