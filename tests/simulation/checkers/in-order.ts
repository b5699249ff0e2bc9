import { showKey } from '../../../src/core/workspace-key.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';

const PROMISE = 'in order';

/** Access goes when nobody is connected any more, and files when nobody can reach them. */
export function inOrder(world: World): Checker {
  return {
    done({ what, key, runningTasks, reachable }, by) {
      if (by === undefined) return;
      if ((what === 'access-removed' || what === 'files-deleted') && runningTasks > 0)
        world.violate(PROMISE, `${what} of ${showKey(key)} by ${by.name} while ${runningTasks} tasks run`);
      if (what === 'files-deleted' && reachable)
        world.violate(PROMISE, `${what} of ${showKey(key)} by ${by.name} while an access point leads there`);
    },
  };
}
