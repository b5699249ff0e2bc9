import type { Policy } from '../../../src/core/policy.ts';
import { showKey } from '../../../src/core/workspace-key.ts';
import type { Claim, HeldBack } from '../../../src/core/workspace-row.ts';
import type { Item } from '../../support/memory/table.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { BACKSTOP_SECONDS, isUnderstood, nextNeed, noticeEnd } from './oracle.ts';
import { budgetNow, mayBeTaken } from './permission.ts';

/** No schedule is made closer than a minute, and clocks differ. */
const LEAD_SECONDS = 66;

/** The clock of a handler may be so far ahead of ours, and what it did is right by it, in seconds. */
const SKEW_SECONDS = 4;
/** Whoever has no turn in this hour has one within so many, in seconds: there are no more workspaces than that in a story. */
const FURTHEST_TURN_SECONDS = 8 * 3_600;

/**
 * Promise 2: every valid, unheld workspace that has a change ahead has a wake-up pending at or before it, or something on its
 * way that will arm one. Looked at whenever nothing is on its way: from then on only time passes.
 */
export function nothingMissed(world: World): Checker {
  let seen: unknown;
  let changedAt = Number.NEGATIVE_INFINITY;
  return {
    called() {
      if (world.control.item === seen) return;
      seen = world.control.item;
      changedAt = world.simulation.now;
    },
    rested(key) {
      const row = world.rows.get(key);
      const { now } = world.simulation;
      if (!isUnderstood(row, now) || world.lost.has(showKey(key))) return;
      // Whoever has waited for a change of `CleanupControl` is woken by it; at the latest by the backstop.
      if (waits(row, world, now < changedAt + BACKSTOP_SECONDS)) return;
      const needs = world.policies.flatMap((policy) =>
        [now, now + SKEW_SECONDS].map((at) => latestWakeUp(row, policy, at)),
      );
      const latest = needs.reduce(laterOf);
      if (latest === undefined) return;
      const pending = [...world.scheduler.pendingOf(key)];
      if (pending.some((at) => at <= latest)) return;
      const what = `a wake-up by ${latest} (now is ${now})`;
      world.violate('nothing missed', `${showKey(key)} needs ${what}, has ${pending.join(', ') || 'none'}`);
    },
  };
}

/** Whether it waits for `CleanupControl` to change, and has reason to; that it is woken then is seen in the end. */
function waits({ clientId, heldBack }: Item, world: World, hasChanged: boolean): boolean {
  const held = heldBack as HeldBack | undefined;
  if (held === undefined || held.until !== undefined) return false;
  const loss = held.matter.endsWith('terminate') ? 'terminate' : 'archive';
  return hasChanged || !mayBeTaken(world, String(clientId)) || budgetNow(world, loss) === 0;
}

/** By when the workspace has to be woken, epoch seconds; undefined if nothing lies ahead that a timer is for. */
function latestWakeUp(row: Item, policy: Policy, now: number): number | undefined {
  const turn = turnOf(row);
  const atOnce = now + LEAD_SECONDS;
  const claim = row.claim as Claim | undefined;
  if (claim !== undefined) return Math.max(atOnce, claim.until, turn);
  const need = nextNeed(row, policy, now);
  if (need === undefined) return undefined;
  const loss = need.action === 'terminate' ? 'terminate' : 'archive';
  const told = need.action === 'active' ? undefined : noticeEnd(row, policy, loss);
  return Math.max(atOnce, need.at, told ?? 0, turn);
}

/** When its turn in the budget comes; 0 if it waits for none. */
export function turnOf({ heldBack }: Item): number {
  const { until = 0, since = 0 } = (heldBack ?? {}) as Partial<HeldBack>;
  return until <= since + FURTHEST_TURN_SECONDS ? until : 0;
}

function laterOf(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : Math.max(one, other);
}
