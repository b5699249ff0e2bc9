import { MountedHomes } from './aws/mounted-homes.ts';
import type { PurgeAnswer } from './core/purge-request.ts';
import { purge } from './handlers/purge.ts';
import type { Clock, Observer } from './ports.ts';

/** As Lambda calls it. */
export type PurgeFunction = (event: unknown) => Promise<PurgeAnswer>;

/**
 * The function that deletes files, the same on AWS and on the local stack. It is apart from all others since it is
 * the only one that has homes mounted, in the folder `filesRoot`, and has no other permission.
 */
export function createPurge(
  filesRoot: string,
  { clock, observer }: { clock: Pick<Clock, 'now'>; observer: Observer },
): PurgeFunction {
  const ports = { homes: new MountedHomes(filesRoot), clock, observer };
  return (event) => purge(event, ports);
}
