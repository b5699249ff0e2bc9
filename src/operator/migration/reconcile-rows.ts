import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { showKey, type WorkspaceKey } from '../../core/workspace-key.ts';
import { forEachLimited } from '../../handlers/for-each-limited.ts';
import type { AccessPoints, ListedAccessPoint } from '../../ports.ts';
import type { Pace } from '../fleet/pace.ts';
import { keyOfRow } from '../fleet/walk-fleet.ts';
import { checkRow, type RowFinding, uidOfRow } from './check-row.ts';
import type { DoorRules } from './close-doors.ts';
import { type Finding, type FindingKind, LEFT } from './findings.ts';
import { type MendPorts, mend } from './mend.ts';

/** What a page of rows comes to. */
export interface ReconciledPage {
  rows: number;
  findings: Finding[];
  /** Access points that the rows name, and whose. */
  named: { id: string; workspace: string }[];
  /** As which users their files are written. */
  uids: number[];
}

export interface ReconcileContext {
  rules: DoorRules;
  accessPoints: ReadonlyMap<string, ListedAccessPoint>;
  ports: MendPorts & { accessPoints: Pick<AccessPoints, 'look'> };
  /** Rows that are looked at again, or mended, a second. */
  pace: Pace;
  fix: boolean;
  /** Where the folder of all homes is mounted here; undefined where it is not. */
  homes: string | undefined;
}

/** Findings that are looked at again, and mended, at a time. */
const LOOK_CONCURRENCY = 10;

/** Checks the rows of a page by themselves. */
export async function reconcilePage(
  rows: readonly Record<string, unknown>[],
  context: ReconcileContext,
): Promise<ReconciledPage> {
  const { rules, accessPoints, ports, homes } = context;
  const page: ReconciledPage = { rows: rows.length, findings: [], named: [], uids: [] };
  const suspected: { row: Record<string, unknown>; found: RowFinding }[] = [];
  const view = { policy: rules.policy, now: ports.clock.now(), accessPoints };
  for (const row of rows) {
    const found = [...checkRow(row, view), ...filesFinding(row, homes)];
    suspected.push(...found.map((one) => ({ row, found: one })));
    const uid = row.lifecycle === 'terminated' ? undefined : uidOfRow(row, accessPoints);
    if (uid !== undefined) page.uids.push(uid);
    if (typeof row.efsAccessPoint === 'string' && accessPoints.has(row.efsAccessPoint))
      page.named.push({ id: row.efsAccessPoint, workspace: nameOfRow(row) });
  }
  await forEachLimited(suspected, LOOK_CONCURRENCY, async ({ row, found }) => {
    const finding = await settle(row, found, context);
    if (finding !== undefined) page.findings.push(finding);
  });
  return page;
}

/** Undefined if it was so a moment ago and is not any more: a scan is behind the table. */
async function settle(
  row: Record<string, unknown>,
  { kind, detail }: RowFinding,
  context: ReconcileContext,
): Promise<Finding | undefined> {
  const workspace = nameOfRow(row);
  const key = keyOfRow(row);
  if (key === undefined) return { kind, workspace, detail, outcome: LEFT };
  await context.pace.spend(1);
  if (!(await isStill(kind, key, context))) return undefined;
  return { kind, workspace, detail, outcome: await mendOrLeave(kind, key, context) };
}

async function isStill(
  kind: FindingKind,
  key: WorkspaceKey,
  { rules, accessPoints, ports, homes }: ReconcileContext,
): Promise<boolean> {
  const input = await ports.workspaces.read(key);
  if (input === undefined) return false;
  const row = input as Record<string, unknown>;
  const view = { policy: rules.policy, now: ports.clock.now(), accessPoints };
  if (![...checkRow(row, view), ...filesFinding(row, homes)].some((found) => found.kind === kind))
    return false;
  // The list was made at the beginning; what was made since is not on it.
  if (kind !== 'access-point-gone') return true;
  return (await ports.accessPoints.look(key, String(row.efsAccessPoint))) === 'absent';
}

/** Mends it, or leaves it where nobody has asked for that. What fails is told, and does not end the command. */
export async function mendOrLeave(
  kind: FindingKind,
  key: WorkspaceKey,
  { rules, ports, fix }: Pick<ReconcileContext, 'rules' | 'ports' | 'fix'>,
): Promise<string> {
  if (!fix) return LEFT;
  try {
    return await mend(kind, key, rules, ports);
  } catch (error) {
    return `failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function filesFinding(row: Record<string, unknown>, homes: string | undefined): RowFinding[] {
  const key = keyOfRow(row);
  if (homes === undefined || key === undefined || row.lifecycle !== 'terminated') return [];
  const home = join(homes, key.clientId, key.userId);
  return existsSync(home) ? [{ kind: 'terminated-with-files', detail: `${home} is there` }] : [];
}

/** As people write it; what no workspace can be called stands in quotes, so that it does nothing to a terminal. */
export function nameOfRow(row: Record<string, unknown>): string {
  const key = keyOfRow(row);
  return key === undefined ? JSON.stringify(`${row.clientId}/${row.userId}`) : showKey(key);
}
