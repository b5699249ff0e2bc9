import type { Command } from 'commander';
import { type ControlSettings, parseControl } from '../core/control.ts';
import { quote } from '../core/describe-problems.ts';
import { BadInputError } from '../core/errors.ts';
import { epochSecondsSchema } from '../core/workspace-row.ts';
import { type ConnectionFlags, connectionFlagsOf } from './connection-options.ts';
import { throwUsage } from './usage.ts';

/** What a shell is told: all rows were good; some were not; flags or environment were not, and nothing was decided. */
export const EXIT = { good: 0, badRows: 1, failed: 2 } as const;

/** What a command line looks like, for the messages. */
export const DECIDE_USAGE = 'decide [--now <epoch seconds>]';

const DETAILS = `
Input: a row of JSON per line, times in epoch seconds, other attributes left alone. Output: a line for each, in order,
  {"clientId","userId","action","rule","nextAt","nextAction","state","wakeAt"}
  {"error","line"}   for a row that is not understood
action is what the rules say: active, archive or terminate. nextAt is the first second after --now at which it differs; null
where none lies ahead. state is where the workspace stands: at-rest, noticed (it is told what it will lose), notice-due, due,
held, extended, held-back:<why>, in-transition or terminated. wakeAt is when there is something to do for it next.
With --stage the rules' numbers are those of that stage. Without it they come from RETENTION_POLICIES, CANCELLED_GRACE_DAYS and SUSPENDED_GRACE_DAYS, those of the notices from
ARCHIVE_NOTICE_HOURS, TERMINATE_NOTICE_HOURS and MINIMUM_TERMINATE_NOTICE_HOURS. --control tells what to assume to be set in
CleanupControl, e.g. '{"enforcement":"observe"}'; without it what is due is done, unless the row says that it is held back.

Exit: ${EXIT.good} all rows were good, ${EXIT.badRows} some were not, ${EXIT.failed} flags or environment were not.

Example: with this line in rows.jsonl
  {"clientId":"acme","userId":"ada","subscriptionStatus":"active","subscriptionTier":"free","containerStatus":"active","lastActivity":1767225600}
  $ npm run -s workspacectl -- decide --now 1767312000 < rows.jsonl
  {"clientId":"acme","userId":"ada","action":"active","rule":"within-limits","nextAt":1767830401,"nextAction":"archive","state":"at-rest","wakeAt":1767744001}`;

export interface DecideFlags {
  now?: number;
  control?: ControlSettings;
}

export type Decide = (flags: DecideFlags, connection: ConnectionFlags) => Promise<void>;

/** Adds `decide` to `workspacectl`. */
export function addDecide(program: Command, decide: Decide): void {
  program
    .command('decide')
    .usage('[--now <epoch seconds>] < rows.jsonl')
    .description(
      'Reads rows of WorkspaceStatus as JSON lines; writes the action, its rule and what comes next.',
    )
    .option('--now <epoch seconds>', 'decide as of this second (default: the clock of this machine)', readNow)
    .option('--control <json>', 'what to assume to be set in CleanupControl', readAssumed)
    .exitOverride(throwUsage(DECIDE_USAGE))
    // Ours says where the rows come from.
    .allowExcessArguments(true)
    .addHelpText('after', DETAILS)
    .action(async (flags: DecideFlags, command: Command) => {
      const [surplus] = command.args;
      if (surplus !== undefined) {
        throw new BadInputError(
          `decide takes no argument ${quote(surplus)}, it reads rows from its standard input, expected: ${DECIDE_USAGE} < rows.jsonl`,
        );
      }
      await decide(flags, connectionFlagsOf(command));
    });
}

function readAssumed(text: string): ControlSettings {
  try {
    const parsed = parseControl(JSON.parse(text));
    if (parsed.kind === 'valid') return parsed.control;
    throw new BadInputError(`--control: ${parsed.problems.join('; ')}`);
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(`--control is ${quote(text)}, expected JSON, e.g. {"enforcement":"observe"}`);
  }
}

function readNow(text: string): number {
  const now = epochSecondsSchema.safeParse(/^\d+$/.test(text) ? Number(text) : undefined);
  if (now.success) return now.data;
  throw new BadInputError(`--now is ${quote(text)}, expected whole epoch seconds, e.g. 1767225600`);
}
