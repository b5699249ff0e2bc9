import { silenceNodeNotice } from '../../aws/environment.ts';
import type { ConsoleFlags } from './console-command.ts';

/** Serves the console until this process is told to end. Throws BadInputError. */
export async function openConsole(flags: ConsoleFlags): Promise<void> {
  silenceNodeNotice();
  // Only here: loading the clients and the bundler takes longer than the help of another command.
  const { runConsole } = await import('./run-console.ts');
  const ended = new Promise<void>((end) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end());
  });
  await runConsole(flags, (line) => void process.stdout.write(`${line}\n`), ended);
}
