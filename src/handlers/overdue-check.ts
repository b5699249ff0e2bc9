import { DAY_SECONDS } from '../core/policy.ts';
import { MINIMUM_LEAD_SECONDS } from '../core/wake-up.ts';
import type { Workspaces } from '../ports.ts';
import { forEachLimited } from './for-each-limited.ts';
import { type ReleasePorts, releaseWaiting } from './release-waiting.ts';

export interface OverduePorts extends ReleasePorts {
  workspaces: Pick<Workspaces, 'armedBetween' | 'rememberWakeUp' | 'waiting'>;
}

/** A wake-up may fire a minute late and its handler may work for a lease; past that, nobody is coming. Seconds. */
export const OVERDUE_AFTER_SECONDS = 900;
/** What has been overdue for longer than this, in seconds, is not found any more: no outage lasts two weeks. */
const LOOK_BACK_SECONDS = 14 * DAY_SECONDS;
/** More than this at once is taken up by the next run. */
const MOST_AT_ONCE = 5_000;
const ARMING_CONCURRENCY = 20;

/**
 * The backstop: asks the index, never the fleet, for wake-ups that should have been handled long ago, and arms them
 * again. Normally there are none; there are some after a handler has died on all its retries before its claim.
 * Returns how many it found. It also looks once more for what a change of `CleanupControl` has set free.
 */
export async function overdueCheck(ports: OverduePorts): Promise<number> {
  const { workspaces, timers, clock, observer } = ports;
  const now = clock.now();
  const overdue = await workspaces.armedBetween(
    now - LOOK_BACK_SECONDS,
    now - OVERDUE_AFTER_SECONDS,
    MOST_AT_ONCE,
  );
  observer.count('Overdue', overdue.length);
  await forEachLimited(overdue, ARMING_CONCURRENCY, async ({ key, armedFor }) => {
    const at = Math.ceil(clock.now()) + MINIMUM_LEAD_SECONDS;
    await timers.arm(key, at);
    observer.count('Armed');
    await workspaces.rememberWakeUp(key, at, clock.now());
    observer.error('a wake-up was overdue and is armed again', { ...key, armedFor, at });
  });
  await releaseWaiting(ports);
  return overdue.length;
}
