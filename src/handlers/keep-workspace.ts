import { BadInputError, RetryableError } from '../core/errors.ts';
import { entryOf, type Happening } from '../core/history.ts';
import {
  readExtendRequest,
  readHoldRequest,
  readReleaseRequest,
  refuseNoExtension,
  refuseTooLate,
} from '../core/keeping.ts';
import { requestKept } from '../core/operator-request.ts';
import type { Policy } from '../core/policy.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import { validRow, type WorkspaceRow } from '../core/workspace-row.ts';
import type { Clock, Keeping, Observer, Workspaces } from '../ports.ts';

export interface KeepPorts {
  workspaces: Pick<Workspaces, 'read' | 'keep'>;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/** A row that changes more often than this while it is written to has somebody else at work. */
const MAXIMUM_TRIES = 5;

/**
 * Keeps a workspace from every action, and whatever is under way with it goes back to where it began.
 * `request`: `{by, reason, until?}`, `until` in epoch seconds. Returns the row as it is then. Takes back what
 * an operator has asked for, except that a workspace which is archived by it stays archived.
 *
 * Throws BadInputError 400 for a request that is not understood, 404 where there is no such workspace, 409 or
 * 410 where it is too late.
 */
export async function holdWorkspace(
  key: WorkspaceKey,
  request: unknown,
  ports: KeepPorts,
): Promise<WorkspaceRow> {
  const hold = readHoldRequest(request, ports.clock.now());
  return keep(key, ports, (row) => ({
    keeping: { hold, extension: row.extension, requested: requestKept(row) },
    happening: { what: 'held', ...hold },
  }));
}

/**
 * Moves the next deadline of a workspace to `until`, and every one before that.
 * `request`: `{by, reason, until}`, `until` in epoch seconds. Of what an operator has asked for as much stays
 * as with a hold. Throws as `holdWorkspace`, and BadInputError where that moves nothing.
 */
export async function extendWorkspace(
  key: WorkspaceKey,
  request: unknown,
  policy: Policy,
  ports: KeepPorts,
): Promise<WorkspaceRow> {
  const extension = readExtendRequest(request, ports.clock.now());
  return keep(key, ports, (row) => {
    refuseNoExtension(row, policy, extension.until, ports.clock.now());
    return {
      keeping: { hold: row.hold, extension, requested: requestKept(row) },
      happening: { what: 'extended', ...extension },
    };
  });
}

/**
 * Ends hold and extension, and what an operator has asked for: from now on the rules are applied to the
 * workspace as it is. `request`: `{by, reason?}`. Throws as `holdWorkspace`, and BadInputError 409 where
 * there is none of them.
 */
export async function releaseWorkspace(
  key: WorkspaceKey,
  request: unknown,
  ports: KeepPorts,
): Promise<WorkspaceRow> {
  const release = readReleaseRequest(request);
  return keep(key, ports, (row) => {
    if (row.hold === undefined && row.extension === undefined && row.requested === undefined)
      throw new BadInputError(`workspace ${showKey(row)} is neither held nor extended, nor asked for`, 409);
    return {
      keeping: { hold: undefined, extension: undefined, requested: undefined },
      happening: { what: 'released', ...release },
    };
  });
}

/** `decide` throws, or says what is to be kept, and what the history is told of it. */
async function keep(
  key: WorkspaceKey,
  { workspaces, clock, observer }: KeepPorts,
  decide: (row: WorkspaceRow) => { keeping: Keeping; happening: Happening },
): Promise<WorkspaceRow> {
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const now = clock.now();
    const row = validRow(await workspaces.read(key), key, now);
    refuseTooLate(row);
    const { keeping, happening } = decide(row);
    const entry = entryOf(row, { ...happening, lifecycle: row.lifecycle }, now);
    if (!(await workspaces.keep(row, keeping, entry))) continue;
    observer.info(`workspace ${happening.what}`, { ...key, by: happening.by, until: happening.until });
    const { sequence, at } = entry;
    return { ...row, ...keeping, notices: undefined, history: { sequence, at } };
  }
  throw new RetryableError(`workspace ${showKey(key)} changed ${MAXIMUM_TRIES} times in a row`);
}
