import type { Policy } from '../../core/policy.ts';
import { CLOCK_SKEW_SECONDS, decideArming, MINIMUM_LEAD_SECONDS, nextWakeUp } from '../../core/wake-up.ts';
import type { WorkspaceRow } from '../../core/workspace-row.ts';
import { OVERDUE_AFTER_SECONDS } from '../../handlers/overdue-check.ts';

/** What a row's wake-up lacks. Times in epoch seconds. */
export type WakeUpNeed =
  /** Nothing lies ahead of it. */
  | { kind: 'nothing-ahead' }
  /** A wake-up comes in time, or has come just now and is being handled. */
  | { kind: 'pending' }
  /** None is known. `isDue`: there is something to do now. */
  | { kind: 'missing'; at: number; isDue: boolean }
  /** One was to come long ago, at `armedFor`. */
  | { kind: 'overdue'; at: number; isDue: boolean; armedFor: number }
  /** One comes, at `armedFor`, but later than there is something to do: the policy has become shorter since. */
  | { kind: 'late'; at: number; isDue: boolean; armedFor: number };

/** What the wake-up of a row lacks at `now`, by the reactor's own rule; and for when it is to be armed then. */
export function decideWakeUp(row: WorkspaceRow, policy: Policy, now: number): WakeUpNeed {
  const arming = decideArming(row, policy, now);
  if (arming.kind === 'nothing-ahead') return arming;
  const { armedFor } = row;
  const isBeingHandled =
    armedFor !== undefined && armedFor <= now + CLOCK_SKEW_SECONDS && armedFor > now - OVERDUE_AFTER_SECONDS;
  if (arming.kind === 'skip' || isBeingHandled) return { kind: 'pending' };
  const wanted = nextWakeUp(row, policy, now) ?? arming.at;
  const need = { at: arming.at, isDue: wanted <= now + MINIMUM_LEAD_SECONDS };
  if (armedFor === undefined) return { kind: 'missing', ...need };
  return { kind: armedFor <= now ? 'overdue' : 'late', ...need, armedFor };
}
