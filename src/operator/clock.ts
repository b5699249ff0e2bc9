import { systemClock } from '../aws/system-clock.ts';
import type { Clock } from '../ports.ts';

/**
 * The time by which an operator's words are meant. On the local stack that is the fleet's, which runs ahead; `endpoint` is
 * AWS_ENDPOINT_URL. Whatever else answers there, or nothing, has the time of this machine.
 */
export async function operatorClock(endpoint: string | undefined): Promise<Pick<Clock, 'now'>> {
  const ahead = endpoint ? await secondsAhead(endpoint) : 0;
  return { now: () => systemClock.now() + ahead };
}

async function secondsAhead(endpoint: string): Promise<number> {
  const now = await localTime(endpoint);
  return now === undefined ? 0 : now - systemClock.now();
}

/** The time of the local stack, epoch seconds; undefined where it is not what answers there, or nothing does. */
export async function localTime(endpoint: string, signal?: AbortSignal): Promise<number | undefined> {
  try {
    const answer = await fetch(endpoint, signal ? { signal } : {});
    const { now } = (await answer.json()) as { now?: unknown };
    return typeof now === 'number' ? now : undefined;
  } catch {
    return undefined;
  }
}
