import { comingLosses, isHeldBack, planLifecycle } from '../../core/lifecycle.ts';
import { decideNoticeGate, dueAfterNotice, noticeTime } from '../../core/notice.ts';
import type { Policy } from '../../core/policy.ts';
import type { WorkspaceRow } from '../../core/workspace-row.ts';
import type { NextLoss } from './protocol.ts';

/**
 * What a workspace at rest loses next if nobody writes its row, and when it will be made, with the notice that has to come
 * before it. Undefined where nothing lies ahead, somebody is at work on it, or it is kept back until `CleanupControl` changes.
 */
export function nextLoss(row: WorkspaceRow, policy: Policy, now: number): NextLoss | undefined {
  const called = calledFor(row, policy, now);
  if (called === undefined || !isHeldBack(row, planLifecycle(row, policy, now), now)) return called;
  const turn = row.heldBack?.until;
  return turn === undefined ? undefined : { ...called, at: turn };
}

/** The same, whatever keeps it from happening. */
export function calledFor(row: WorkspaceRow, policy: Policy, now: number): NextLoss | undefined {
  const plan = planLifecycle(row, policy, now);
  switch (plan.kind) {
    case 'wait':
      return undefined;
    case 'act':
      return plan.transition === 'restore' ? undefined : { loss: plan.transition, at: plan.due };
    case 'notify':
      return { loss: plan.loss, at: plan.due };
    case 'rest':
      return inPatience(row, policy, now) ?? lyingAhead(row, policy, now);
  }
}

/** Called for by the rules, and its notice is running. */
function inPatience(row: WorkspaceRow, policy: Policy, now: number): NextLoss | undefined {
  const { verdict } = planLifecycle(row, policy, now);
  const { action: loss, since: deadline } = verdict;
  if (loss === 'active' || row.lifecycle === 'terminated') return undefined;
  if (loss === 'archive' && row.lifecycle === 'archived') return undefined;
  const gate = decideNoticeGate(row, policy, { loss, deadline }, now);
  return gate.kind === 'patience' ? { loss, at: gate.due } : undefined;
}

function lyingAhead(row: WorkspaceRow, policy: Policy, now: number): NextLoss | undefined {
  const [coming] = comingLosses(row, policy, now);
  if (coming === undefined || row.lifecycle === 'terminated') return undefined;
  const noticeAt = noticeTime(row, policy, coming);
  const at =
    noticeAt === null
      ? decideNoticeGate(row, policy, coming, now).due
      : dueAfterNotice(row, policy, coming, Math.max(noticeAt, now));
  return { loss: coming.loss, at };
}
