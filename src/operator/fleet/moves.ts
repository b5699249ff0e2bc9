import { isInBetween } from '../../core/lifecycle.ts';
import { decideAction, isHeld, type Policy, wishInForce } from '../../core/policy.ts';
import { judgeReturn } from '../../core/resume.ts';
import { showKey } from '../../core/workspace-key.ts';
import type { WorkspaceRow } from '../../core/workspace-row.ts';
import { showDistance, showTime } from '../times.ts';
import { aheadOf } from './ahead.ts';

/** What would move what lies ahead of a workspace, and whereto; none for what is gone. */
export function movesOf(row: WorkspaceRow, policy: Policy, now: number): string[] {
  if (row.lifecycle === 'terminated') return [];
  if (isInBetween(row.lifecycle))
    return ['whatever is written before its next step stops it there: a payment, a hold, a pause'];
  const workspace = showKey(row);
  const moves = [
    ...byUse(row, policy, now),
    ...bySubscription(row, policy, now),
    ...byRelease(row, policy, now, workspace),
  ];
  if (!isHeld(row, now) && aheadOf(row, policy, now).some(({ what }) => what !== 'restore')) {
    moves.push(`an extension: workspacectl extend ${workspace} --until … --reason …`);
    moves.push(`a hold keeps it as it is: workspacectl hold ${workspace} --reason …`);
  }
  return moves;
}

/** What the use of the workspace would make of it, were it now. */
function byUse(row: WorkspaceRow, policy: Policy, now: number): string[] {
  if (row.lifecycle === 'archived') {
    const resume = `workspacectl resume ${showKey(row)}`;
    if (judgeReturn({ ...row, hold: undefined }, policy, now).kind === 'refused') return [];
    return isHeld(row, now)
      ? [`its user's return gives it back as soon as it is released, not before: ${resume} after the release`]
      : [`its user's return gives it back: ${resume}`];
  }
  const used = { ...row, lastActivity: Math.floor(now), heldBack: undefined, notices: undefined };
  const [next] = aheadOf(used, policy, now).filter(({ what }) => what !== 'notice');
  if (next === undefined) return ['an activity of its user now: nothing would lie ahead'];
  return [`an activity of its user now: ${next.what} ${showTime(next.at)}, ${showDistance(next.at, now)}`];
}

/** What a payment, or the want of one, would make of it. */
function bySubscription(row: WorkspaceRow, policy: Policy, now: number): string[] {
  if (row.subscriptionStatus === 'active')
    return ['a suspended or cancelled subscription has limits of its own, and may bring it forward'];
  const paid = { ...row, subscriptionStatus: 'active' as const, heldBack: undefined };
  const [next] = aheadOf(paid, policy, now).filter(({ what }) => what !== 'notice');
  const then = next === undefined ? 'nothing would lie ahead' : `${next.what} ${showTime(next.at)}`;
  return [`a payment (the subscription becomes active): ${then}`];
}

/** What the end of what people have said would make of it. */
function byRelease(row: WorkspaceRow, policy: Policy, now: number, workspace: string): string[] {
  const isAsked = wishInForce(row, now) !== undefined;
  if (!isHeld(row, now) && row.extension === undefined && !isAsked) return [];
  const released = { ...row, hold: undefined, extension: undefined, requested: undefined };
  const { action, rule } = decideAction(released, policy, now);
  const nothing = row.lifecycle === 'archived' ? 'it is given back then' : 'no rule calls for anything then';
  const then = action === 'active' ? nothing : `${rule} calls for ${action} then`;
  return [`a release: workspacectl release ${workspace}; ${then}`];
}
