import { type PurgeAnswer, readPurgeRequest } from '../core/purge-request.ts';
import { workspacePath } from '../core/workspace-key.ts';
import type { Clock, Homes, Observer } from '../ports.ts';

export interface PurgePorts {
  homes: Homes;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/** How long one call deletes, in seconds; the function's timeout in serverless.yml is 90. */
export const PURGE_SLICE_SECONDS = 60;

/**
 * Deletes files of one home for a while; call it again until it answers `done`. Whether the workspace is terminated is
 * for the caller to know: this function can read nothing but the file system. Throws BadInputError, before anything is
 * touched, for an event that is not exactly the path of one home.
 */
export async function purge(event: unknown, { homes, clock, observer }: PurgePorts): Promise<PurgeAnswer> {
  const key = readPurgeRequest(event);
  const path = workspacePath(key);
  const { done, removed } = await homes.remove(key, { seconds: PURGE_SLICE_SECONDS, at: clock.now() });
  observer.info(done ? 'home deleted' : 'home not deleted yet', { ...key, path, removed });
  return { path, done, removed };
}
