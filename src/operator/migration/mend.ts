import { isHeld } from '../../core/policy.ts';
import { MINIMUM_LEAD_SECONDS } from '../../core/wake-up.ts';
import type { WorkspaceKey } from '../../core/workspace-key.ts';
import { parseRow } from '../../core/workspace-row.ts';
import { restoreAccess } from '../../handlers/access.ts';
import type { Workspaces } from '../../ports.ts';
import { type CloseDoorsPorts, closeDoors, type DoorRules } from './close-doors.ts';
import { decideWakeUp } from './decide-wake-up.ts';
import { FINDINGS, type FindingKind, LEFT, MENDED } from './findings.ts';

export type MendPorts = CloseDoorsPorts & {
  workspaces: Pick<Workspaces, 'read' | 'rememberWakeUp'>;
};

/**
 * Mends what was found about a workspace, with the claims and ports of the handlers and nothing else. Decides from the row as
 * it is now: what has come right meanwhile is left alone. Returns `mended`, `left`, or why it could not, in a clause.
 */
export function mend(
  kind: FindingKind,
  key: WorkspaceKey,
  rules: DoorRules,
  ports: MendPorts,
): Promise<string> {
  if (FINDINGS[kind].mends === undefined) return Promise.resolve(LEFT);
  switch (kind) {
    case 'no-wake-up':
    case 'overdue':
    case 'late-wake-up':
      return arm(key, rules, ports);
    case 'access-point-gone':
      return giveAccess(key, rules, ports);
    default:
      return closeDoors(key, rules, ports);
  }
}

async function arm(key: WorkspaceKey, { policy }: DoorRules, ports: MendPorts): Promise<string> {
  const now = ports.clock.now();
  const parsed = parseRow(await ports.workspaces.read(key), now);
  if (parsed.kind === 'invalid') return 'its row is not valid';
  const need = decideWakeUp(parsed.row, policy, now);
  if (need.kind === 'pending' || need.kind === 'nothing-ahead') return MENDED;
  const at = Math.max(need.at, Math.ceil(ports.clock.now()) + MINIMUM_LEAD_SECONDS);
  await ports.timers.arm(key, at);
  await ports.workspaces.rememberWakeUp(key, at, ports.clock.now());
  return MENDED;
}

async function giveAccess(key: WorkspaceKey, { policy }: DoorRules, ports: MendPorts): Promise<string> {
  const now = ports.clock.now();
  const parsed = parseRow(await ports.workspaces.read(key), now);
  if (parsed.kind === 'invalid') return 'its row is not valid';
  const { row } = parsed;
  if (row.lifecycle !== 'active') return `it is ${row.lifecycle} by now`;
  if (row.efsAccessPoint === undefined) return 'its row names none by now';
  if (isHeld(row, Math.floor(now))) return 'it is held, and a hold keeps it from everything';
  await restoreAccess(row, policy, ports);
  const after = (await ports.workspaces.read(key)) as { efsAccessPoint?: unknown } | undefined;
  return after?.efsAccessPoint === row.efsAccessPoint ? 'somebody has changed its row meanwhile' : MENDED;
}
