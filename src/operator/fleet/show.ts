import { parseAccount } from '../../core/client-account.ts';
import { nextWakeUp } from '../../core/wake-up.ts';
import { showKey, type WorkspaceKey } from '../../core/workspace-key.ts';
import { epochSecondsSchema, parseRow } from '../../core/workspace-row.ts';
import type { AccessPoints, Tasks } from '../../ports.ts';
import { describeFailure } from '../failures.ts';
import { plain, type Terminal } from '../terminal.ts';
import { showDistance, showTime } from '../times.ts';
import { type Context, stateIn } from './context.ts';

/** What can be asked of the world about one workspace; undefined where this installation is not known well enough. */
export interface ShowPorts {
  readAccount(clientId: string): Promise<unknown>;
  tasks: Pick<Tasks, 'unstopped'> | undefined;
  accessPoints: Pick<AccessPoints, 'find'> | undefined;
  /** Whether the schedule of this wake-up is there. */
  schedule: ((key: WorkspaceKey, at: number) => Promise<{ name: string; isThere: boolean }>) | undefined;
}

/** What was looked at outside of the row: what was seen, or why it could not be. */
export type Seen<T> = { seen: T } | { unread: string };

/** Everything that is known of one workspace. */
export interface Shown {
  workspace: string;
  now: number;
  /** The row as it is in the table, attributes of others included. */
  row: Record<string, unknown>;
  /** Of a row that is not understood. */
  problems: string[];
  state: string;
  /** When there is something to do for it next, epoch seconds; null if never by itself. */
  wakeAt: number | null;
  account: Seen<Record<string, unknown> | null>;
  tasks: Seen<string[]>;
  accessPoints: Seen<string[]>;
  schedule: Seen<{ name: string; isThere: boolean } | null>;
}

const UNKNOWN = 'not known here; with --stage it is';

/** Looks at the row and at all that belongs to it. One that does not answer keeps the others from nothing. */
export async function lookAtWorkspace(
  row: Record<string, unknown>,
  key: WorkspaceKey,
  context: Context,
  ports: ShowPorts,
): Promise<Shown> {
  const { now, policy } = context;
  const parsed = parseRow(row, now);
  const armed = epochSecondsSchema.safeParse(row.armedFor);
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const { tasks, accessPoints, schedule } = ports;
  return {
    workspace: showKey(key),
    now,
    row,
    problems: parsed.kind === 'invalid' ? parsed.problems : [],
    state: parsed.kind === 'valid' ? stateIn(parsed.row, context) : 'invalid',
    wakeAt: parsed.kind === 'valid' ? nextWakeUp(parsed.row, policy, now) : null,
    account: await see(async () => accountOf(await ports.readAccount(key.clientId))),
    tasks: await see(tasks && (async () => (await tasks.unstopped(key, text(row.taskArn))).tasks)),
    accessPoints: await see(
      accessPoints &&
        (async () => (await accessPoints.find(key, text(row.efsAccessPoint))).own.map(({ id }) => id)),
    ),
    schedule: await see(
      armed.success ? schedule && (() => schedule(key, armed.data)) : () => Promise.resolve(null),
    ),
  };
}

async function see<T>(look: (() => Promise<T>) | undefined): Promise<Seen<T>> {
  if (look === undefined) return { unread: UNKNOWN };
  try {
    return { seen: await look() };
  } catch (error) {
    return { unread: describeFailure(error) };
  }
}

function accountOf(item: unknown): Record<string, unknown> | null {
  if (item === undefined) return null;
  const parsed = parseAccount(item);
  if (parsed.kind === 'invalid') return { problems: parsed.problems };
  const { entitlement, eventAt, revision, fanOut } = parsed.account;
  return { ...entitlement, eventAt, revision, ...(fanOut && { carried: fanOut.done }) };
}

/** Attributes that are times, told as such. */
const TIMES = new Set([
  'lastActivity',
  'armedFor',
  'subscriptionEventAt',
  'eventAt',
  'waitingSince',
  'reportedAt',
]);

/** The same for a person. */
export function shownLines(shown: Shown, { paint }: Terminal): string[] {
  const { workspace, now, state, wakeAt, row, problems } = shown;
  const next = wakeAt === null ? 'nothing to do by itself' : `next thing to do ${showDistance(wakeAt, now)}`;
  return [
    `${paint.bold(workspace)}  ${state}, ${next}, as of ${showTime(now)}`,
    ...problems.map((problem) => paint.red(plain(problem))),
    '',
    paint.bold('ROW'),
    ...attributeLines(row, now),
    '',
    paint.bold('AROUND IT'),
    ...seenLines('account', shown.account, (account) =>
      account === null ? 'billing has not told of this client' : valueText('account', account, now),
    ),
    ...seenLines('tasks', shown.tasks, (tasks) => tasks.join(', ') || 'none is running'),
    ...seenLines(
      'access points',
      shown.accessPoints,
      (ids) => ids.join(', ') || 'none: nobody reaches its home',
    ),
    ...seenLines('schedule', shown.schedule, (schedule) => {
      if (schedule === null) return 'none is known to be armed';
      return `${schedule.name} ${schedule.isThere ? 'is armed' : 'is not there: it has fired, or was deleted'}`;
    }),
  ];
}

function seenLines<T>(name: string, seen: Seen<T>, text: (value: T) => string): string[] {
  const told = 'seen' in seen ? text(seen.seen) : `not read: ${seen.unread}`;
  return [`  ${name.padEnd(20)}  ${plain(told)}`];
}

function attributeLines(row: Record<string, unknown>, now: number): string[] {
  return Object.entries(row)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `  ${plain(name).padEnd(20)}  ${plain(valueText(name, value, now))}`);
}

function valueText(name: string, value: unknown, now: number): string {
  if (TIMES.has(name) && typeof value === 'number')
    return `${value}  ${showTime(value)}, ${showDistance(value, now)}`;
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}
