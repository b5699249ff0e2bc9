import { type Column, tableLines } from '../table.ts';
import { type Paint, plain, type Terminal } from '../terminal.ts';
import { showDistance, showSpan } from '../times.ts';
import type { Ahead } from './ahead.ts';
import type { ListPage } from './list-fleet.ts';
import type { View, WorkspaceView } from './workspace-view.ts';

const COLUMNS: Column[] = [
  { title: 'WORKSPACE', atLeast: 24 },
  { title: 'TIER' },
  { title: 'BILLING' },
  { title: 'LIFECYCLE' },
  { title: 'STATE', atLeast: 9 },
  { title: 'IDLE' },
  { title: 'NEXT', atLeast: 8 },
  { title: 'WHY', atLeast: 10 },
];

/** Columns that a narrow terminal goes without, the first one first. */
const LESS_WANTED = ['TIER', 'BILLING', 'LIFECYCLE', 'IDLE'];
const NARROW = 100;
const VERY_NARROW = 80;

/** The table of a page, and how to get the next one. `now`: epoch seconds. */
export function listLines(
  { workspaces, next }: ListPage,
  now: number,
  { columns, paint }: Terminal,
): string[] {
  if (workspaces.length === 0 && next === null) return ['none'];
  const shown = COLUMNS.map(({ title }, index) => ({ title, index })).filter(
    ({ title }) => !isLeftOut(title, columns),
  );
  const rows = workspaces.map((view) => {
    const cells = cellsOf(view, now, paint);
    return shown.map(({ index }) => cells[index] ?? '');
  });
  const wanted = shown.flatMap(({ index }) => COLUMNS[index] ?? []);
  const more = next === null ? [] : [`more: --after ${next}`];
  return [...tableLines(wanted, rows, columns), ...more];
}

function isLeftOut(title: string, columns: number | undefined): boolean {
  if (columns === undefined || columns >= NARROW) return false;
  const count = columns >= VERY_NARROW ? 2 : LESS_WANTED.length;
  return LESS_WANTED.slice(0, count).includes(title);
}

function cellsOf(view: View, now: number, paint: Paint): string[] {
  if (view.kind === 'invalid') {
    const why = plain(view.problems.join('; '));
    return [plain(view.workspace), '', '', '', paint.red('invalid'), '', 'never', why];
  }
  const { workspace, tier, status, lifecycle, state, idleSeconds, next } = view;
  return [
    workspace,
    tier,
    status,
    lifecycle,
    paintState(state, paint),
    showSpan(idleSeconds),
    next === null ? 'nothing' : aheadText(next, now),
    whyText(view),
  ];
}

function paintState(state: WorkspaceView['state'], paint: Paint): string {
  if (state === 'due' || state === 'notice-due' || state.startsWith('held-back')) return paint.yellow(state);
  return state === 'terminated' || state === 'at-rest' ? paint.dim(state) : state;
}

/** e.g. `archive in 5 d 3 h`, `notice in 4 d`, `archive due 2 min ago`. */
export function aheadText({ what, at }: Ahead, now: number): string {
  return at <= now ? `${what} due ${showDistance(at, now)}` : `${what} ${showDistance(at, now)}`;
}

function whyText({ next, rule, reason }: WorkspaceView): string {
  const why = next !== null && rule === 'within-limits' ? next.rule : rule;
  return reason === null ? why : `${why}: ${plain(reason)}`;
}
