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
  try {
    const answer = (await (await fetch(endpoint)).json()) as { now?: unknown };
    return typeof answer.now === 'number' ? answer.now - systemClock.now() : 0;
  } catch {
    return 0;
  }
}
