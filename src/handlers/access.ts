import { BadInputError } from '../core/errors.ts';
import { restoreAccessPlan } from '../core/lifecycle.ts';
import type { Policy } from '../core/policy.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import type { WorkspaceRow } from '../core/workspace-row.ts';
import type { AccessPoints, Observer } from '../ports.ts';
import { type ClaimPorts, claimRow } from './claim-row.ts';
import { type ConvergePorts, converge } from './converge.ts';

export interface AccessPorts {
  accessPoints: Pick<AccessPoints, 'look'>;
  observer: Observer;
}

/** What a row says of its access, whatever is in it. */
export interface RowAccess extends WorkspaceKey {
  efsAccessPoint?: unknown;
}

/**
 * The access point of an active workspace, if its row names one and it is there.
 *
 * Throws BadInputError 409 if the one that the row names leads anywhere else: its home may be there, so neither is
 * touched.
 */
export async function accessOf(
  { clientId, userId, efsAccessPoint: known }: RowAccess,
  { accessPoints, observer }: AccessPorts,
): Promise<string | undefined> {
  if (typeof known !== 'string') return undefined;
  const key = { clientId, userId };
  const look = await accessPoints.look(key, known);
  if (look === 'own') return known;
  if (look === 'absent') return undefined;
  observer.count('AccessPointNotOurs');
  throw new BadInputError(
    `workspace ${showKey(key)} exists and its access point ${known} leads to another place, expected one to its own home`,
    409,
  );
}

export interface RestoreAccessPorts extends ConvergePorts, ClaimPorts {
  workspaces: ConvergePorts['workspaces'] & ClaimPorts['workspaces'];
  clock: ConvergePorts['clock'];
  /** A string that no other invocation has. */
  uniqueOwner(): string;
}

/**
 * Gives an active workspace that has no access point, or has lost it, another one. If the row changes meanwhile it may
 * have none yet: read it again.
 *
 * That is done under a claim, as everything that changes access. Without one, whoever is slow could make an access point
 * after the workspace was archived: a door to its home that nobody knows of.
 */
export async function restoreAccess(
  row: WorkspaceRow,
  policy: Policy,
  ports: RestoreAccessPorts,
): Promise<void> {
  const plan = restoreAccessPlan(row, policy, ports.clock.now());
  const claimed = await claimRow(plan, row, policy, ports.uniqueOwner(), ports);
  // What gives access takes nothing from anybody: no pause and no budget keeps it from happening.
  const mayGoOn = () => Promise.resolve(true);
  if (claimed) await converge(claimed, plan, policy, { ...ports, mayGoOn });
}
