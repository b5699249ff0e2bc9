import { CommanderError } from 'commander';
import { describeFailure } from './failures.ts';

/** A command line that is not understood, or a question for help (exit code 0). */
export class UsageError extends CommanderError {
  /** What a command line of that command looks like. */
  readonly usage: string;

  constructor({ exitCode, code, message }: CommanderError, usage: string) {
    super(exitCode, code, message);
    this.usage = usage;
  }
}

/** For `exitOverride`: throws instead of ending the process, and says what would have been right. */
export function throwUsage(usage: string | (() => string)): (error: CommanderError) => never {
  return (error) => {
    throw new UsageError(error, typeof usage === 'string' ? usage : usage());
  };
}

/**
 * One line for a person: what was wrong, and what is expected. Undefined if it was help that was asked for. `endpoint`: where
 * AWS is called, if it is another place.
 */
export function explain(error: unknown, endpoint?: string): string | undefined {
  if (!(error instanceof UsageError)) return describeFailure(error, endpoint);
  if (error.exitCode === 0) return undefined;
  if (error.code === 'commander.help') return `no command is given, expected: ${error.usage}`;
  const problem = error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replaceAll('\n', ' ');
  return `${problem}, expected: ${error.usage}`;
}
