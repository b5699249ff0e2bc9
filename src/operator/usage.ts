import { CommanderError } from 'commander';

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
export function throwUsage(usage: string): (error: CommanderError) => never {
  return (error) => {
    throw new UsageError(error, usage);
  };
}

/** One line for a person: what was wrong, and what is expected. Undefined if it was help that was asked for. */
export function explain(error: unknown): string | undefined {
  if (!(error instanceof UsageError)) return error instanceof Error ? error.message : String(error);
  if (error.exitCode === 0) return undefined;
  if (error.code === 'commander.help') return `no command is given, expected: ${error.usage}`;
  const problem = error.message
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replaceAll('\n', ' ');
  return `${problem}, expected: ${error.usage}`;
}
