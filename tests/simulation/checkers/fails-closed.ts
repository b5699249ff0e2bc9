import { parseControl } from '../../../src/core/control.ts';
import { showKey } from '../../../src/core/workspace-key.ts';
import type { Claim } from '../../../src/core/workspace-row.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { isUnderstood } from './oracle.ts';

const PROMISE = 'fails closed';
/** What was read before a change may still be acted on for so long: two slow calls. Seconds. */
const GRACE_SECONDS = 60;

/** Promise 5: nothing is done on a row or a control that is not understood, and nothing stands still because of them. */
export function failsClosed(world: World): Checker {
  let known: unknown;
  let closedSince: number | undefined;
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
      if (claim.action === 'restore' || closedSince === undefined) return;
      if (world.simulation.now < closedSince + GRACE_SECONDS) return;
      world.violate(
        PROMISE,
        `${showKey(key)} is claimed to ${claim.action}, nothing may be since ${closedSince}`,
      );
    },
    recovered() {
      for (const [name, stream] of Object.entries(world.streams))
        for (const { key, writtenAt } of stream.waiting())
          if (writtenAt < world.simulation.now - 120)
            world.violate(PROMISE, `${name}: ${JSON.stringify(key)} has been waiting since ${writtenAt}`);
    },
  };
}
