import type { Policy } from '../../../src/core/policy.ts';
import { showKey } from '../../../src/core/workspace-key.ts';
import type { Item } from '../../support/memory/table.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { turnOf } from './nothing-missed.ts';
import { isSettled, isUnderstood, TIMER_SECONDS, verdictOn } from './oracle.ts';

const PROMISE = 'converges';

/**
 * Promise 4: when nothing goes wrong any more, every workspace is where the rules want it within one lease and one timer;
 * and in the end, when nobody has used them for long, all are where they belong.
 */
export function converges(world: World): Checker {
  const check = (policies: readonly Policy[], wasLost: (workspace: string) => boolean) => {
    const { policy } = world.deployment;
    const { now } = world.simulation;
    const isWhereItBelongs = (row: Item) =>
      waitsForItsHour(row, now) ||
      policies.some((one) => isSettled(row, one, now) || hasJustChanged(row, one, now));
    for (const key of world.story.workspaces) {
      const row = world.rows.get(key);
      if (row === undefined || wasLost(showKey(key))) continue;
      if (!isUnderstood(row, now)) world.violate(PROMISE, `${showKey(key)} is not understood`);
      else if (!isWhereItBelongs(row)) {
        const { action, rule } = verdictOn(row, policy, now);
        world.violate(PROMISE, `${showKey(key)} is to be ${action} (${rule}), and is ${JSON.stringify(row)}`);
      }
    }
  };
  return {
    recovered: () => check(world.policies, (workspace) => world.leftToBackstop.has(workspace)),
    over: () => check([world.deployment.policy], () => false),
  };
}

/** The hour's budget was used up before all was well; the next hour has one of its own. */
function waitsForItsHour(row: Item, now: number): boolean {
  return turnOf(row) + TIMER_SECONDS > now;
}

/** What has become due just now may still be on its way. */
function hasJustChanged(row: Item, policy: Policy, now: number): boolean {
  return verdictOn(row, policy, now).action !== verdictOn(row, policy, now - TIMER_SECONDS).action;
}
