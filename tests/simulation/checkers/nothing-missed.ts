import type { Policy } from '../../../src/core/policy.ts';
import { showKey } from '../../../src/core/workspace-key.ts';
import type { Claim, HeldBack } from '../../../src/core/workspace-row.ts';
import type { Item } from '../../support/memory/table.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { isUnderstood, nextNeed, noticeEnd } from './oracle.ts';

/** No schedule is made closer than a minute, and clocks differ. */
const LEAD_SECONDS = 66;

/**
 * Promise 2: every valid, unheld workspace that has a change ahead has a wake-up pending at or before it, or something on its
 * way that will arm one. Looked at whenever nothing is on its way: from then on only time passes.
 */
export function nothingMissed(world: World): Checker {
  return {
    rested(key) {
      const row = world.rows.get(key);
      const { now } = world.simulation;
      if (!isUnderstood(row, now) || world.lost.has(showKey(key))) return;
      const needs = world.policies.map((policy) => latestWakeUp(row, policy, now));
      const latest = needs.reduce(laterOf);
      if (latest === undefined) return;
      const pending = [...world.scheduler.pendingOf(key)];
      if (pending.some((at) => at <= latest)) return;
      const what = `a wake-up by ${latest} (now is ${now})`;
      world.violate('nothing missed', `${showKey(key)} needs ${what}, has ${pending.join(', ') || 'none'}`);
    },
  };
}

/** By when the workspace has to be woken, epoch seconds; undefined if nothing lies ahead that a timer is for. */
function latestWakeUp(row: Item, policy: Policy, now: number): number | undefined {
  const heldBack = row.heldBack as HeldBack | undefined;
  const atOnce = now + LEAD_SECONDS;
  const claim = row.claim as Claim | undefined;
  // What waits for `CleanupControl` is woken by its change; that is seen in the end.
  if (heldBack !== undefined && heldBack.until === undefined) return undefined;
  if (claim !== undefined) return Math.max(atOnce, claim.until, heldBack?.until ?? 0);
  const need = nextNeed(row, policy, now);
  if (need === undefined) return undefined;
  const loss = need.action === 'terminate' ? 'terminate' : 'archive';
  const told = need.action === 'active' ? undefined : noticeEnd(row, policy, loss);
  return Math.max(atOnce, need.at, told ?? 0, heldBack?.until ?? 0);
}

function laterOf(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : Math.max(one, other);
}
