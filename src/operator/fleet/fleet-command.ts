import { type Command, Option } from 'commander';
import { quote } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';
import type { WorkspaceKey } from '../../core/workspace-key.ts';
import { type ConnectionFlags, connectionFlagsOf } from '../connection-options.ts';
import { readSpan, SPAN_EXPECTED } from '../times.ts';
import { throwUsage } from '../usage.ts';
import { readWorkspace } from '../workspace-argument.ts';
import { FILTER_VALUES, type Filters } from './filters.ts';

/** What an operator wants to see. */
export type Look =
  | {
      kind: 'list';
      filters: Filters;
      limit: number;
      after: string | undefined;
      /** The whole fleet, or a client's part of it, and not what comes next. */
      all: boolean;
      rowsPerSecond: number;
    }
  | { kind: 'show' | 'explain'; key: WorkspaceKey };

export type LookAtFleet = (look: Look, json: boolean, connection: ConnectionFlags) => Promise<void>;

/** What a shell is told: it is shown; there is none, or its row is not understood; flags, environment or AWS. */
export const LOOK_EXIT = { shown: 0, none: 1, failed: 2 } as const;

const TAIL = `
It only reads. Region, credentials and endpoint (AWS_ENDPOINT_URL) are found as by every AWS SDK; names of tables and numbers of
the rules with --stage as its functions have them, else from the environment.
`;

const LIST_DETAILS = `
Without --all it asks the index of what comes next, and reads the rows that it shows: what is overdue or due comes first. Of
some workspaces nothing lies ahead, and they are not in it: those that are archived for good, terminated, held without an end,
not understood, or waiting for a pause to end. --all reads the table, page by page, --rate rows a second at most; with --client
only that client's part of it.
${TAIL}
With --json: {"workspaces": [{"workspace", "tier", "status", "lifecycle", "state", "next", …}], "next": <cursor or null>}

Exit: ${LOOK_EXIT.shown} shown, also if there are none, ${LOOK_EXIT.failed} flags, environment or AWS were in the way.

Example:
  $ npm run -s workspacectl -- list --due-within 24h --tier free
  $ npm run -s workspacectl -- list --all --state invalid`;

const ONE_DETAILS = (command: string) => `${TAIL}
Exit: ${LOOK_EXIT.shown} shown, ${LOOK_EXIT.none} there is no such workspace, or its row is not understood, ${LOOK_EXIT.failed} flags, environment or AWS were in the way.

Example:
  $ npm run -s workspacectl -- ${command} acme/ada`;

interface ListFlags {
  client?: string;
  lifecycle?: string;
  tier?: string;
  status?: string;
  state?: string;
  dueWithin?: string;
  limit: string;
  after?: string;
  all?: true;
  rate: string;
  json?: true;
}

/** Adds `list`, `show` and `explain` to `workspacectl`. */
export function addFleet(program: Command, look: LookAtFleet): void {
  addList(program, look);
  addOne(
    program,
    look,
    'show',
    'Everything that is known of one workspace: row, account, containers, access, wake-up.',
  );
  addOne(
    program,
    look,
    'explain',
    'Why nothing has happened to a workspace, what will, when, and what would move it.',
  );
}

function addList(program: Command, look: LookAtFleet): void {
  const choice = (name: keyof typeof FILTER_VALUES, words: string) =>
    new Option(`--${name} <${name}>`, words).choices(FILTER_VALUES[name]);
  program
    .command('list')
    .description('What comes next in the fleet, the earliest first; or all of it.')
    .option('--client <id>', 'of this client alone')
    .addOption(choice('lifecycle', 'where it is in its life'))
    .addOption(choice('tier', 'of the subscription'))
    .addOption(choice('status', 'of the subscription'))
    .addOption(choice('state', 'where it stands'))
    .option('--due-within <span>', `something is to be done within ${SPAN_EXPECTED}`)
    .option('--limit <n>', 'so many, 1 to 1000', '50')
    .option('--after <cursor>', 'those behind this one, as the last line of a page says')
    .option('--all', 'the whole table, in no order')
    .option('--rate <n>', 'with --all: so many rows a second at most, 100 to 100000', '2000')
    .option('--json', 'print JSON')
    .exitOverride(throwUsage('list [filters] [--limit <n>] [--after <cursor>] [--all] [--json]'))
    .addHelpText('after', LIST_DETAILS)
    .action((flags: ListFlags, command: Command) =>
      look(listOf(flags), flags.json === true, connectionFlagsOf(command)),
    );
}

function listOf({ client, lifecycle, tier, status, state, dueWithin, ...flags }: ListFlags): Look {
  const dueWithinSeconds = dueWithin === undefined ? undefined : readSpan('--due-within', dueWithin);
  return {
    kind: 'list',
    filters: { client, lifecycle, tier, status, state, dueWithinSeconds },
    limit: readCount('--limit', flags.limit, 1, 1_000),
    after: flags.after,
    all: flags.all === true,
    rowsPerSecond: readCount('--rate', flags.rate, 100, 100_000),
  };
}

function addOne(program: Command, look: LookAtFleet, kind: 'show' | 'explain', description: string): void {
  program
    .command(`${kind} <client/user>`)
    .description(description)
    .option('--json', 'print JSON')
    .exitOverride(throwUsage(`${kind} <client/user> [--json]`))
    .addHelpText('after', ONE_DETAILS(kind))
    .action((workspace: string, flags: { json?: true }, command: Command) =>
      look({ kind, key: readWorkspace(workspace) }, flags.json === true, connectionFlagsOf(command)),
    );
}

function readCount(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new BadInputError(`${flag} is ${quote(text)}, expected a whole number from ${least} to ${most}`);
}
