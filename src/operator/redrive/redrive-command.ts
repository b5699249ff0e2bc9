import { Argument, type Command } from 'commander';
import { quote } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';
import { type ConnectionFlags, connectionFlagsOf } from '../connection-options.ts';
import { throwUsage } from '../usage.ts';
import { LETTER_KINDS, type LetterKind } from './letters.ts';
import { MOST_LETTERS } from './redrive.ts';

/** What a shell is told: shown, or sent, all of it; some stay there; flags or AWS were in the way. */
export const REDRIVE_EXIT = { done: 0, some: 1, failed: 2 } as const;

/** What a command line looks like, for the messages. */
export const REDRIVE_USAGE = 'redrive stream|deadline|schedule --stage <name> [--send]';

export interface RedriveFlags {
  kind: LetterKind;
  /** Without it everything is only looked at. */
  send: boolean;
  json: boolean;
  limit: number;
  perSecond: number;
  /** URL of a queue, or `s3://bucket`; else the stage's own. */
  queue: string | undefined;
}

export type Redrive = (flags: RedriveFlags, connection: ConnectionFlags) => Promise<void>;

const DETAILS = `
What could not be handled after all retries lies in a queue (or, with its records, in a bucket) of the stage:
  stream     writes to tables that a function could not handle; workspaces are looked at, as they are by now; the other
             functions are given their records again: from the bucket, or from the stream, which keeps them for a day
  deadline   wake-ups that deadlineReached failed on, and runs of the check for what is overdue
  schedule   wake-ups that EventBridge Scheduler could not deliver
Without --send it shows them and changes nothing. With it each one is handed to its function, and taken away when that has
it; doing so twice does no harm. What is not understood, or of another stage, stays there and is named.

It needs sqs:GetQueueUrl, GetQueueAttributes, ReceiveMessage, ChangeMessageVisibility and, with --send, DeleteMessage and
lambda:InvokeFunction; for a bucket s3:ListBucket, GetObject and DeleteObject; for records of a stream dynamodb:GetRecords.

Exit: ${REDRIVE_EXIT.done} all were shown or sent, or there are none, ${REDRIVE_EXIT.some} some stay there, ${REDRIVE_EXIT.failed} flags or AWS were in the way.

Example:
  $ npm run -s workspacectl -- redrive deadline --stage prod
  $ npm run -s workspacectl -- redrive deadline --stage prod --send --rate 5`;

/** The command line as it came in. */
interface Flags {
  send?: true;
  json?: true;
  limit: string;
  rate: string;
  queue?: string;
}

/** Adds `redrive` to `workspacectl`. */
export function addRedrive(program: Command, redrive: Redrive): void {
  program
    .command('redrive')
    .usage('stream|deadline|schedule --stage <name> [--send]')
    .description('Shows what could not be handled, and puts it back to work.')
    .addArgument(new Argument('<kind>', 'which of the queues').choices(LETTER_KINDS))
    .option('--send', 'put it back to work')
    .option('--rate <n>', 'so many within a second, 1 to 100', '10')
    .option('--limit <n>', `so many at most, 1 to ${MOST_LETTERS}`, '1000')
    .option('--queue <place>', 'another queue, by its URL, or s3://<bucket>')
    .option('--json', 'print JSON lines, the last one the sum')
    .exitOverride(throwUsage(REDRIVE_USAGE))
    .addHelpText('after', DETAILS)
    .action((kind: LetterKind, flags: Flags, command: Command) => {
      const connection = connectionFlagsOf(command);
      if (connection.stage === undefined)
        throw new BadInputError(`which stage? Expected: ${REDRIVE_USAGE}, e.g. redrive ${kind} --stage prod`);
      return redrive(
        {
          kind,
          send: flags.send === true,
          json: flags.json === true,
          limit: readCount('--limit', flags.limit, MOST_LETTERS),
          perSecond: readCount('--rate', flags.rate, 100),
          queue: flags.queue,
        },
        connection,
      );
    });
}

function readCount(flag: string, text: string, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new BadInputError(`${flag} is ${quote(text)}, expected a whole number from 1 to ${most}`);
}
