import type { Policy } from '../../core/policy.ts';
import { showKey, workspacePath } from '../../core/workspace-key.ts';
import { parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import type { ListedAccessPoint } from '../../ports.ts';
import { showTime } from '../times.ts';
import { decideWakeUp, type WakeUpNeed } from './decide-wake-up.ts';
import type { FindingKind } from './findings.ts';

/** Something about a row that does not agree with the rest of the world. */
export interface RowFinding {
  kind: FindingKind;
  detail: string;
}

export interface RowView {
  policy: Policy;
  /** Epoch seconds. */
  now: number;
  /** Of the file system, by id. */
  accessPoints: ReadonlyMap<string, ListedAccessPoint>;
}

/** What one row, as it came from the table, says that is not so. What takes two rows to see is not looked for. */
export function checkRow(input: Record<string, unknown>, view: RowView): RowFinding[] {
  const parsed = parseRow(input, view.now);
  if (parsed.kind === 'invalid') return [{ kind: 'invalid-row', detail: parsed.problems.join('; ') }];
  const { row } = parsed;
  return [...wakeUpFindings(row, view), ...accessFindings(row, view)];
}

const WAKE_UP_KINDS = { missing: 'no-wake-up', overdue: 'overdue', late: 'late-wake-up' } as const;

function wakeUpFindings(row: WorkspaceRow, { policy, now }: RowView): RowFinding[] {
  const need: WakeUpNeed = decideWakeUp(row, policy, now);
  if (need.kind === 'pending' || need.kind === 'nothing-ahead') return [];
  const wanted = `wanted at ${showTime(need.at)}`;
  const detail = 'armedFor' in need ? `armed for ${showTime(need.armedFor)}, ${wanted}` : wanted;
  return [{ kind: WAKE_UP_KINDS[need.kind], detail }];
}

function accessFindings(row: WorkspaceRow, { accessPoints }: RowView): RowFinding[] {
  const { efsAccessPoint: id, lifecycle } = row;
  if (id === undefined) return [];
  const there = accessPoints.get(id);
  const isClosed = lifecycle === 'archived' || lifecycle === 'terminated';
  if (there === undefined) {
    // One that is in transition loses or gets it just now; of one that is closed it is no loss.
    return lifecycle === 'active' ? [{ kind: 'access-point-gone', detail: `${id} is not there` }] : [];
  }
  if (there.path !== workspacePath(row))
    return [{ kind: 'access-point-foreign', detail: `${id} leads to ${there.path}` }];
  const findings: RowFinding[] = [];
  if (isClosed)
    findings.push({
      kind: `${lifecycle}-with-access`,
      detail: `${id} is named in the row of ${showKey(row)}`,
    });
  if (row.posixUid !== undefined && there.posixUid !== undefined && row.posixUid !== there.posixUid) {
    findings.push({
      kind: 'wrong-uid',
      detail: `${id} acts as ${there.posixUid}, the files are ${row.posixUid}'s`,
    });
  }
  return findings;
}

/** As which user the workspace's files are written, as far as row and access point say; undefined if neither does. */
export function uidOfRow(
  input: Record<string, unknown>,
  accessPoints: RowView['accessPoints'],
): number | undefined {
  const own = input.posixUid;
  if (typeof own === 'number')
    return Number.isInteger(own) && own >= 0 && own <= 4_294_967_295 ? own : undefined;
  const id = input.efsAccessPoint;
  return typeof id === 'string' ? accessPoints.get(id)?.posixUid : undefined;
}
