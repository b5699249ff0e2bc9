import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now() / 1000,
  wait: async (seconds) => {
    await setTimeout(seconds * 1000);
  },
};
