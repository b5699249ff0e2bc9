import type { HistoryEntry } from './history.ts';
import { type ComingLoss, decideNoticeGate, dueAfterNotice, noticeTime } from './notice.ts';
import { decideAction, type Policy, type Rule, turningPoints, type Verdict } from './policy.ts';
import type { Lifecycle, Loss, Matter, Step, Transition, WorkspaceRow } from './workspace-row.ts';

/** What is to be done with a workspace now, from what the rules say and what has been done. */
export type Plan =
  /** The world is as the rules want it, or not yet to be touched. */
  | { kind: 'rest'; verdict: Verdict }
  /** Somebody else is at work, until the lease ends (epoch seconds). */
  | { kind: 'wait'; verdict: Verdict; until: number }
  /** Give notice of a loss that `rule` calls for from `deadline` on, and that will be made at `due` (epoch seconds). */
  | { kind: 'notify'; verdict: Verdict; loss: Loss; rule: Rule; deadline: number; due: number }
  /** Claim the row and carry the transition out, beginning with the step `from`. It has been due since `due`. */
  | {
      kind: 'act';
      verdict: Verdict;
      transition: Transition;
      from: Step;
      due: number;
      /** Who has it done, where that is a person's doing; else whoever the rule says. */
      who?: Pick<HistoryEntry, 'by' | 'reason'>;
    };

export type Act = Extract<Plan, { kind: 'act' }>;
export type Notify = Extract<Plan, { kind: 'notify' }>;

/** The states in which a transition is under way, and those it ends in. */
export const TRANSITIONS: Record<
  Transition,
  { during: Lifecycle; after: Lifecycle; steps: readonly [Step, ...Step[]] }
> = {
  archive: { during: 'archiving', after: 'archived', steps: ['stop-tasks', 'remove-access'] },
  terminate: {
    during: 'terminating',
    after: 'terminated',
    steps: ['stop-tasks', 'remove-access', 'delete-files'],
  },
  restore: { during: 'restoring', after: 'active', steps: ['give-access'] },
};

/** True while a transition is under way: the row has a claim, and a wake-up for the end of its lease. */
export function isInBetween(lifecycle: Lifecycle): boolean {
  return lifecycle === 'archiving' || lifecycle === 'restoring' || lifecycle === 'terminating';
}

/**
 * The plan for a row at `now` (epoch seconds). `self` is the owner of a claim that the asker itself holds.
 */
export function planLifecycle(row: WorkspaceRow, policy: Policy, now: number, self?: string): Plan {
  const verdict = decideAction(row, policy, now);
  if (isInBetween(row.lifecycle)) return planInBetween(row, policy, verdict, now, self);
  const transition = transitionFrom(row.lifecycle, verdict);
  if (transition === 'restore') return actFromStart(transition, verdict);
  return (
    (transition && planLoss(row, policy, transition, verdict, now)) ??
    planNotice(row, policy, verdict, now) ?? { kind: 'rest', verdict }
  );
}

function actFromStart(transition: Transition, verdict: Verdict, due = verdict.since): Act {
  return { kind: 'act', verdict, transition, from: TRANSITIONS[transition].steps[0], due };
}

/** The plan for an active workspace whose access point has got lost, whatever the rules say of it. */
export function restoreAccessPlan(row: WorkspaceRow, policy: Policy, now: number): Act {
  return actFromStart('restore', decideAction(row, policy, now));
}

function transitionFrom(lifecycle: Lifecycle, verdict: Verdict): Transition | undefined {
  // A hold keeps a workspace from every action, giving access back included; an extension is for what there is.
  if (verdict.rule === 'held' || verdict.rule === 'extended' || lifecycle === 'terminated') return undefined;
  if (verdict.action === 'active') return lifecycle === 'archived' ? 'restore' : undefined;
  return verdict.action === 'archive' && lifecycle === 'archived' ? undefined : verdict.action;
}

/** A loss that is due: made, or announced; undefined while the notice of it is running. */
function planLoss(
  row: WorkspaceRow,
  policy: Policy,
  loss: Loss,
  verdict: Verdict,
  now: number,
): Act | Notify | undefined {
  const deadline = verdict.since;
  const gate = decideNoticeGate(row, policy, { loss, deadline }, now);
  if (gate.kind === 'open') return actFromStart(loss, verdict, gate.due);
  if (gate.kind !== 'notify') return undefined;
  return { kind: 'notify', verdict, loss, rule: verdict.rule, deadline, due: gate.due };
}

