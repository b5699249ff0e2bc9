import { showKey } from '../../../src/core/workspace-key.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';

const PROMISE = 'nothing else touched';

/** Promise 3: whoever works on one workspace changes no other: not its row, its tasks, its access, its files. */
export function nothingElseTouched(world: World): Checker {
  return {
    done({ what, key }, by) {
      if (by?.about === undefined || showKey(by.about) === showKey(key)) return;
      world.violate(PROMISE, `${by.name} did ${what} to ${showKey(key)}`);
    },
    committed({ key, by }) {
      if (by?.about === undefined || showKey(by.about) === showKey(key)) return;
      world.violate(PROMISE, `${by.name} wrote ${showKey(key)}`);
    },
  };
}
