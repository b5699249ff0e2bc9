import pc from 'picocolors';
import { decideAction, nextChange } from '../../core/policy.ts';
import { workspaceReference } from '../../core/workspace-key.ts';
import { parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import type { PlainRow } from '../fleet/chronicle.ts';
import { MEMBERS } from '../fleet/script.ts';
import type { Stack } from '../stack.ts';
import { logLine, timeOf, transitionLine } from './lines-show.ts';
import type { Show } from './show.ts';
import { summaryOf } from './summary.ts';
import { type Column, pad, renderTable } from './table.ts';
import { inLargestUnit, inUtc, ruleInWords, sceneInWords } from './words.ts';

/** A terminal to draw on. */
export interface Terminal {
  write(text: string): void;
  /** Its size in characters at the moment. */
  size(): { columns: number; rows: number };
}

/** Ten pictures a second look alive and cost next to nothing. */
const REDRAW_MS = 100;
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
  { title: 'WHY', width: 46 },
];

const STATE_COLOURS: Record<string, (text: string) => string> = {
  active: pc.green,
  archived: pc.yellow,
  terminated: pc.red,
};

/** A picture of the fleet that is redrawn in place, with what happened last below it. */
export function liveShow(terminal: Terminal): Show {
  const rows = new Map<string, PlainRow>();
  const events: string[] = [];
  const counts = { armed: 0, wakeUps: 0, rows: 0 };
  let stack: Stack | undefined;
  let start: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let last = '';

  const happened = (text: string | undefined) => {
    if (text) events.push(`${pc.cyan(timeOf(stack, start))}  ${text}`);
    events.splice(0, events.length - 200);
  };
  const draw = () => {
    if (stack) last = frame(stack, start, rows, events, counts, terminal.size());
    terminal.write(`\u001b[H${last.split('\n').join('\u001b[K\n')}\u001b[J`);
  };
  return {
    begin: (running, fleetStart) => {
      stack = running;
      start = fleetStart;
      // The alternate screen: what stood in the terminal before comes back afterwards.
      terminal.write('\u001b[?1049h\u001b[?25l');
      draw();
      timer = setInterval(draw, REDRAW_MS);
    },
    scene: (scene) => happened(sceneInWords(scene)),
    change: ({ workspace, after }, transition) => {
      counts.rows += 1;
      if (after) rows.set(workspace, after);
      else rows.delete(workspace);
      if (transition) happened(transitionLine(transition));
    },
    log: (level, message, fields) => happened(logLine(level, message, fields)),
    count: (metric, value) => {
      if (metric === 'Armed' || metric === 'ReArmedEarly') counts.armed += value;
      if (
        metric === 'ReArmedEarly' ||
        metric === 'Archived' ||
        metric === 'Terminated' ||
        metric === 'Restored'
      )
        counts.wakeUps += value;
    },
    outcome: (outcome) =>
      happened(
        summaryOf(outcome, start ?? 0)
          .trim()
          .split('\n')
          .at(-1),
      ),
    end: () => {
      clearInterval(timer);
      terminal.write('\u001b[?25h\u001b[?1049l');
      terminal.write(`${last}\n`);
    },
  };
}

function frame(
  stack: Stack,
  start: number | undefined,
  rows: ReadonlyMap<string, PlainRow>,
  events: readonly string[],
  counts: { armed: number; wakeUps: number; rows: number },
  size: { columns: number; rows: number },
): string {
  const now = stack.clock.now();
  const order = new Map(MEMBERS.map(({ workspace }, index) => [workspace, index]));
  const sorted = [...rows].sort(
    ([a], [b]) => (order.get(a) ?? 99) - (order.get(b) ?? 99) || a.localeCompare(b),
  );
  const head = [
    `${pc.bold(pc.inverse(' workspace-cleanup '))}  ${pc.bold(timeOf(stack, start))}  ${pc.dim(`${inUtc(now)} UTC`)}`,
    `${statesOf(rows)}   ${pc.dim(`${counts.rows} row changes, ${counts.armed} schedules made, ${counts.wakeUps} transitions and early wake-ups`)}`,
    '',
  ];
  const table = renderTable(
    COLUMNS,
    sorted.slice(0, MOST_WORKSPACES).map(([name, row]) => cellsOf(name, row, stack, now)),
  );
  const foot = ['', pc.dim(`AWS endpoint ${stack.url}   HTTP API ${stack.httpUrl}   Ctrl-C ends it`)];
  const lines = [...head, ...table.split('\n'), '', pc.bold('WHAT HAPPENED')];
  const room = Math.max(0, size.rows - 1 - lines.length - foot.length);
  const shown = [...lines, ...events.slice(-room).slice(0, room), ...foot];
  return shown
    .slice(0, size.rows - 1)
    .map((line) => cut(line, size.columns))
    .join('\n');
}

/** A line that is too long loses its colours with its end: better plain than broken. */
function cut(line: string, columns: number): string {
  return pad(line, columns).trimEnd();
}

function statesOf(rows: ReadonlyMap<string, PlainRow>): string {
  const counts = new Map<string, number>();
  for (const { lifecycle } of rows.values()) {
    const state = typeof lifecycle === 'string' ? lifecycle : 'active';
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
