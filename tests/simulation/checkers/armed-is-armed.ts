import { showKey } from '../../../src/core/workspace-key.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';

/** Whoever is told that a wake-up is armed can count on it: it is yet to come, whoever has armed it. */
export function armedIsArmed(world: World): Checker {
  return {
    armed(key, at) {
      if ([...world.scheduler.pendingOf(key)].includes(at)) return;
      const now = world.simulation.now;
      world.violate('armed is armed', `${showKey(key)} has no wake-up ahead at ${at}, and it is ${now}`);
    },
  };
}
