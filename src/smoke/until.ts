import { type SmokeClock, SmokeFailure } from './ports.ts';

/** What a look has shown: what was waited for, or what is there instead. */
export type Look<T> = { kind: 'there'; value: T } | { kind: 'not-yet'; seen: string };

/** Short at first: an emulator answers at once. */
const FIRST_WAIT_SECONDS = 0.1;
const LONGEST_WAIT_SECONDS = 5;

/**
 * Looks again and again, at growing intervals, until it is there. Throws SmokeFailure, with what was seen last, once
 * `limitSeconds` are over.
 */
export async function until<T>(
  what: string,
  limitSeconds: number,
  clock: SmokeClock,
  look: () => Promise<Look<T>>,
): Promise<T> {
  const end = clock.now() + limitSeconds;
  for (let wait = FIRST_WAIT_SECONDS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_SECONDS)) {
    const found = await look();
    if (found.kind === 'there') return found.value;
    if (clock.now() >= end) {
      throw new SmokeFailure(`${what}: not within ${limitSeconds} s, seen last: ${found.seen}`);
    }
    await clock.wait(wait);
  }
}
