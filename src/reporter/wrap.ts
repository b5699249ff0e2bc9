import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** What a shell makes of a command that is not there, and of one that cannot be run. */
const [NOT_FOUND, NOT_EXECUTABLE] = [127, 126];
/** Those that are passed on to the command. */
const PASSED_ON: readonly NodeJS.Signals[] = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
];

/**
 * Runs a command in place of this process, as far as one can: its standard streams are ours, signals to us go to it, and what
 * it ends with we end with. Resolves with the exit code: 128 and the signal's number if a signal has ended it.
 */
export async function wrap(
  command: string,
  args: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit' });
  const passOn = PASSED_ON.map((signal) => [signal, () => void child.kill(signal)] as const);
  for (const [signal, pass] of passOn) process.on(signal, pass);
  try {
    return await exitCodeOf(child);
  } catch (error) {
    say(`${command} cannot be started: ${(error as Error).message}`);
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE;
  } finally {
    for (const [signal, pass] of passOn) process.off(signal, pass);
  }
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
