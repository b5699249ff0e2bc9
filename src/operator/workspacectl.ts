import { pipeline } from 'node:stream/promises';
import { Command, CommanderError } from 'commander';
import { policyOfProcess } from '../aws/environment.ts';
import { systemClock } from '../aws/system-clock.ts';
import { quote } from '../core/describe-problems.ts';
import { BadInputError } from '../core/errors.ts';
import { epochSecondsSchema } from '../core/workspace-row.ts';
import { decideStream } from './decide-stream.ts';

/** What a shell is told. */
const EXIT = { good: 0, badRows: 1, failed: 2 } as const;

/** What a command line looks like, for the messages. */
const USAGE = 'decide [--now <epoch seconds>]';

function readNow(text: string): number {
  const now = epochSecondsSchema.safeParse(/^\d+$/.test(text) ? Number(text) : undefined);
  if (now.success) return now.data;
  throw new BadInputError(`--now is ${quote(text)}, expected whole epoch seconds, e.g. 1767225600`);
}

async function decide({ now }: { now?: number }): Promise<void> {
  const policy = policyOfProcess();
  const tally = { bad: 0 };
  const answers = decideStream(policy, now ?? Math.floor(systemClock.now()), tally);
  try {
    await pipeline(process.stdin, answers, process.stdout, { end: false });
  } catch (error) {
    // Whoever reads the answers has seen enough, e.g. `| head`.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
  process.exitCode = tally.bad === 0 ? EXIT.good : EXIT.badRows;
}

function createProgram(): Command {
  const program = new Command('workspacectl')
    .description('Asks the workspace cleanup what it would do, and why.')
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  program
    .command('decide')
    .description(
      'Reads rows of WorkspaceStatus as JSON lines; writes the action, its rule and what comes next.',
    )
    .option('--now <epoch seconds>', 'decide as of this second (default: the clock of this machine)', readNow)
    .action(decide);
  return program;
}

/** One line for a person: what was wrong, and what is expected. */
function explain(error: unknown): string {
  if (!(error instanceof CommanderError)) return error instanceof Error ? error.message : String(error);
  if (error.code === 'commander.help') return `no command is given, expected: ${USAGE}`;
  const problem = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return `${problem}, expected: ${USAGE}`;
}

try {
  await createProgram().parseAsync();
} catch (error) {
  const asked = error instanceof CommanderError && error.exitCode === 0;
  if (!asked) process.stderr.write(`workspacectl: ${explain(error)}\n`);
  process.exitCode = asked ? EXIT.good : EXIT.failed;
}
