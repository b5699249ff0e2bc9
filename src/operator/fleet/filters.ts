import type { View } from './workspace-view.ts';

/** What of a fleet is wanted; what is not named may be anything. */
export interface Filters {
  client?: string | undefined;
  lifecycle?: string | undefined;
  tier?: string | undefined;
  /** Of the subscription. */
  status?: string | undefined;
  /** A state; `held-back` for whatever holds it back; `invalid` for a row that is not understood. */
  state?: string | undefined;
  /** Something is to be done within so many seconds, or is due. */
  dueWithinSeconds?: number | undefined;
}

/** Values of the filters, for help and completion. */
export const FILTER_VALUES = {
  lifecycle: ['active', 'archiving', 'archived', 'restoring', 'terminating', 'terminated'],
  tier: ['free', 'pro', 'enterprise'],
  status: ['active', 'suspended', 'cancelled'],
  state: [
    'at-rest',
    'notice-due',
    'noticed',
    'due',
    'held',
    'extended',
    'held-back',
    'held-back:off',
    'held-back:observe',
    'held-back:paused',
    'held-back:control-invalid',
    'held-back:budget',
    'in-transition',
    'terminated',
    'invalid',
  ],
} as const;

/** Whether a workspace is wanted at `now` (epoch seconds). */
export function isWanted(view: View, filters: Filters, now: number): boolean {
  const { client, lifecycle, tier, status, state, dueWithinSeconds } = filters;
  if (client !== undefined && view.clientId !== client) return false;
  if (state !== undefined && !isInState(view, state)) return false;
  const asksForMore = [lifecycle, tier, status, dueWithinSeconds].some((filter) => filter !== undefined);
  // Of a row that is not understood nothing else is known.
  if (view.kind === 'invalid') return !asksForMore;
  return (
    isSame(view.lifecycle, lifecycle) &&
    isSame(view.tier, tier) &&
    isSame(view.status, status) &&
    (dueWithinSeconds === undefined || (view.next !== null && view.next.at <= now + dueWithinSeconds))
  );
}

function isInState(view: View, state: string): boolean {
  if (view.kind === 'invalid') return state === 'invalid';
  return view.state === state || (state === 'held-back' && view.state.startsWith('held-back:'));
}

function isSame(value: string, wanted: string | undefined): boolean {
  return wanted === undefined || value === wanted;
}
