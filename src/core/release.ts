import * as z from 'zod';

/** How far what `CleanupControl` had kept back has been woken since it changed. */
export const releaseSchema = z.object({
  /** Of the change that it follows. */
  revision: z.int().min(0),
  /** The last workspace that was woken; absent before the first, and in the end. */
  after: z.object({ clientId: z.string(), userId: z.string(), waitingSince: z.number() }).optional(),
  done: z.boolean(),
  /** When it was noted, epoch seconds. */
  at: z.number(),
  /** How often the whole index has been gone through for this change. */
  looks: z.int().min(0),
});
export type Release = z.infer<typeof releaseSchema>;

/**
 * The index of what waits follows the table with a delay, of some milliseconds as a rule. So it is gone through a second
 * time, this many seconds after the first.
 */
const SECOND_LOOK_AFTER_SECONDS = 600;
const LOOKS = 2;

/**
 * What is left to do about what waits, at `now`; undefined if nothing is. Decided from what has been noted, so that lost
 * and repeated records of the stream make no difference. `hasChanged`: such a record says that the item was written, so
 * it is begun again even if its number is the same, as after a repair by hand.
 */
export function planRelease(
  release: Release | undefined,
  revision: number,
  now: number,
  hasChanged: boolean,
): Release | undefined {
  if (hasChanged || release === undefined || release.revision < revision)
    return { revision, done: false, at: Math.floor(now), looks: 0 };
  if (!release.done) return release;
  if (release.looks >= LOOKS || now < release.at + SECOND_LOOK_AFTER_SECONDS) return undefined;
  return { ...release, after: undefined, done: false };
}
