import { isInBetween, matterOf, type Notify, planLifecycle, TRANSITIONS } from './lifecycle.ts';
import { dueAfterNotice } from './notice.ts';
import type { Policy, Rule } from './policy.ts';
import { nextWakeUp } from './wake-up.ts';
import type { Notice, Transition, WorkspaceRow } from './workspace-row.ts';

/** Something that happens to a workspace if nobody writes its row. All times in epoch seconds. */
export interface Foreseen {
  transition: Transition;
  rule: Rule | string;
  /** From when on the rules call for it; of what is given back, when it is. */
  deadline: number;
  /** When it is done: the deadline, or later where a notice has to run first, and never before the look ahead began. */
  at: number;
  /** When its notice goes out; undefined where none does, or it is out already. */
  noticeAt: number | undefined;
  /** It has been begun already: somebody holds the claim, or held it. */
  isUnderWay: boolean;
}

/** A workspace is archived, terminated, given back, each with a notice; more than this is not believed. */
const MOST_STEPS = 24;

/**
 * All that the handlers do to a workspace from `now` on (epoch seconds) if nobody writes its row and each wake-up comes at
 * its second, in order. It plays their own plan, so notices, holds, extensions and the limits before count as they do there.
 *
 * Whether any of it is permitted is another matter: what waits for `CleanupControl` is foreseen as if it were set free, what
 * waits for its turn in a budget as of its turn.
 */
export function foresee(row: WorkspaceRow, policy: Policy, now: number): Foreseen[] {
  const foreseen: Foreseen[] = [];
  const noticesAt: Partial<Record<Transition, number>> = {};
  let current = withoutWaiting(row);
  let at = now;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const wake = nextWakeUp(current, policy, at);
    if (wake === null) break;
    at = Math.max(at, wake);
    const plan = planLifecycle(current, policy, at);
    if (plan.kind === 'notify') {
      noticesAt[plan.loss] = at;
      current = withNotice(current, policy, plan, at);
    } else if (plan.kind === 'act') {
      const { transition, verdict } = plan;
      foreseen.push({
        transition,
        rule: current.claim?.rule ?? verdict.rule,
        deadline: matterOf(plan)?.deadline ?? at,
        at,
        noticeAt: noticesAt[transition],
        isUnderWay: isInBetween(current.lifecycle),
      });
      delete noticesAt[transition];
      current = {
        ...current,
        lifecycle: TRANSITIONS[transition].after,
        claim: undefined,
        heldBack: undefined,
      };
    } else break;
  }
  return foreseen;
}

function withoutWaiting(row: WorkspaceRow): WorkspaceRow {
  return row.heldBack !== undefined && row.heldBack.until === undefined
    ? { ...row, heldBack: undefined }
    : row;
}

function withNotice(row: WorkspaceRow, policy: Policy, { loss, deadline }: Notify, at: number): WorkspaceRow {
  const notice: Notice = {
    deadline,
    at: Math.ceil(at),
    due: dueAfterNotice(row, policy, { loss, deadline }, at),
    ...(row.subscriptionEventAt !== undefined && { subscriptionEventAt: row.subscriptionEventAt }),
  };
  return { ...row, notices: { ...row.notices, [loss]: notice } };
}
