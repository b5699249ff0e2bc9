import { allowanceFor, hourOf } from '../core/budget.ts';
import { type Control, type ControlSettings, parseControl, type Safety } from '../core/control.ts';
import { BadInputError } from '../core/errors.ts';
import { historyEntrySchema } from '../core/history.ts';
import type { Policy } from '../core/policy.ts';
import { nextWakeUp } from '../core/wake-up.ts';
import { showKey } from '../core/workspace-key.ts';
import type { Loss, WorkspaceRow } from '../core/workspace-row.ts';
import { stateOf } from '../core/workspace-state.ts';
import { type ChangeControlPorts, changeControl } from '../handlers/change-control.ts';
import {
  extendWorkspace,
  holdWorkspace,
  type KeepPorts,
  releaseWorkspace,
} from '../handlers/keep-workspace.ts';
import type { Budgets, History, Workspaces } from '../ports.ts';
import { entryLine } from './entry-line.ts';
import type { Manner, Wish } from './operate-command.ts';
import { plain } from './terminal.ts';
import { readTime, showTime } from './times.ts';

export interface OperatorPorts extends KeepPorts, ChangeControlPorts {
  workspaces: KeepPorts['workspaces'] & Pick<Workspaces, 'waiting' | 'request' | 'recordReturn'>;
  budgets: Pick<Budgets, 'used'>;
  history: History;
  policy: Policy;
  safety: Safety;
  print(line: string): void;
}

/** No more than so many of what waits are counted. */
const MOST_COUNTED = 10_000;
const PAGE = 1_000;

/** Does what the operator wants, and says what is set then. Throws BadInputError where it is refused. */
export async function operate(wish: Wish, manner: Manner, ports: OperatorPorts): Promise<void> {
  switch (wish.kind) {
    case 'hold':
    case 'extend':
    case 'release':
      return tellOfRow(await keep(wish, manner.by, ports), manner, ports);
    case 'control':
      await changeControl(wish.change, manner.by, ports);
      return status(manner, ports);
    case 'status':
      return status(manner, ports);
    case 'history':
      return history(wish, manner, ports);
  }
}

function keep(
  wish: Extract<Wish, { kind: 'hold' | 'extend' | 'release' }>,
  by: string,
  ports: OperatorPorts,
): Promise<WorkspaceRow> {
  const { key, reason } = wish;
  if (wish.kind === 'release') return releaseWorkspace(key, { by, ...(reason && { reason }) }, ports);
  const until = wish.until === undefined ? undefined : readTime('--until', wish.until, ports.clock.now());
  if (wish.kind === 'hold') return holdWorkspace(key, { by, reason, ...(until && { until }) }, ports);
  return extendWorkspace(key, { by, reason, until }, ports.policy, ports);
}

function tellOfRow(row: WorkspaceRow, { json }: Manner, { policy, clock, print }: OperatorPorts): void {
  const now = clock.now();
  const state = stateOf(row, policy, now);
  const wakeAt = nextWakeUp(row, policy, now);
  const { hold = null, extension = null } = row;
  if (json) {
    print(JSON.stringify({ workspace: showKey(row), state, hold, extension, wakeAt }));
    return;
  }
  const end = (keeping: { until?: number | undefined } | null) =>
    keeping?.until === undefined ? 'until it is released' : `until ${showTime(keeping.until)}`;
  const kept = [hold && `held ${end(hold)}`, extension && `extended ${end(extension)}`].filter(Boolean);
  const next = wakeAt === null ? 'nothing lies ahead' : `looked at again ${showTime(Math.max(wakeAt, now))}`;
  print(`${showKey(row)}: ${kept.length > 0 ? kept.join(', ') : 'under the rules'}; ${state}, ${next}`);
}

async function status({ json }: Manner, ports: OperatorPorts): Promise<void> {
  const control = await readControl(ports);
  // What the functions go by, as soon as one of them has run; until then what they would be given from here.
  const safety = control.installation ?? ports.safety;
  const { clients, rollout = null, pause = null } = control;
  const enforcement = control.enforcement ?? safety.enforcement;
  const budgets = {
    archive: await budgetOf('archive', control, safety, ports),
    terminate: await budgetOf('terminate', control, safety, ports),
  };
  const waiting = await countWaiting(ports);
  if (json) {
    ports.print(JSON.stringify({ enforcement, clients, rollout, pause, budgets, waiting }));
    return;
  }
  for (const line of [
    pause ? `PAUSED since ${showTime(pause.at)} by ${plain(pause.by)}: ${plain(pause.reason)}` : 'not paused',
    `enforcement   ${enforcement}${rolloutText(control)}`,
    ...Object.entries(clients).map(([clientId, mode]) => `              ${clientId}: ${mode}`),
    ...Object.entries(budgets).map(
      ([loss, { perHour, perClient, used }]) =>
        `${loss.padEnd(13)} ${used} of ${perHour} this hour, at most ${perClient} for one client`,
    ),
    `waiting       ${waiting}${waiting === MOST_COUNTED ? ' or more' : ''} for a pause to end or enforcement to begin`,
  ])
    ports.print(line);
}

async function readControl({ control }: OperatorPorts): Promise<Control> {
  const parsed = parseControl(await control.read());
  if (parsed.kind === 'valid') return parsed.control;
  const problems = parsed.problems.join('; ');
  throw new BadInputError(`the item of CleanupControl is not valid, so nothing is done: ${problems}`, 409);
}

function rolloutText({ rollout }: ControlSettings): string {
  if (!rollout) return '';
  const whom = [...rollout.clients, `${rollout.percent} % of clients`].join(', ');
  return ` for ${whom}; the others are observed`;
}

async function budgetOf(loss: Loss, control: Control, safety: Safety, ports: OperatorPorts) {
  const { total: perHour, perClient } = allowanceFor(control, loss, safety);
  const hour = hourOf(ports.clock.now());
  const [now] = await ports.budgets.used(loss, hour, hour, '');
  return { perHour, perClient, used: now?.total ?? 0 };
}

async function countWaiting({ workspaces }: OperatorPorts): Promise<number> {
  let count = 0;
  let more = true;
  for (let after: Parameters<Workspaces['waiting']>[0]; more && count < MOST_COUNTED; ) {
    const page = await workspaces.waiting(after, PAGE);
    count += page.keys.length;
    after = page.keys.at(-1) ?? after;
    more = page.more;
  }
  return Math.min(count, MOST_COUNTED);
}

async function history(
  { workspace, limit, before }: Extract<Wish, { kind: 'history' }>,
  { json }: Manner,
  { history: table, print }: OperatorPorts,
): Promise<void> {
  const { entries, next } = await table.page(workspace, limit, before);
  if (json) {
    for (const entry of entries) print(JSON.stringify(entry));
    return;
  }
  if (entries.length === 0) print(`nothing was done to ${workspace}`);
  for (const entry of entries) {
    const parsed = historyEntrySchema.safeParse(entry);
    print(
      parsed.success ? entryLine(parsed.data) : `an entry that is not understood: ${JSON.stringify(entry)}`,
    );
  }
  if (next !== undefined) print(`more: --before '${next}'`);
}
