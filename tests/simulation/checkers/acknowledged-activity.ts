import { showKey } from '../../../src/core/workspace-key.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { newLoss } from './oracle.ts';

/** An activity that was acknowledged is never followed by a cleanup that ignores it. */
export function acknowledgedActivity(world: World): Checker {
  const known = new Map<string, number>();
  return {
    acknowledged(key, lastActivity) {
      known.set(showKey(key), Math.max(lastActivity, known.get(showKey(key)) ?? 0));
    },
    committed({ key, before, after, by }) {
      if (by === undefined || newLoss(before, after) === undefined) return;
      const lastUse = known.get(showKey(key)) ?? 0;
      if (Number(before?.lastActivity) >= lastUse) return;
      const row = `the row says ${before?.lastActivity}`;
      world.violate(
        'activity counts',
        `${showKey(key)} was in use at ${lastUse}, ${row}, and it is cleaned up`,
      );
    },
  };
}
