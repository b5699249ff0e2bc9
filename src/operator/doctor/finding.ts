import { type Column, tableLines } from '../table.ts';
import { type Paint, plain, type Terminal } from '../terminal.ts';

/**
 * What was found: as it must be; as it may be for a while, or worth a look; as it must not be; not to be found out, e.g. for
 * want of a permission; or a service that this endpoint does not have.
 */
export type Result = 'ok' | 'look' | 'wrong' | 'unread' | 'not here';

export interface Finding {
  /** What kind of thing was looked at, e.g. `table`. */
  check: string;
  /** Which one, e.g. `WorkspaceStatus`. */
  subject: string;
  result: Result;
  /** What was seen. */
  seen: string;
  /** What to do about it; absent where nothing is to be done. */
  todo?: string;
}

/** What a judge says of a thing whose name others know. */
export type Judgement = Pick<Finding, 'result' | 'seen' | 'todo'>;

/** Fine, and what was seen. */
export function ok(seen: string): Judgement {
  return { result: 'ok', seen };
}

/** One judgement of several problems; `ok` with `seen` if there are none. */
export function judge(problems: readonly string[], seen: string, todo: string): Judgement {
  return problems.length === 0 ? ok(seen) : { result: 'wrong', seen: problems.join('; '), todo };
}

/** What a shell is told: nothing is wrong; something is; something that matters could not be read. */
export const DOCTOR_EXIT = { fine: 0, wrong: 1, unread: 2 } as const;

/** What is wrong comes before what nobody knows. A service that an endpoint does not have is neither. */
export function exitCodeOf(findings: readonly Finding[]): number {
  const has = (result: Result) => findings.some((finding) => finding.result === result);
  if (has('wrong')) return DOCTOR_EXIT.wrong;
  return has('unread') ? DOCTOR_EXIT.unread : DOCTOR_EXIT.fine;
}

const COLUMNS: Column[] = [
  { title: 'CHECK' },
  { title: 'OF', atLeast: 16 },
  { title: 'RESULT' },
  { title: 'SEEN', atLeast: 24 },
];

/** The table of the findings, what is to be done below it, and a line that counts them. */
export function findingLines(findings: readonly Finding[], { columns, paint }: Terminal): string[] {
  const rows = findings.map(({ check, subject, result, seen }) => [
    check,
    plain(subject),
    paintResult(result, paint),
    plain(seen),
  ]);
  const todo = findings.flatMap((finding) => todoLines(finding, paint));
  return [
    ...tableLines(COLUMNS, rows, columns),
    ...(todo.length > 0 ? ['', paint.bold('WHAT TO DO'), ...todo] : []),
    '',
    countLine(findings),
  ];
}

function todoLines({ check, subject, result, seen, todo }: Finding, paint: Paint): string[] {
  if (todo === undefined) return [];
  return [`${paintResult(result, paint)}  ${check} ${plain(subject)}: ${plain(seen)}`, `    ${plain(todo)}`];
}

function countLine(findings: readonly Finding[]): string {
  const results: Result[] = ['ok', 'look', 'wrong', 'unread', 'not here'];
  const words = { ok: 'ok', look: 'to look at', wrong: 'wrong', unread: 'not read', 'not here': 'not here' };
  return results
    .map((result) => ({ result, count: findings.filter((finding) => finding.result === result).length }))
    .filter(({ result, count }) => count > 0 || result === 'wrong')
    .map(({ result, count }) => `${count} ${words[result]}`)
    .join(', ');
}

function paintResult(result: Result, paint: Paint): string {
  if (result === 'ok') return paint.green(result);
  if (result === 'wrong') return paint.red(result);
  return result === 'not here' ? paint.dim(result) : paint.yellow(result);
}
