import pc from 'picocolors';
import type { Control, Safety } from '../../core/control.ts';
import type { Policy } from '../../core/policy.ts';
import { lifecycleSchema, parseRow } from '../../core/workspace-row.ts';
import type { PlainRow } from '../fleet/chronicle.ts';
import { MEMBERS } from '../fleet/members.ts';
import { cellsOf, type Surroundings } from './cells.ts';
import { columnsFor } from './columns.ts';
import { LIFECYCLE_COLOURS } from './event-lines.ts';
import { pad, renderTable } from './table.ts';
import { inUtc, paceInWords, timeOf } from './words.ts';

/** So many lines are kept for what happened, however many workspaces there are. */
const FEWEST_EVENTS = 6;

/** The sample fleet stands in the order of its script, everybody else behind it by name. */
const POSITIONS = new Map(MEMBERS.map(({ workspace }, index) => [workspace, index]));

/** What the picture shows. */
export interface Scenery {
  stack: ShownStack;
  /** The fleet's first second; undefined without a sample fleet. */
  start: number | undefined;
  /** By `client/user`. */
  rows: ReadonlyMap<string, PlainRow>;
  /** What happened, the last last. */
  events: readonly string[];
  counts: Counts;
  /** What may be done; undefined if that is not understood. */
  control: Control | undefined;
  /** Where the console is; good for one use. Undefined without one. */
  consoleLink?: string | undefined;
}

/** The part of the stack that the picture shows. */
export interface ShownStack {
  clock: { now(): number };
  ecs: { tasks(): Surroundings['tasks'] };
  configuration: { policy: Policy; safety: Safety; workspaceStatusTable: string };
  /** Fleet seconds per second; undefined where time is real. */
  pace: { speed: number } | undefined;
  /** Of the AWS endpoint. */
  url: string;
  httpUrl: string;
}

export interface Counts {
  /** Schedules that were made. */
  armed: number;
  /** Transitions that came to their end. */
  transitions: number;
  /** Writes that changed a row. */
  rows: number;
}

/** The picture for a terminal of this size in characters: one line fewer than it has, none longer than it is wide. */
export function frame(scenery: Scenery, size: { columns: number; rows: number }): string {
  const head = [titleOf(scenery), statesOf(scenery), ...controlLines(scenery), ''];
  const happened = ['', pc.bold('WHAT HAPPENED')];
  const { url, httpUrl } = scenery.stack;
  const { consoleLink } = scenery;
  const foot = ['', pc.dim(`AWS ${url}   HTTP API ${httpUrl}   Ctrl-C ends it`)];
  if (consoleLink !== undefined) foot.push(`${pc.dim('Console')} ${consoleLink}`);

  const room = size.rows - 1 - head.length - happened.length - foot.length;
  const table = tableOf(scenery, size.columns, room - FEWEST_EVENTS);
  const eventRoom = Math.max(0, room - table.length);
  const events = scenery.events.slice(Math.max(0, scenery.events.length - eventRoom));
  return [...head, ...table, ...happened, ...events, ...foot]
    .slice(0, size.rows - 1)
    .map((line) => pad(line, size.columns).trimEnd())
    .join('\n');
}

function titleOf({ stack, start }: Scenery): string {
  const now = stack.clock.now();
  const pace = paceInWords(stack.pace?.speed ?? 1);
  const name = pc.bold(pc.inverse(' workspace-cleanup '));
  if (start === undefined) return `${name}  ${pc.bold(`${inUtc(now)} UTC`)}  ${pc.dim(pace)}`;
  return `${name}  ${pc.bold(timeOf(now, start))}  ${pc.dim(`${inUtc(now)} UTC, ${pace}`)}`;
}

/** What keeps things from happening, if anything does. */
function controlLines({ stack, control }: Scenery): string[] {
  if (control === undefined)
    return [pc.bold(pc.red('CleanupControl is not understood: nothing is taken from anybody'))];
  const { pause, rollout, clients } = control;
  const enforcement = control.enforcement ?? stack.configuration.safety.enforcement;
  const lines: string[] = [];
  if (pause) lines.push(pc.bold(pc.red(`PAUSED by ${pause.by}: ${pause.reason}`)));
  const others = Object.entries(clients).map(([clientId, mode]) => `${clientId}: ${mode}`);
  if (enforcement !== 'enforce') lines.push(pc.magenta(`enforcement: ${enforcement}`));
  else if (rollout)
    lines.push(
      pc.magenta(`enforced for ${[...rollout.clients, `${rollout.percent} % of clients`].join(', ')}`),
    );
  if (others.length > 0) lines.push(pc.magenta(others.join(', ')));
  return lines;
}

/** How many workspaces there are of each state, in the order of a workspace's life, and what it took. */
function statesOf({ stack, rows, counts }: Scenery): string {
  const now = stack.clock.now();
  const found = [...rows.values()].map((plain) => {
    const parsed = parseRow(plain, now);
    return parsed.kind === 'valid' ? parsed.row.lifecycle : 'invalid';
  });
  const colours = { ...LIFECYCLE_COLOURS, invalid: pc.magenta };
  const states = [...lifecycleSchema.options, 'invalid' as const].flatMap((state) => {
    const count = found.filter((other) => other === state).length;
    return count > 0 ? [colours[state](`${count} ${state}`)] : [];
  });
  const work = `${counts.rows} row changes, ${counts.armed} schedules made, ${counts.transitions} transitions`;
  return `${states.length > 0 ? states.join('  ') : 'no workspaces'}   ${pc.dim(work)}`;
}

/** The table in at most so many lines, its title one of them. Without rows, what would bring some. */
function tableOf({ stack, rows }: Scenery, width: number, mostLines: number): string[] {
  const { policy, workspaceStatusTable } = stack.configuration;
  if (rows.size === 0)
    return [`Waits for rows in ${workspaceStatusTable}: POST /workspaces, or aws dynamodb put-item.`];
  const surroundings = { policy, tasks: stack.ecs.tasks(), now: stack.clock.now() };
  const sorted = [...rows].sort(([a], [b]) => positionOf(a) - positionOf(b) || a.localeCompare(b));
  // Without the title; a line that tells of others takes the place of a workspace.
  const places = Math.max(1, mostLines - 1);
  const shown = sorted.length > places ? Math.max(1, places - 1) : sorted.length;
  const columns = columnsFor(width);
  const lines = sorted.slice(0, shown).map(([workspace, row]) => {
    const cells = cellsOf(workspace, row, surroundings);
    return columns.map(({ title }) => cells[title]);
  });
  const hidden = sorted.length - shown;
  return [
    ...renderTable(columns, lines).split('\n'),
    ...(hidden > 0 ? [pc.dim(`… and ${hidden} more`)] : []),
  ];
}

function positionOf(workspace: string): number {
  return POSITIONS.get(workspace) ?? MEMBERS.length;
}
