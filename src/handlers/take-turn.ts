import {
  type Allowance,
  allowanceFor,
  HOURS_AHEAD,
  hasTurn,
  hourOf,
  hoursWithRoom,
  percentUsedAt,
  secondOfTurn,
  startOfHour,
} from '../core/budget.ts';
import { type Control, parseControl, type Safety } from '../core/control.ts';
import { systemEntry } from '../core/history.ts';
import type { Loss, WorkspaceRow } from '../core/workspace-row.ts';
import type { Budgets, Clock, ControlTable, Observer } from '../ports.ts';

export interface TurnPorts {
  budgets: Budgets;
  control: Pick<ControlTable, 'read' | 'change'>;
  safety: Safety;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/** Who asks for a turn, and for what. */
export interface Request {
  row: WorkspaceRow;
  loss: Loss;
  /** Epoch seconds. */
  deadline: number;
  control: Control;
}

export type Turn =
  | { kind: 'now' }
  /** `at`: when it comes, epoch seconds; undefined where the budget is 0, and so no turn ever comes. */
  | { kind: 'later'; at: number | undefined };

/** Somebody may change CleanupControl while it is paused; more often than this is not believed. */
const MAXIMUM_TRIES = 5;

/**
 * A turn in the budget of this hour, or else in that of the first later hour with room. A turn that was given is counted
 * when it is given, so whoever waits for one neither asks again nor meets all the others at the full hour.
 *
 * When too many have to wait, something is wrong with the world or with us, and a person should look: the system pauses.
 */
export async function takeTurn(request: Request, ports: TurnPorts): Promise<Turn> {
  const { row, loss, deadline, control } = request;
  const { budgets, clock, observer, safety } = ports;
  const now = clock.now();
  const goNow = (percentUsed: number): Turn => {
    observer.count('BudgetUsedPercent', percentUsed, { loss });
    return { kind: 'now' };
  };
  const allowance = allowanceFor(control, loss, safety);
  if (hasTurn(row.heldBack, loss, deadline, now)) {
    return goNow(percentUsedAt(row.heldBack?.until ?? now, allowance.total));
  }
  const place = await budgets.take(loss, hourOf(now), row.clientId, allowance);
  if (place !== undefined) return goNow((100 * place) / allowance.total);
  const isKnown = row.heldBack?.matter === loss && row.heldBack.deadline === deadline;
  if (!isKnown) {
    observer.count('PutOff', 1, { loss });
    const putOff = await budgets.countPutOff(loss, hourOf(now));
    if (putOff > safety.pauseAtPutOff[loss]) await pause(loss, putOff, ports);
  }
  return {
    kind: 'later',
    at: allowance.total === 0 ? undefined : await turnAhead(request, allowance, ports),
  };
}

/**
 * Takes a place in the budget of this hour, and of no later one: for what nobody is woken for, such as a mend that an operator
 * asks for. Whoever gets none is not counted as put off, as they may ask for a whole fleet at once. Returns whether there was room.
 */
export async function takeTurnThisHour(
  { row, loss, control }: Omit<Request, 'deadline'>,
  { budgets, clock, observer, safety }: Pick<TurnPorts, 'budgets' | 'clock' | 'observer' | 'safety'>,
): Promise<boolean> {
  const allowance = allowanceFor(control, loss, safety);
  const place = await budgets.take(loss, hourOf(clock.now()), row.clientId, allowance);
  if (place === undefined) return false;
  observer.count('BudgetUsedPercent', (100 * place) / allowance.total, { loss });
  return true;
}

/** Takes a place in a later hour. Where two weeks are full, the workspace asks again then. */
async function turnAhead(
  { row, loss }: Request,
  allowance: Allowance,
  { budgets, clock }: TurnPorts,
): Promise<number> {
  const now = clock.now();
  const last = hourOf(now, HOURS_AHEAD);
  const used = await budgets.used(loss, hourOf(now, 1), last, row.clientId);
  // Others take places meanwhile; whoever finds an hour full goes on to the next.
  for (const hour of hoursWithRoom(used, allowance, now)) {
    const place = await budgets.take(loss, hour, row.clientId, allowance);
    if (place !== undefined) return secondOfTurn(hour, place, allowance.total);
  }
  return startOfHour(last);
}

/** Stops everything that takes something away, until a person says otherwise. */
async function pause(loss: Loss, putOff: number, { control, clock, observer }: TurnPorts): Promise<void> {
  const reason = `${putOff} workspaces that were to be ${loss === 'archive' ? 'archived' : 'terminated'} had to wait within one hour`;
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const parsed = parseControl(await control.read());
    // Not understood, it lets nothing happen anyway.
    if (parsed.kind === 'invalid' || parsed.control.pause !== undefined) return;
    const { control: known } = parsed;
    const now = clock.now();
    const settings = { ...known, pause: { at: Math.floor(now), by: 'budget', reason } };
    const entry = systemEntry(known.history, { what: 'paused', by: 'budget', reason }, now);
    if (!(await control.change(known, settings, entry))) continue;
    observer.count('Paused');
    observer.error('the cleanup has paused itself, a person has to resume it', { reason });
    return;
  }
}
