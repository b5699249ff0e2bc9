import { showKey } from '../../../src/core/workspace-key.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';

/** Only a row in `active` takes activity: else the last words of a container bring its workspace back for ever. */
export function onlyActiveTakesActivity(world: World): Checker {
  return {
    committed({ key, before, after, call }) {
      if (call !== 'last words' && call !== 'workspaces.recordActivity') return;
      const lifecycle = before?.lifecycle ?? 'active';
      if (lifecycle === 'active' || before?.lastActivity === after?.lastActivity) return;
      world.violate(
        'only active takes activity',
        `${showKey(key)} is ${lifecycle}, and takes a report of use`,
      );
    },
  };
}
