import { type Command, Option } from 'commander';
import { quote } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';
import { throwUsage } from '../usage.ts';
import { type Output, terminalOutput } from './output.ts';

/** What a shell is told: done; done, but not all is well, or it was refused and the reason said; something was in the way. */
export const FLEET_EXIT = { done: 0, notAll: 1, failed: 2, stopped: 130 } as const;

/** Flags that all commands over the whole fleet have. */
export interface FleetFlags {
  stage?: string;
  region?: string;
  profile?: string;
  json?: true;
  segments: number;
  readUnits: number;
}

/** Flags of those that can be stopped and gone on with. */
export interface ResumableFlags extends FleetFlags {
  rate: number;
  checkpoint: string;
  restart?: true;
}

/** Flags of those that arm wake-ups. */
export interface ArmingFlags extends ResumableFlags {
  dueRate: number;
  dryRun?: true;
}

/** How a command ends: what a shell is told. */
export type Run<Flags> = (flags: Flags, output: Output, signal: AbortSignal) => Promise<number>;

const WHERE = `
Which fleet is meant has to be said by --stage, but where the local stack answers: then it is that. It asks the deployed functions for their configuration (lambda:GetFunctionConfiguration of deadlineReached and
workspaceChanged), so it is told neither tables nor policy. Region, credentials and endpoint (AWS_ENDPOINT_URL) are found as
by every AWS SDK.
`;

/** A command over the whole fleet, with the flags that all of them have. `details` end with its exit codes and an example. */
export function fleetCommand(program: Command, usage: string, description: string, details: string): Command {
  const command = program
    .command(usage)
    .description(description)
    .option('--json', 'print JSON')
    .option(
      '--segments <n>',
      'parts of the table that are read at the same time',
      wholeFrom('--segments', 1, 64),
      4,
    )
    .option('--read-units <n>', 'of the table, a second', wholeFrom('--read-units', 1, 100_000), 200)
    .exitOverride(throwUsage(`${usage} [flags], see ${usage.split(' ')[0]} --help`))
    .addHelpText('after', `${details}\n${WHERE}`);
  // Where the program has them for all of its commands, they are not said twice.
  for (const option of [
    new Option('--stage <name>', 'the deployed stage (default: local, where the local stack answers)'),
    new Option('--region <name>', 'the Region (default: as by every AWS SDK)'),
  ]) {
    if (!program.options.some(({ long }) => long === option.long)) command.addOption(option);
  }
  return command;
}

/** Adds what it takes to go on where it was stopped. `rate` is what it does at most a second, e.g. wake-ups that are armed. */
export function addResumable(command: Command, of: string, rate: number, checkpoint: string): Command {
  return command
    .option('--rate <n>', `${of} a second`, wholeFrom('--rate', 1, 10_000), rate)
    .option(
      '--checkpoint <file>',
      'where it notes how far it is; the same command goes on from there',
      checkpoint,
    )
    .option(
      '--restart',
      'begin anew, whatever the checkpoint says; needed where it is of another installation or a day old',
    );
}

/** Adds the flags of a command that arms wake-ups. What is due at once is woken no faster than the deadline handler works. */
export function addArming(command: Command, checkpoint: string): Command {
  return addResumable(command, 'wake-ups that are armed,', 200, checkpoint)
    .option(
      '--due-rate <n>',
      'of those a second, for which something is due now',
      wholeFrom('--due-rate', 1, 10_000),
      50,
    )
    .option('--dry-run', 'count, and arm nothing');
}

/** Runs it with the process's terminal. Ctrl-C ends it behind what it is doing; a second one at once. */
export async function runFleet<Flags>(command: Command, run: Run<Flags>): Promise<void> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(FLEET_EXIT.stopped);
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    process.exitCode = await run(
      command.optsWithGlobals<Flags & {}>(),
      terminalOutput(process),
      controller.signal,
    );
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Reads a whole number of a flag, `least` and `most` included. Throws BadInputError. */
export function wholeFrom(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new BadInputError(`${flag} is ${quote(text)}, expected a whole number from ${least} to ${most}`);
  };
}
