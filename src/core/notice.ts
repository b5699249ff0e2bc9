import { decideAction, type FormerLimits, type Policy, turningPoints } from './policy.ts';
import type { Loss, Notice, WorkspaceRow } from './workspace-row.ts';

/** A loss that lies ahead: what, and the second from which on the rules call for it. */
export interface ComingLoss {
  loss: Loss;
  /** Epoch seconds. */
  deadline: number;
}

/** Whether a loss that is due may be made now. All times in epoch seconds. */
export type NoticeGate =
  /** Yes, and since `due`. */
  | { kind: 'open'; due: number }
  /** Not before whoever loses it has been told, and then not before `due`. */
  | { kind: 'notify'; due: number }
  /** They have been told, and have until `due`. */
  | { kind: 'patience'; due: number };

/** The notice that was sent for this very loss, if one was. */
function noticeFor(row: WorkspaceRow, { loss, deadline }: ComingLoss): Notice | undefined {
  const notice = row.notices?.[loss];
  const isFor = notice?.deadline === deadline && notice.subscriptionEventAt === row.subscriptionEventAt;
  return isFor ? notice : undefined;
}

/** Whether the notice of this very loss is out. */
export function isNoticed(row: WorkspaceRow, coming: ComingLoss): boolean {
  return noticeFor(row, coming) !== undefined;
}

/**
 * How long a notice must have been out before the loss may be made, in seconds. To archive takes none, since it can be
 * undone; but whoever had longer under the limits before has at least the usual notice.
 */
function requiredSeconds(row: WorkspaceRow, policy: Policy, coming: ComingLoss): number {
  const minimum = coming.loss === 'terminate' ? policy.notice.minimumTerminate : 0;
  // What an operator asks for comes of no limit, and so of none that was shortened.
  if (decideAction(row, policy, coming.deadline).rule === 'operator-request') return minimum;
  const isShortened = (policy.former ?? []).some((former) => hadLonger(row, former, coming));
  return isShortened ? Math.max(minimum, policy.notice[coming.loss]) : minimum;
}

/** Whether, when these limits ended, the workspace had a deadline by them that lay ahead and after the one of today. */
function hadLonger(asked: WorkspaceRow, former: FormerLimits, { loss, deadline }: ComingLoss): boolean {
  const row = { ...asked, requested: undefined };
  if (row.lastActivity > former.until) return false;
  const before = turningPoints(row, former, former.until).find(
    (at) => decideAction(row, former, at).action === loss,
  );
  const wasDue = decideAction(row, former, former.until).action === loss;
  return before !== undefined && !wasDue && deadline < before;
}

/** Whether a loss that the rules call for since `deadline` may be made at `now`. */
export function decideNoticeGate(
  row: WorkspaceRow,
  policy: Policy,
  coming: ComingLoss,
  now: number,
): NoticeGate {
  const required = requiredSeconds(row, policy, coming);
  const notice = noticeFor(row, coming);
  if (notice === undefined) {
    if (required === 0) return { kind: 'open', due: coming.deadline };
    return { kind: 'notify', due: dueAfterNotice(row, policy, coming, now) };
  }
  // The reactor knows no limits of before: without what the notice says it would call for a wake-up each minute until then.
  const due = Math.max(coming.deadline, notice.due ?? 0, required === 0 ? 0 : notice.at + required);
  return { kind: now >= due ? 'open' : 'patience', due };
}

/** When the loss will be made if its notice is recorded at `now`, epoch seconds. */
export function dueAfterNotice(row: WorkspaceRow, policy: Policy, coming: ComingLoss, now: number): number {
  const required = requiredSeconds(row, policy, coming);
  return required === 0 ? coming.deadline : Math.max(coming.deadline, Math.ceil(now) + required);
}

/** How long before the deadline the notice goes out, in seconds. */
export function leadSeconds(row: WorkspaceRow, policy: Policy, { loss, deadline }: ComingLoss): number {
  return Math.min(policy.notice[loss], Math.floor((deadline - row.lastActivity) / 2));
}

/**
 * The second at which the notice of a loss that lies ahead is to go out; null if it has, or none is to. Never in the first
 * half of the idle time: else a workspace with a limit of a day would be given notice at each of its heartbeats.
 */
export function noticeTime(row: WorkspaceRow, policy: Policy, coming: ComingLoss): number | null {
  const lead = leadSeconds(row, policy, coming);
  if (lead <= 0 || noticeFor(row, coming) !== undefined) return null;
  return coming.deadline - lead;
}
