import { showKey } from '../../../src/core/workspace-key.ts';
import type { Claim } from '../../../src/core/workspace-row.ts';
import type { Process } from '../engine/process.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { isUnderstood, newLoss } from './oracle.ts';
import { mayBeTaken } from './permission.ts';

const PROMISE = 'fails closed';

/** What a process knows of the brakes. Epoch seconds, true time. */
interface Knowledge {
  readAt: number;
  /** The last kind of thing that it took away, and whether it has looked at the brakes since. */
  taken: string | undefined;
  hasLooked: boolean;
}

/**
 * Promise 5: nothing is done on a row or a control that is not understood, nor on one whose client is only observed, nor while
 * there is a pause, and nothing stands still because of them. Whoever has looked before may still act on what it saw; but it
 * looks again before each kind of thing that it takes away.
 */
export function failsClosed(world: World): Checker {
  const closedSince = new Map<string, number>();
  const known = new Map<Process, Knowledge>();
  const knowledgeOf = (by: Process): Knowledge => {
    const knowledge = known.get(by) ?? { readAt: by.startedAt, taken: undefined, hasLooked: false };
    known.set(by, knowledge);
    return knowledge;
  };
  const mustKnow = (by: Process, clientId: string) => {
    const since = closedSince.get(clientId);
    return since !== undefined && knowledgeOf(by).readAt > since;
  };
  let seen: unknown = {};
  const look = () => {
    if (world.control.item === seen) return;
    seen = world.control.item;
    for (const clientId of world.story.clients) {
      if (mayBeTaken(world, clientId)) closedSince.delete(clientId);
      else if (!closedSince.has(clientId)) closedSince.set(clientId, world.simulation.now);
    }
  };
  return {
    called(by, call) {
      if (by && call === 'control.read')
        Object.assign(knowledgeOf(by), { readAt: world.simulation.now, hasLooked: true });
      look();
    },
    ended(by) {
      known.delete(by);
    },
    committed({ key, before, after, by }) {
      const claim = after?.claim as Claim | undefined;
      const isNew = claim !== undefined && claim.owner !== (before?.claim as Claim | undefined)?.owner;
      if (!isNew || by === undefined) return;
      if (!isUnderstood(before, world.simulation.now))
        world.violate(PROMISE, `${showKey(key)} is claimed, and is ${JSON.stringify(before)}`);
      knowledgeOf(by).hasLooked = false;
      if (newLoss(before, after) && mustKnow(by, key.clientId))
        world.violate(PROMISE, `${showKey(key)} is claimed to ${claim.action}, which it may not be`);
    },
    done({ what, key }, by) {
      if (by?.functionName !== 'deadlineReached' || what === 'access-given' || what === 'task-started')
        return;
      const knowledge = knowledgeOf(by);
      if (mustKnow(by, key.clientId))
        world.violate(PROMISE, `${what} of ${showKey(key)} by ${by.name}, which may not be`);
      if (knowledge.taken !== what && !knowledge.hasLooked)
        world.violate(
          PROMISE,
          `${what} of ${showKey(key)} by ${by.name}, which has not looked at the brakes again`,
        );
      Object.assign(knowledge, { taken: what, hasLooked: false });
    },
    recovered() {
      for (const [name, stream] of Object.entries(world.streams))
        for (const { key, writtenAt } of stream.waiting())
          if (writtenAt < world.simulation.now - 120)
            world.violate(PROMISE, `${name}: ${JSON.stringify(key)} has been waiting since ${writtenAt}`);
    },
  };
}
