import { pipeline } from 'node:stream/promises';
import { policyOfProcess } from '../aws/environment.ts';
import { systemClock } from '../aws/system-clock.ts';
import { createProgram, EXIT, explain } from './decide-command.ts';
import { decideStream } from './decide-stream.ts';

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

try {
  await createProgram(decide).parseAsync();
} catch (error) {
  const problem = explain(error);
  if (problem !== undefined) process.stderr.write(`workspacectl: ${problem}\n`);
  process.exitCode = problem === undefined ? EXIT.good : EXIT.failed;
}
