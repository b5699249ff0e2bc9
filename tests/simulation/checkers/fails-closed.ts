import { parseControl } from '../../../src/core/control.ts';
import { showKey } from '../../../src/core/workspace-key.ts';
import type { Claim } from '../../../src/core/workspace-row.ts';
import type { Process } from '../engine/process.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { isUnderstood } from './oracle.ts';

const PROMISE = 'fails closed';

/**
 * Promise 5: nothing is done on a row or a control that is not understood, nor while there is a pause, and nothing stands
 * still because of them. Whoever has looked before may still act on what it saw; whoever starts after may not.
 */
export function failsClosed(world: World): Checker {
  let known: unknown;
  let closedSince: number | undefined;
  const mayNot = (by: Process) => closedSince !== undefined && by.startedAt > closedSince;
  return {
    called() {
      if (world.control.item === known) return;
      known = world.control.item;
      const parsed = parseControl(known);
      const isClosed = parsed.kind === 'invalid' || parsed.control.pause !== undefined;
      closedSince = isClosed ? (closedSince ?? world.simulation.now) : undefined;
    },
    committed({ key, before, after, by }) {
      const claim = after?.claim as Claim | undefined;
      if (claim === undefined || by === undefined) return;
      if (claim.owner === (before?.claim as Claim | undefined)?.owner) return;
      if (!isUnderstood(before, world.simulation.now))
        world.violate(PROMISE, `${showKey(key)} is claimed, and is ${JSON.stringify(before)}`);
      if (claim.action !== 'restore' && mayNot(by))
        world.violate(
          PROMISE,
          `${showKey(key)} is claimed to ${claim.action}, nothing may be: ${closedSince}`,
        );
    },
    done({ what, key }, by) {
      if (by?.functionName !== 'deadlineReached' || !mayNot(by)) return;
      if (what === 'access-given' || what === 'task-started') return;
      world.violate(PROMISE, `${what} of ${showKey(key)} by ${by.name}, nothing may be: ${closedSince}`);
    },
    recovered() {
      for (const [name, stream] of Object.entries(world.streams))
        for (const { key, writtenAt } of stream.waiting())
          if (writtenAt < world.simulation.now - 120)
            world.violate(PROMISE, `${name}: ${JSON.stringify(key)} has been waiting since ${writtenAt}`);
    },
  };
}
