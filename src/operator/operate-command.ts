import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { quote } from '../core/describe-problems.ts';
import { BadInputError } from '../core/errors.ts';
import { SYSTEM } from '../core/history.ts';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import type { ControlChange } from '../handlers/change-control.ts';
import { type ConnectionFlags, connectionFlagsOf } from './connection-options.ts';
import { TIME_EXPECTED } from './times.ts';
import { throwUsage } from './usage.ts';
import { readWorkspace } from './workspace-argument.ts';

/** What an operator wants. `until` as it was written. */
export type Wish =
  | { kind: 'hold'; key: WorkspaceKey; reason: string; until?: string | undefined }
  | { kind: 'extend'; key: WorkspaceKey; reason: string; until: string }
  | { kind: 'release'; key: WorkspaceKey; reason?: string | undefined }
  | { kind: 'control'; change: ControlChange }
  | { kind: 'status' }
  | { kind: 'history'; workspace: string; limit: number; before?: string | undefined };

export interface Manner {
  /** Who it is. */
  by: string;
  json: boolean;
  /** Which installation is meant. */
  connection: ConnectionFlags;
}

export type Operate = (wish: Wish, manner: Manner) => Promise<void>;

/** What a shell is told: it is done; it was refused, and everything stays; flags, environment or AWS were in the way. */
export const OPERATE_EXIT = { done: 0, refused: 1, failed: 2 } as const;

const TAIL = `
Region, credentials and endpoint (AWS_ENDPOINT_URL) are found as by every AWS SDK; names of tables and numbers of the rules
with --stage as its functions have them, else from the environment, as by the functions, e.g. WORKSPACE_STATUS_TABLE. Who did
it stands in the history.

Exit: ${OPERATE_EXIT.done} done, ${OPERATE_EXIT.refused} refused, with the value and the range, and everything stays as it was, ${OPERATE_EXIT.failed} flags, environment or AWS were in
the way.
`;

interface Flags {
  by?: string;
  json?: true;
  reason?: string;
  until?: string;
  client?: string;
  clients?: string;
  percent?: string;
  everybody?: true;
  archives?: string;
  terminations?: string;
  system?: true;
  limit: string;
  before?: string;
}

/** Adds the commands with which an operator keeps workspaces, changes what may be done, and looks at both. */
export function addOperate(program: Command, operate: Operate): void {
  const add = (usage: string, description: string, example: string): Command =>
    program
      .command(usage)
      .description(description)
      .option('--json', 'print JSON')
      .exitOverride(throwUsage(usage))
      .addHelpText('after', `${TAIL}\nExample:\n  $ npm run -s workspacectl -- ${example}`);
  const changing = (usage: string, description: string, example: string): Command =>
    add(usage, description, example).option('--by <name>', 'who you are (default: your user name here)');
  addKeeping(changing, operate);
  addControl(changing, operate);
  addLooking(add, operate);
}

type Add = (usage: string, description: string, example: string) => Command;

const reason = () => new Option('--reason <text>', 'why, for those who ask later');
const until = () => new Option('--until <time>', TIME_EXPECTED);

function addKeeping(add: Add, operate: Operate): void {
  add(
    'hold <client/user>',
    'Keeps a workspace from every action.',
    'hold acme/ada --reason "legal case" --until +30d',
  )
    .addOption(reason().makeOptionMandatory())
    .addOption(until())
    .action((workspace: string, flags: Flags, command: Command) => {
      const key = readWorkspace(workspace);
      return operate(
        { kind: 'hold', key, reason: flags.reason ?? '', until: flags.until },
        mannerOf(flags, command),
      );
    });
  add(
    'extend <client/user>',
    'Moves the next deadline of a workspace to a later time.',
    'extend acme/ada --until 2026-02-01T00:00:00Z --reason "on holiday"',
  )
    .addOption(reason().makeOptionMandatory())
    .addOption(until().makeOptionMandatory())
    .action((workspace: string, flags: Flags, command: Command) => {
      const wish = { kind: 'extend', key: readWorkspace(workspace), reason: flags.reason ?? '' } as const;
      return operate({ ...wish, until: flags.until ?? '' }, mannerOf(flags, command));
    });
  add('release <client/user>', 'Ends hold and extension: the rules apply again.', 'release acme/ada')
    .addOption(reason())
    .action((workspace: string, flags: Flags, command: Command) =>
      operate(
        { kind: 'release', key: readWorkspace(workspace), reason: flags.reason },
        mannerOf(flags, command),
      ),
    );
}

