import { decideAction, type Policy, type Verdict } from './policy.ts';
import type { Claim, Lifecycle, Step, Transition, WorkspaceRow } from './workspace-row.ts';

/** What is to be done with a workspace now, from what the rules say and what has been done. */
export type Plan =
  /** The world is as the rules want it. */
  | { kind: 'rest'; verdict: Verdict }
  /** Somebody else is at work, until the lease ends (epoch seconds). */
  | { kind: 'wait'; verdict: Verdict; until: number }
  /** Claim the row and carry the transition out, beginning with the step `from`. */
  | { kind: 'act'; verdict: Verdict; transition: Transition; from: Step };

export type Act = Extract<Plan, { kind: 'act' }>;

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
  if (isInBetween(row.lifecycle)) return planInBetween(row.lifecycle, row.claim, verdict, now, self);
  const transition = transitionFrom(row.lifecycle, verdict);
  return transition ? actFromStart(transition, verdict) : { kind: 'rest', verdict };
}

function actFromStart(transition: Transition, verdict: Verdict): Act {
  return { kind: 'act', verdict, transition, from: TRANSITIONS[transition].steps[0] };
}

function transitionFrom(lifecycle: Lifecycle, verdict: Verdict): Transition | undefined {
  // A hold keeps a workspace from every action, giving access back included.
  if (verdict.rule === 'held' || lifecycle === 'terminated') return undefined;
  if (verdict.action === 'active') return lifecycle === 'archived' ? 'restore' : undefined;
  return verdict.action === 'archive' && lifecycle === 'archived' ? undefined : verdict.action;
}

function planInBetween(
  lifecycle: Lifecycle,
  claim: Claim | undefined,
  verdict: Verdict,
  now: number,
  self: string | undefined,
): Plan {
  if (claim && now < claim.until && claim.owner !== self)
    return { kind: 'wait', verdict, until: claim.until };
  return takeOver(lifecycle, claim, verdict);
}

/**
 * A transition that was left in the middle is decided anew, so that a client who has paid meanwhile gets the
 * workspace back, and one that is held goes back to where it was. With two exceptions, which are carried to their end:
 * once files may be gone there is nothing to go back to; and a restore may have made an access point that the row
 * does not name yet, so it has to be found and named before anything can be taken away again.
 */
function takeOver(lifecycle: Lifecycle, claim: Claim | undefined, verdict: Verdict): Act {
  if (lifecycle === 'terminating' && claim?.step === 'delete-files') {
    return { kind: 'act', verdict, transition: 'terminate', from: 'delete-files' };
  }
  if (lifecycle === 'restoring') return actFromStart('restore', verdict);
  if (verdict.rule === 'held' && claim?.origin === 'archived') return actFromStart('archive', verdict);
  return actFromStart(verdict.action === 'active' ? 'restore' : verdict.action, verdict);
}
