import pc from 'picocolors';
import { decideAction, nextChange } from '../../core/policy.ts';
import { workspaceReference } from '../../core/workspace-key.ts';
import { parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import type { PlainRow } from '../fleet/chronicle.ts';
import { MEMBERS } from '../fleet/script.ts';
import type { Stack } from '../stack.ts';
import { timeOf } from './lines-show.ts';
import { type Column, pad, renderTable } from './table.ts';
import { inLargestUnit, inUtc, paceInWords, ruleInWords } from './words.ts';

/** Most rows of the table; a fleet of thousands is not for a terminal. */
const MOST_WORKSPACES = 40;

const COLUMNS: readonly Column[] = [
  { title: 'WORKSPACE', width: 14 },
  { title: 'TIER', width: 10 },
  { title: 'BILLING', width: 9 },
  { title: 'STATE', width: 11 },
  { title: 'CONTAINER', width: 9 },
  { title: 'IDLE', width: 7, right: true },
  { title: 'NEXT', width: 20 },
];
/** The last column takes what is left of the line, at least this many characters. */
const NARROWEST_WHY = 20;

const STATE_COLOURS: Record<string, (text: string) => string> = {
  active: pc.green,
  archived: pc.yellow,
  terminated: pc.red,
  invalid: pc.magenta,
};

/** What the picture shows. */
export interface Scenery {
  stack: Stack;
  /** The fleet's first second; undefined without a sample fleet. */
  start: number | undefined;
  /** By `client/user`. */
  rows: ReadonlyMap<string, PlainRow>;
  /** What happened, the last last. */
  events: readonly string[];
  counts: Counts;
}

export interface Counts {
  /** Schedules that were made. */
  armed: number;
  /** Transitions that came to their end. */
  transitions: number;
  /** Writes that changed a row. */
  rows: number;
}

/** The picture for a terminal of this size in characters. */
export function frame(
  { stack, start, rows, events, counts }: Scenery,
  size: { columns: number; rows: number },
): string {
  const now = stack.clock.now();
  const order = new Map(MEMBERS.map(({ workspace }, index) => [workspace, index]));
  const sorted = [...rows].sort(
    ([a], [b]) => (order.get(a) ?? 99) - (order.get(b) ?? 99) || a.localeCompare(b),
  );
  const head = [
    `${pc.bold(pc.inverse(' workspace-cleanup '))}  ${pc.bold(timeOf(stack, start))}  ${pc.dim(`${inUtc(now)} UTC, ${paceInWords(stack.speed)}`)}`,
    `${statesOf(rows, now)}   ${pc.dim(`${counts.rows} row changes, ${counts.armed} schedules made, ${counts.transitions} transitions`)}`,
    '',
  ];
  const taken = COLUMNS.reduce((sum, { width }) => sum + width + 2, 0);
  const why = { title: 'WHY', width: Math.max(NARROWEST_WHY, size.columns - taken) };
  const table = renderTable(
    [...COLUMNS, why],
    sorted.slice(0, MOST_WORKSPACES).map(([name, row]) => cellsOf(name, row, stack, now)),
  );
  const foot = ['', pc.dim(`AWS endpoint ${stack.url}   HTTP API ${stack.httpUrl}   Ctrl-C ends it`)];
  const lines = [...head, ...table.split('\n'), '', pc.bold('WHAT HAPPENED')];
  const room = Math.max(0, size.rows - 1 - lines.length - foot.length);
  const shown = [...lines, ...events.slice(-room).slice(0, room), ...foot];
  return shown
    .slice(0, size.rows - 1)
    .map((line) => pad(line, size.columns).trimEnd())
    .join('\n');
}

function statesOf(rows: ReadonlyMap<string, PlainRow>, now: number): string {
  const counts = new Map<string, number>();
  for (const plain of rows.values()) {
    const parsed = parseRow(plain, now);
    const state = parsed.kind === 'valid' ? parsed.row.lifecycle : 'invalid';
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts]
    .map(([state, count]) => (STATE_COLOURS[state] ?? pc.cyan)(`${count} ${state}`))
    .join('  ');
}

function cellsOf(name: string, plain: PlainRow, stack: Stack, now: number): string[] {
  const parsed = parseRow(plain, now);
  if (parsed.kind === 'invalid')
    return [name, '', '', pc.magenta('invalid'), '', '', '', pc.magenta(parsed.problems.join('; '))];
  const { row } = parsed;
  const status = row.subscriptionStatus;
  return [
    name,
    row.subscriptionTier,
    status === 'active' ? status : pc.yellow(status),
    (STATE_COLOURS[row.lifecycle] ?? pc.cyan)(row.lifecycle),
    containerOf(row, stack),
    inLargestUnit(Math.max(0, now - row.lastActivity)),
    nextOf(row, stack, now),
    whyOf(row, stack, now),
  ];
}

function containerOf(row: WorkspaceRow, stack: Stack): string {
  const tasks = stack.ecs
    .tasks()
    .filter(({ startedBy, lastStatus }) => startedBy === workspaceReference(row) && lastStatus !== 'STOPPED');
  const status = tasks[0]?.lastStatus.toLowerCase();
  return status === undefined ? pc.dim('none') : status === 'running' ? pc.green(status) : pc.yellow(status);
}

function nextOf(row: WorkspaceRow, stack: Stack, now: number): string {
  const next = row.lifecycle === 'terminated' ? null : nextChange(row, stack.configuration.policy, now);
  if (!next) return pc.dim('nothing');
  if (row.lifecycle === 'archived' && next.verdict.action === 'archive') return pc.dim('nothing');
  const colour = next.verdict.action === 'terminate' ? pc.red : pc.yellow;
  return `${colour(next.verdict.action)} in ${inLargestUnit(next.at - now)}`;
}

function whyOf(row: WorkspaceRow, stack: Stack, now: number): string {
  const { policy } = stack.configuration;
  const verdict = decideAction(row, policy, now);
  if (verdict.rule !== 'within-limits') return ruleInWords(verdict, row, policy);
  const next = nextChange(row, policy, now);
  return next ? pc.dim(`until ${ruleInWords(next.verdict, row, policy)}`) : '';
}
