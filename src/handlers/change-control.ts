import { type Control, type ControlSettings, checkSettings, parseControl } from '../core/control.ts';
import { BadInputError, RetryableError } from '../core/errors.ts';
import { type Happening, systemEntry } from '../core/history.ts';
import { bySchema, reasonSchema } from '../core/keeping.ts';
import { idSchema } from '../core/workspace-key.ts';
import type { Accounts, Clock, ControlTable, Observer } from '../ports.ts';

export interface ChangeControlPorts {
  control: Pick<ControlTable, 'read' | 'change'>;
  accounts: Pick<Accounts, 'read'>;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/** What an operator wants to be otherwise; what it does not name stays as it is. */
export type ControlChange =
  /** Nothing is taken from anybody until somebody resumes it. */
  | { kind: 'pause'; reason: string }
  | { kind: 'resume' }
  /** Of all, or of one client; `undefined` goes back to what the installation says, or to what holds for all. */
  | { kind: 'enforcement'; clientId?: string | undefined; enforcement: unknown }
  /** Whom `enforce` is for; `undefined`: everybody. */
  | { kind: 'rollout'; rollout: { clients?: unknown; percent?: unknown } | undefined }
  /** Actions per hour; those that are not named stay. */
  | { kind: 'budgets'; budgets: Record<string, unknown> };

/** Operators get in each other's way less often than this. */
const MAXIMUM_TRIES = 5;

/**
 * Changes what may be done, with an entry in the history. It takes effect at the next wake-up, and what has been kept back
 * and may go on now is woken. Returns what is set then.
 *
 * Throws BadInputError for a value that is not understood (with the value and the range) and for a client that has no
 * subscription; what was set before stays.
 */
export async function changeControl(
  change: ControlChange,
  by: string,
  ports: ChangeControlPorts,
): Promise<ControlSettings> {
  const { control, clock, observer } = ports;
  const who = bySchema.safeParse(by);
  if (!who.success)
    throw new BadInputError(`by is ${JSON.stringify(by)}, expected who it is, 1 to 100 characters`);
  await refuseUnknownClients(change, ports);
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const before = await readControl(control);
    const now = clock.now();
    const wanted = { ...before, ...settingsAfter(change, before, who.data, now) };
    const checked = checkSettings(wanted);
    if (checked.kind === 'invalid') throw new BadInputError(checked.problems.join('; '));
    const entry = systemEntry(before.history, happeningOf(change, who.data), now);
    if (!(await control.change(before, checked.settings, entry))) continue;
    observer.info('CleanupControl was changed', { by: who.data, change });
    return checked.settings;
  }
  throw new RetryableError(`CleanupControl changed ${MAXIMUM_TRIES} times in a row`);
}

async function readControl(control: ChangeControlPorts['control']): Promise<Control> {
  const parsed = parseControl(await control.read());
  if (parsed.kind === 'valid') return parsed.control;
  const problems = parsed.problems.join('; ');
  throw new BadInputError(
    `the item of CleanupControl is not valid, so nothing is taken from anybody: ${problems}; mend it in the table first`,
    409,
  );
}

/** The settings that become others; what is not a setting yet is checked afterwards. */
function settingsAfter(
  change: ControlChange,
  before: Control,
  by: string,
  now: number,
): Record<string, unknown> {
  switch (change.kind) {
    case 'pause':
      return { pause: { at: Math.floor(now), by, reason: readReason(change.reason) } };
    case 'resume':
      if (before.pause === undefined) throw new BadInputError('the cleanup is not paused', 409);
      return { pause: undefined };
    case 'enforcement':
      if (change.clientId === undefined) return { enforcement: change.enforcement };
      return { clients: withClient(before.clients, change.clientId, change.enforcement) };
    case 'rollout':
      return { rollout: change.rollout && { clients: [], percent: 0, ...before.rollout, ...change.rollout } };
    case 'budgets':
      return { budgets: { ...before.budgets, ...change.budgets } };
  }
}

function readReason(reason: string): string {
  const read = reasonSchema.safeParse(reason);
  if (read.success) return read.data;
  throw new BadInputError(`reason is ${JSON.stringify(reason)}, expected a reason of 1 to 500 characters`);
}

function withClient(
  clients: ControlSettings['clients'],
  clientId: string,
  enforcement: unknown,
): Record<string, unknown> {
  const { [clientId]: _, ...others } = clients;
  return enforcement === undefined ? others : { ...others, [clientId]: enforcement };
}

/** A client that nobody knows is a slip of the pen, and the one who was meant is not protected, or not rolled out to. */
async function refuseUnknownClients(change: ControlChange, { accounts }: ChangeControlPorts): Promise<void> {
  for (const clientId of clientsIn(change)) {
    const id = idSchema.safeParse(clientId);
    if (id.success && (await accounts.read(id.data)) !== undefined) continue;
    throw new BadInputError(
      `client ${JSON.stringify(clientId)} is not known, expected one that billing has told of`,
      404,
    );
  }
}

function clientsIn(change: ControlChange): unknown[] {
  if (change.kind === 'enforcement')
    return change.clientId === undefined || change.enforcement === undefined ? [] : [change.clientId];
  if (change.kind !== 'rollout' || !Array.isArray(change.rollout?.clients)) return [];
  return change.rollout.clients;
}

function happeningOf(change: ControlChange, by: string): Happening {
  const { kind, ...settings } = change;
  if (kind === 'pause') return { what: 'paused', by, reason: (change as { reason: string }).reason };
  if (kind === 'resume') return { what: 'unpaused', by };
  return { what: 'control-changed', by, settings: { kind, ...settings } };
}