function planNotice(row: WorkspaceRow, policy: Policy, verdict: Verdict, now: number): Notify | undefined {
  for (const coming of comingLosses(row, policy, now)) {
    const at = noticeTime(row, policy, coming);
    if (at === null || at > now) continue;
    const { rule } = decideAction(row, policy, coming.deadline);
    return { kind: 'notify', verdict, rule, ...coming, due: dueAfterNotice(row, policy, coming, now) };
  }
  return undefined;
}

/** What a workspace at rest loses after `now` if nobody writes its row: at most once each, the earlier one first. */
export function comingLosses(row: WorkspaceRow, policy: Policy, now: number): ComingLoss[] {
  const losses: ComingLoss[] = [];
  const known = new Set([transitionFrom(row.lifecycle, decideAction(row, policy, now))]);
  for (const deadline of turningPoints(row, policy, now)) {
    const loss = transitionFrom(row.lifecycle, decideAction(row, policy, deadline));
    if (loss === undefined || loss === 'restore' || known.has(loss)) continue;
    known.add(loss);
    losses.push({ loss, deadline });
  }
  return losses;
}

function planInBetween(
  row: WorkspaceRow,
  policy: Policy,
  verdict: Verdict,
  now: number,
  self: string | undefined,
): Plan {
  const { claim } = row;
  if (claim && now < claim.until && claim.owner !== self)
    return { kind: 'wait', verdict, until: claim.until };
  return takeOver(row, policy, verdict, now);
}

/**
 * A transition that was left in the middle is decided anew, so that a client who has paid meanwhile gets the
 * workspace back, and one that is held goes back to where it was. With two exceptions, which are carried to their end:
 * once files may be gone there is nothing to go back to; and a restore may have made an access point that the row
 * does not name yet, so it has to be found and named before anything can be taken away again.
 */
function takeOver(row: WorkspaceRow, policy: Policy, verdict: Verdict, now: number): Act {
  const { lifecycle, claim } = row;
  const due = claim?.since ?? verdict.since;
  if (lifecycle === 'terminating' && claim?.step === 'delete-files') {
    return { kind: 'act', verdict, transition: 'terminate', from: 'delete-files', due };
  }
  if (lifecycle === 'restoring') return actFromStart('restore', verdict);
  const back = claim?.origin === 'archived' ? 'archive' : 'restore';
  if (verdict.rule === 'held' || verdict.rule === 'extended') return actFromStart(back, verdict);
  if (verdict.action !== 'terminate') {
    const transition = verdict.action === 'active' ? 'restore' : 'archive';
    return actFromStart(transition, verdict, transition === claim?.action ? due : verdict.since);
  }
  const gate = decideNoticeGate(row, policy, { loss: 'terminate', deadline: verdict.since }, now);
  if (gate.kind === 'open') return actFromStart('terminate', verdict, gate.due);
  // Nobody has been told of that yet. What was begun as less goes on as less.
  return actFromStart(lifecycle === 'archiving' ? 'archive' : back, verdict);
}

/** What a plan is about, for whoever may keep it from happening; undefined if it takes nothing from anybody. */
export function matterOf(plan: Plan): { matter: Matter; deadline: number } | undefined {
  if (plan.kind === 'notify') return { matter: `notify-${plan.loss}`, deadline: plan.deadline };
  if (plan.kind !== 'act' || plan.transition === 'restore') return undefined;
  return { matter: plan.transition, deadline: plan.verdict.since };
}

/** The rule that a plan is made by: that of its notice is the one that will hold. */
export function ruleOf(plan: Act | Notify): Rule {
  return plan.kind === 'notify' ? plan.rule : plan.verdict.rule;
}

/**
 * Whether the row says of this very plan that it has been kept from happening, and waits at `now`: for its turn in the
 * budget, or for `CleanupControl` to change.
 */
export function isHeldBack({ heldBack }: WorkspaceRow, plan: Plan, now: number): boolean {
  const about = matterOf(plan);
  if (!heldBack || heldBack.matter !== about?.matter || heldBack.deadline !== about.deadline) return false;
  return heldBack.until === undefined || now < heldBack.until;
}
