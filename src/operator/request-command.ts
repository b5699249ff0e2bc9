import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import type { Loss } from '../core/workspace-row.ts';
import { type ConnectionFlags, connectionFlagsOf } from './connection-options.ts';
import { throwUsage } from './usage.ts';
import { readWorkspace } from './workspace-argument.ts';

/** What an operator wants to happen to one workspace. */
export interface Ask {
  what: Loss | 'return';
  key: WorkspaceKey;
  by: string;
  reason: string | undefined;
  /** The workspace once more, as a script gives it; else a person is asked to type it. */
  yes: string | undefined;
  json: boolean;
}

export type Asks = (ask: Ask, connection: ConnectionFlags) => Promise<void>;

/** What a shell is told: it is written; it was refused, or not confirmed; flags, environment or AWS were in the way. */
export const ASK_EXIT = { written: 0, refused: 1, failed: 2 } as const;

const EXITS = `Exit: ${ASK_EXIT.written} it is written, ${ASK_EXIT.refused} it was refused, or not confirmed, and everything stays as it was, ${ASK_EXIT.failed} flags, environment or AWS
were in the way.
`;

const LOSS_DETAILS = (action: string) => `
It is written into the row, with its entry in the history, and goes the way of anything else that is due: the reactor arms a
wake-up a minute ahead, the row is claimed, tasks are stopped, access is removed. Enforcement, a pause and the hour's budget
hold for it as well. It is taken back by any use of the workspace since then, and by hold, extend or release.
${action}
It asks you to type the workspace once more; in a script give it by --yes.

${EXITS}`;

const NOTICE = `Its files go. Whoever would lose them is told first: notice goes out at once, and it is terminated when that has been out for
MINIMUM_TERMINATE_NOTICE_HOURS (24).
`;

interface Flags {
  reason?: string;
  by?: string;
  yes?: string;
  json?: true;
}

/** Adds `archive-now`, `terminate-now` and `resume` to `workspacectl`. */
export function addRequests(program: Command, asks: Asks): void {
  addLoss(program, asks, 'archive', 'Archives a workspace now, whatever the rules say; its files stay.', '');
  addLoss(
    program,
    asks,
    'terminate',
    'Terminates a workspace, whatever the rules say, after its notice.',
    NOTICE,
  );
  program
    .command('resume <client/user>')
    .description('Gives an archived workspace back, as the return of its user would.')
    .option('--reason <text>', 'why, for those who ask later')
    .option('--by <name>', 'who you are (default: your user name here)')
    .option('--json', 'print JSON')
    .exitOverride(throwUsage('resume <client/user> [--reason <text>]'))
    .addHelpText(
      'after',
      `
Its access is restored within about two minutes, its container is started by the launcher. Refused where the client has not
paid, and where it is held or terminated.

${EXITS}
Example:
  $ npm run -s workspacectl -- resume acme/ada --reason "back from leave"`,
    )
    .action((workspace: string, flags: Flags, command: Command) =>
      asks(askOf('return', workspace, flags), connectionFlagsOf(command)),
    );
}

function addLoss(program: Command, asks: Asks, loss: Loss, description: string, details: string): void {
  const name = `${loss}-now`;
  program
    .command(`${name} <client/user>`)
    .description(description)
    .requiredOption('--reason <text>', 'why, for those who ask later')
    .option('--yes <client/user>', 'the workspace once more: for scripts, instead of typing it')
    .option('--by <name>', 'who you are (default: your user name here)')
    .option('--json', 'print JSON')
    .exitOverride(throwUsage(`${name} <client/user> --reason <text> [--yes <client/user>]`))
    .addHelpText(
      'after',
      `${LOSS_DETAILS(details)}
Example:
  $ npm run -s workspacectl -- ${name} acme/ada --reason "left the company"
  $ npm run -s workspacectl -- ${name} acme/ada --reason "left the company" --yes acme/ada --by hr-script`,
    )
    .action((workspace: string, flags: Flags, command: Command) =>
      asks(askOf(loss, workspace, flags), connectionFlagsOf(command)),
    );
}

function askOf(what: Ask['what'], workspace: string, flags: Flags): Ask {
  const { reason, by = userInfo().username, yes, json } = flags;
  return { what, key: readWorkspace(workspace), by, reason, yes, json: json === true };
}
