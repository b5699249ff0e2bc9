import { createHash } from 'node:crypto';
import { showKey, type WorkspaceKey } from '../../core/workspace-key.ts';
import { parseRow } from '../../core/workspace-row.ts';
import type { StatusRecord } from './status-records.ts';

/** What a status of the old system may say: the attributes that are the table's users'. The others belong to the system. */
export const STATUS_FIELDS = [
  'clientId',
  'userId',
  'subscriptionStatus',
  'subscriptionTier',
  'lastActivity',
  'containerStatus',
  'retentionDays',
  'efsAccessPoint',
] as const;
const KNOWN = new Set<string>(STATUS_FIELDS);

export type NewRow = WorkspaceKey & Record<string, unknown>;

export type CheckedStatus =
  /** `leftOut`: fields that it has besides, and that are not written. */
  | { kind: 'valid'; line: number; row: NewRow; leftOut: string[] }
  | { kind: 'rejected'; line: number; problems: string[] };

/**
 * Checks what lines say by the table's own schema, as of `now` (epoch seconds), one after the other. Of two lines about one
 * workspace, or with one access point, the second is rejected: which of them is right, a person has to say.
 */
export function createStatusCheck(now: number): (record: StatusRecord) => CheckedStatus {
  const workspaces = new Seen();
  const accessPoints = new Seen();
  return (record) => {
    const { line } = record;
    if ('problem' in record) return { kind: 'rejected', line, problems: [record.problem] };
    const { row, leftOut } = pick(record.fields);
    const parsed = parseRow(row, now);
    if (parsed.kind === 'invalid') return { kind: 'rejected', line, problems: parsed.problems };
    const { clientId, userId, efsAccessPoint } = parsed.row;
    const same = workspaces.enter(showKey(parsed.row), line);
    if (same !== undefined) {
      return {
        kind: 'rejected',
        line,
        problems: [`workspace ${clientId}/${userId} is on line ${same} already`],
      };
    }
    const shared = efsAccessPoint === undefined ? undefined : accessPoints.enter(efsAccessPoint, line);
    if (shared !== undefined) {
      return {
        kind: 'rejected',
        line,
        problems: [
          `efsAccessPoint ${efsAccessPoint} is that of line ${shared} already, expected one of its own`,
        ],
      };
    }
    return { kind: 'valid', line, row: row as NewRow, leftOut };
  };
}

function pick(fields: Record<string, unknown>): { row: Record<string, unknown>; leftOut: string[] } {
  const row: Record<string, unknown> = {};
  const leftOut: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    // An old system wrote null where it knew nothing.
    if (value === null || value === undefined) continue;
    if (KNOWN.has(name)) row[name] = value;
    else leftOut.push(name);
  }
  return { row, leftOut };
}

/** What has been seen on which line: 72 bits of each, so that a million take some 80 MB and none is taken for another. */
class Seen {
  private readonly lines = new Map<string, number>();

  /** The line on which it was seen before, if it was. */
  enter(text: string, line: number): number | undefined {
    const digest = createHash('sha256').update(text).digest('base64').slice(0, 12);
    const before = this.lines.get(digest);
    if (before === undefined) this.lines.set(digest, line);
    return before;
  }
}

/** In which of the fields that the file gives the row in the table is another, each in a clause. */
export function differencesOf(row: NewRow, existing: Record<string, unknown>): string[] {
  return Object.entries(row)
    .filter(([name, value]) => existing[name] !== value)
    .map(
      ([name, value]) =>
        `${name} is ${JSON.stringify(existing[name] ?? null)} in the table, ${JSON.stringify(value)} in the file`,
    );
}
