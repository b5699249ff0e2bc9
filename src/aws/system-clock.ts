import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now() / 1000,
  wait: async (seconds) => {
    await setTimeout(seconds * 1000);
  },
  waitUntil: async (at) => {
    await setTimeout(Math.max(0, Math.ceil(at * 1000 - Date.now())));
    return true;
  },
};
