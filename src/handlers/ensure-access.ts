import { BadInputError } from '../core/errors.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import type { AccessPoints, Observer, PosixUids, Workspaces } from '../ports.ts';

export interface EnsureAccessPorts {
  workspaces: Pick<Workspaces, 'nameAccessPoint'>;
  accessPoints: Pick<AccessPoints, 'look' | 'ensure'>;
  posixUids: PosixUids;
  observer: Observer;
}

/** What an active row says of its access, whatever is in it. */
export interface RowAccess extends WorkspaceKey {
  efsAccessPoint?: unknown;
  posixUid?: unknown;
}

/**
 * The access point of an active workspace: the one that its row names, or where that names none, or one that is gone,
 * a new one, which the row then names. Undefined if the row changed meanwhile: read it again.
 *
 * Throws BadInputError 409 if the one that the row names leads anywhere else: its home may be there, so neither is
 * touched.
 */
export async function ensureAccess(row: RowAccess, ports: EnsureAccessPorts): Promise<string | undefined> {
  const { workspaces, accessPoints, posixUids, observer } = ports;
  const key = { clientId: row.clientId, userId: row.userId };
  const known = typeof row.efsAccessPoint === 'string' ? row.efsAccessPoint : undefined;
  const look = known === undefined ? 'absent' : await accessPoints.look(key, known);
  if (look === 'own') return known;
  if (look === 'foreign') {
    observer.count('AccessPointNotOurs');
    throw new BadInputError(
      `workspace ${showKey(key)} exists and its access point ${known} leads to another place, expected one to its own home`,
      409,
    );
  }
  const posixUid = typeof row.posixUid === 'number' ? row.posixUid : await posixUids.of(key);
  const efsAccessPoint = await accessPoints.ensure(key, posixUid);
  if (!(await workspaces.nameAccessPoint(key, known, { efsAccessPoint, posixUid }))) return undefined;
  observer.info('workspace got an access point', { ...key, efsAccessPoint });
  return efsAccessPoint;
}
