import type { ParsedControl, Safety } from '../../core/control.ts';
import { matterOf, planLifecycle } from '../../core/lifecycle.ts';
import type { Policy } from '../../core/policy.ts';
import type { WorkspaceRow } from '../../core/workspace-row.ts';
import { stateOf, type WorkspaceState } from '../../core/workspace-state.ts';

/** What a workspace is judged by at one moment. */
export interface Context {
  /** Epoch seconds. */
  now: number;
  /** With the limits that were in force before. */
  policy: Policy;
  control: ParsedControl;
  safety: Safety;
}

/** Where a workspace stands, as far as `CleanupControl` lets it. */
export function stateIn(row: WorkspaceRow, { now, policy, control, safety }: Context): WorkspaceState {
  if (control.kind === 'valid') return stateOf(row, policy, now, { control: control.control, safety });
  const isMatter = matterOf(planLifecycle(row, policy, now)) !== undefined;
  return isMatter ? 'held-back:control-invalid' : stateOf(row, policy, now);
}