function addControl(add: Add, operate: Operate): void {
  const change = (asked: ControlChange, flags: Flags, command: Command) =>
    operate({ kind: 'control', change: asked }, mannerOf(flags, command));
  add(
    'pause',
    'Stops everything that takes something away, until unpause.',
    'pause --reason "a look at the bills"',
  )
    .addOption(reason().makeOptionMandatory())
    .action((flags: Flags, command: Command) =>
      change({ kind: 'pause', reason: flags.reason ?? '' }, flags, command),
    );
  add('unpause', 'Goes on, with what has waited first.', 'unpause').action((flags: Flags, command: Command) =>
    change({ kind: 'resume' }, flags, command),
  );
  add(
    'enforcement <off|observe|enforce|default>',
    'Whether what is decided is done, only recorded, or neither; default goes back to what holds without it.',
    'enforcement observe --client acme',
  )
    .option('--client <id>', 'for this client alone')
    .action((mode: string, flags: Flags, command: Command) => {
      const enforcement = mode === 'default' ? undefined : mode;
      return change({ kind: 'enforcement', clientId: flags.client, enforcement }, flags, command);
    });
  add(
    'rollout',
    'For whom it is enforced; all others are observed.',
    'rollout --percent 5 --clients acme,globex',
  )
    .option('--clients <ids>', 'these, separated by commas')
    .option('--percent <n>', 'and so many of all, always the same ones')
    .option('--everybody', 'for all: ends the rollout')
    .action((flags: Flags, command: Command) => change(rolloutOf(flags), flags, command));
  add('budget', 'How much may happen within an hour.', 'budget --archives 500 --terminations 100')
    .option('--archives <n>', 'workspaces archived, of all clients together')
    .option('--terminations <n>', 'workspaces terminated')
    .action((flags: Flags, command: Command) => change(budgetOf(flags), flags, command));
}

function addLooking(add: Add, operate: Operate): void {
  add('status', 'What may be done, how much of it was, and what waits.', 'status').action(
    (flags: Flags, command: Command) => operate({ kind: 'status' }, mannerOf(flags, command)),
  );
  add('history [client/user]', 'What was done and why, the latest first.', 'history acme/ada --limit 5')
    .option('--system', 'of the cleanup itself: pauses, settings')
    .option('--limit <n>', 'so many entries', '20')
    .option('--before <key>', 'those before this one, as the last line of a page says')
    .action((workspace: string | undefined, flags: Flags, command: Command) => {
      if ((workspace === undefined) !== (flags.system === true)) {
        throw new BadInputError('history of what? Expected <client>/<user>, or --system');
      }
      const limit = readCount('--limit', flags.limit, 1, 1_000);
      const of = workspace === undefined ? SYSTEM : nameOf(readWorkspace(workspace));
      return operate(
        { kind: 'history', workspace: of, limit, before: flags.before },
        mannerOf(flags, command),
      );
    });
}

function rolloutOf({ clients, percent, everybody }: Flags): ControlChange {
  if (everybody !== undefined) return { kind: 'rollout', rollout: undefined };
  if (clients === undefined && percent === undefined)
    throw new BadInputError('rollout to whom? Expected --clients, --percent or --everybody');
  return {
    kind: 'rollout',
    rollout: {
      ...(clients !== undefined && { clients: clients.split(',').filter((id) => id !== '') }),
      ...(percent !== undefined && { percent: readNumber('--percent', percent) }),
    },
  };
}

function budgetOf({ archives, terminations }: Flags): ControlChange {
  if (archives === undefined && terminations === undefined)
    throw new BadInputError('a budget of what? Expected --archives or --terminations');
  return {
    kind: 'budgets',
    budgets: {
      ...(archives !== undefined && { archive: readNumber('--archives', archives) }),
      ...(terminations !== undefined && { terminate: readNumber('--terminations', terminations) }),
    },
  };
}

function mannerOf({ by = userInfo().username, json }: Flags, command: Command): Manner {
  return { by, json: json === true, connection: connectionFlagsOf(command) };
}

function nameOf({ clientId, userId }: WorkspaceKey): string {
  return `${clientId}/${userId}`;
}

/** Whether it is in range is for those to say who set it. */
function readNumber(flag: string, text: string): number {
  if (/^-?\d{1,12}(\.\d+)?$/.test(text)) return Number(text);
  throw new BadInputError(`${flag} is ${quote(text)}, expected a number`);
}

function readCount(flag: string, text: string, least: number, most: number): number {
  const value = readNumber(flag, text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new BadInputError(`${flag} is ${text}, expected a whole number from ${least} to ${most}`);
}
