import { type ControlSettings, permissionFor, type Safety } from './control.ts';
import { comingLosses, isHeldBack, isInBetween, matterOf, type Plan, planLifecycle } from './lifecycle.ts';
import { decideNoticeGate, isNoticed } from './notice.ts';
import type { Policy, Verdict } from './policy.ts';
import type { HeldBackReason, WorkspaceRow } from './workspace-row.ts';

/** Where a workspace stands, in one word. No row has two, and each that is not the end has a way out. */
export type WorkspaceState =
  /** Its files are gone. The end. */
  | 'terminated'
  /** It is being archived, terminated or given back. */
  | 'in-transition'
  /** An operator keeps it from every action. */
  | 'held'
  /** An operator has moved its deadline, which has passed otherwise. */
  | 'extended'
  /** Something is due, and kept from happening. */
  | `held-back:${HeldBackReason}`
  /** Something is to be done now. */
  | 'due'
  /** Notice is to be given now. */
  | 'notice-due'
  /** A loss lies ahead or is due, and its notice is out. */
  | 'noticed'
  | 'at-rest';

/** What is assumed to be set in `CleanupControl`; without it the row's own word counts. */
export interface Assumed {
  control: ControlSettings;
  safety: Safety;
}

/** Where a workspace stands at `now` (epoch seconds). */
export function stateOf(row: WorkspaceRow, policy: Policy, now: number, assumed?: Assumed): WorkspaceState {
  if (row.lifecycle === 'terminated') return 'terminated';
  const plan = planLifecycle(row, policy, now);
  // A transition that was stopped in the middle keeps its lease for a while, and does not go on at its end.
  const at = plan.kind === 'wait' ? plan.until : now;
  const obstacle = obstacleOf(row, at === now ? plan : planLifecycle(row, policy, at), at, assumed);
  if (obstacle) return `held-back:${obstacle}`;
  if (isInBetween(row.lifecycle)) return 'in-transition';
  if (plan.kind === 'notify') return 'notice-due';
  if (plan.kind === 'act') return 'due';
  return restingState(row, policy, plan.verdict, now);
}

function restingState(
  row: WorkspaceRow,
  policy: Policy,
  { rule, action, since }: Verdict,
  now: number,
): WorkspaceState {
  const coming = comingLosses(row, policy, now);
  // An extension of what has been archived already postpones nothing.
  if (rule === 'held' || (rule === 'extended' && coming.length > 0)) return rule;
  if (action === 'terminate') return 'noticed';
  if (action === 'archive' && row.lifecycle !== 'archived') {
    const gate = decideNoticeGate(row, policy, { loss: action, deadline: since }, now);
    if (gate.kind === 'patience') return 'noticed';
  }
  return coming.some((loss) => isNoticed(row, loss)) ? 'noticed' : 'at-rest';
}

function obstacleOf(
  row: WorkspaceRow,
  plan: Plan,
  now: number,
  assumed: Assumed | undefined,
): HeldBackReason | undefined {
  if (assumed === undefined) return isHeldBack(row, plan, now) ? row.heldBack?.reason : undefined;
  const about = matterOf(plan);
  if (about === undefined) return undefined;
  const permission = permissionFor(assumed.control, row.clientId, about.matter, assumed.safety);
  return permission === 'go' ? undefined : permission;
}
