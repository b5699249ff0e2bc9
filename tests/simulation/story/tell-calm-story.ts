import { readOperatorConfiguration } from '../../../src/core/configuration.ts';
import { NO_MISCHIEF } from '../engine/mischief.ts';
import { Random } from '../engine/random.ts';
import type { Deed, Story, TimedDeed } from './story.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Two deeds are never this close, in seconds, nor is a deadline that one of them sets to another deed. */
const APART = 600;
const PLENTY = { archive: 1_000_000, terminate: 1_000_000 };

/** How long a calm story goes on, in seconds. */
export const CALM_SECONDS = 50 * DAY;

/**
 * A story of one workspace in which nothing goes wrong and nothing happens at the same moment, so that there is one right
 * end. The client has the number of the seed, so that many can be played in one world. `start`: a full hour, epoch seconds.
 */
export function tellCalmStory(seed: number, start: number): Story {
  const random = new Random(seed, 'calm');
  const clientId = `client-${seed}`;
  const deeds: TimedDeed[] = [];
  let hours = 0;
  const add = (deed: Deed) => {
    // No two deeds are as far into their hour.
    const after = hours * HOUR + deeds.length * APART;
    deeds.push({ ...deed, after, name: `deed ${deeds.length}` });
    hours += random.pick(6, 30, 60, 8 * 24, 20 * 24) + random.integer(0, 20);
  };
  const tier = random.pick('free', 'free', 'pro');
  add({ what: 'bill', client: 0, status: 'active', tier, lateSeconds: 0, times: 1 });
  add({ what: 'provision', who: 0, start: random.chance(0.1) });
  while (deeds.length < HOUR / APART) add(deedOf(random));
  return {
    seed,
    start,
    clients: [clientId],
    workspaces: [{ clientId, userId: 'ada' }],
    policies: [readOperatorConfiguration({}).policy],
    safety: { enforcement: 'enforce', budgets: PLENTY, percentPerClient: 100, pauseAtPutOff: PLENTY },
    concurrency: 100,
    mischief: NO_MISCHIEF,
    conditions: { skewSeconds: 0, callSeconds: 0.002, lateSeconds: 0, stopSeconds: 1 },
    chaosSeconds: 0,
    deeds: deeds.filter(({ after }) => after < CALM_SECONDS),
  };
}

function deedOf(random: Random): Deed {
  const tier = random.pick('free', 'pro');
  const status = random.pick('active', 'suspended', 'cancelled', 'cancelled');
  return random.pick<Deed>(
    { what: 'use', who: 0, agoSeconds: 0, by: 'api' },
    { what: 'return', who: 0, start: false },
    { what: 'bill', client: 0, status, tier, lateSeconds: 0, times: 1 },
    { what: 'bill', client: 0, status, tier, lateSeconds: 0, times: 1 },
    { what: 'retention', who: 0, days: random.integer(1, 20) },
  );
}
