import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { quote } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';
import { type ConnectionFlags, connectionFlagsOf } from '../connection-options.ts';
import { throwUsage } from '../usage.ts';

/** What a command line looks like, for the messages. */
export const CONSOLE_USAGE = 'console [--read-only] [--port <port>]';

/** The command line, checked. */
export interface ConsoleFlags {
  port: number;
  readOnly: boolean;
  by: string;
  unitsPerSecond: number;
  connection: ConnectionFlags;
}

const DETAILS = `
A web page on this machine alone, with your own credentials; nothing is deployed. The link that is printed is good for one
use: it is exchanged for a session of that browser. After it, the next link is printed.

The fleet is read once, half a read unit for each 4 KB: 100,000 rows of 500 bytes are some 6,250 read units, under a tenth of
a cent on demand. Then, only while somebody looks: every ten seconds what is on the screen and what was woken, every five
minutes the index of the next day's wake-ups.

The endpoint (AWS_ENDPOINT_URL), and what no option names, is found as by every AWS SDK; without --stage names of tables as
by the functions, e.g. WORKSPACE_STATUS_TABLE. --read-only refuses every change on the server.

Exit: 0 it was ended by Ctrl-C, 2 flags, environment or the port were in the way.

Example:
  $ npm run -s workspacectl -- console --read-only`;

interface Given {
  port: string;
  readOnly?: true;
  by?: string;
  readRate: string;
}

/** Adds `console` to `workspacectl`. */
export function addConsole(program: Command, open: (flags: ConsoleFlags) => Promise<void>): void {
  program
    .command('console')
    .usage('[--read-only] [--port <port>]')
    .description(
      'Opens a web page on this machine: the fleet at a glance, each workspace and why, hold, extend, pause.',
    )
    .option('--read-only', 'refuse every change')
    .option('--port <port>', 'where it listens, on loopback alone; 0 for any that is free', '0')
    .option('--by <name>', 'who you are, for the history (default: your user name here)')
    .option('--read-rate <n>', 'read units per second while the fleet is read', '500')
    .exitOverride(throwUsage(CONSOLE_USAGE))
    .addHelpText('after', DETAILS)
    .action(({ port, readOnly, by = userInfo().username, readRate }: Given, command: Command) =>
      open({
        port: readWhole('--port', port, 0, 65_535),
        readOnly: readOnly === true,
        by,
        unitsPerSecond: readWhole('--read-rate', readRate, 1, 100_000),
        connection: connectionFlagsOf(command),
      }),
    );
}

function readWhole(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new BadInputError(`${flag} is ${quote(text)}, expected a whole number from ${least} to ${most}`);
}
