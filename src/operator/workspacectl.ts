import { pipeline } from 'node:stream/promises';
import { policyOfProcess, processEnvironment, silenceNodeNotice } from '../aws/environment.ts';
import { systemClock } from '../aws/system-clock.ts';
import { readOperatorConfiguration } from '../core/configuration.ts';
import { BadInputError } from '../core/errors.ts';
import { type DecideFlags, EXIT } from './decide-command.ts';
import { decideStream } from './decide-stream.ts';
import { operate } from './operate.ts';
import { OPERATE_EXIT, type Operate } from './operate-command.ts';
import { createProgram } from './program.ts';
import { type Mode, secureFileSystem } from './secure-filesystem.ts';
import { SECURE_EXIT } from './secure-filesystem-command.ts';
import { explain } from './usage.ts';

async function decide({ now, control }: DecideFlags): Promise<void> {
  const policy = policyOfProcess();
  const tally = { bad: 0 };
  const { safety } = readOperatorConfiguration({ ENFORCEMENT: 'enforce' });
  const assumed = control && { control, safety };
  const answers = decideStream(policy, now ?? Math.floor(systemClock.now()), tally, assumed);
  try {
    await pipeline(process.stdin, answers, process.stdout, { end: false });
  } catch (error) {
    // Whoever reads the answers has seen enough, e.g. `| head`.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
  process.exitCode = tally.bad === 0 ? EXIT.good : EXIT.badRows;
}

async function secure(fileSystemId: string, mode: Mode): Promise<void> {
  silenceNodeNotice();
  // Only here: loading the clients takes longer than deciding some thousand rows.
  const { createClients } = await import('../aws/clients.ts');
  const { EfsFileSystems } = await import('../aws/efs-file-systems.ts');
  // The SDK for JavaScript does not read the variable that the AWS CLI does.
  const { AWS_REGION, AWS_DEFAULT_REGION } = processEnvironment();
  const region = AWS_REGION || AWS_DEFAULT_REGION;
  const fileSystems = new EfsFileSystems(createClients(region ? { region } : {}).efs);
  const isSecure = await secureFileSystem(fileSystems, fileSystemId, mode, (line) => {
    process.stdout.write(`${line}\n`);
  });
  process.exitCode = isSecure ? SECURE_EXIT.secure : SECURE_EXIT.notSecure;
}

const act: Operate = async (wish, manner) => {
  silenceNodeNotice();
  const ports = await (await import('./operator-ports.ts')).createOperatorPorts((line) => {
    process.stdout.write(`${line}\n`);
  });
  try {
    await operate(wish, manner, ports);
    process.exitCode = OPERATE_EXIT.done;
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    process.stderr.write(`workspacectl: ${error.message}\n`);
    process.exitCode = OPERATE_EXIT.refused;
  }
};

try {
  await createProgram({ decide, secureFileSystem: secure, operate: act }, processEnvironment()).parseAsync();
} catch (error) {
  const problem = explain(error);
  if (problem !== undefined) process.stderr.write(`workspacectl: ${problem}\n`);
  process.exitCode = problem === undefined ? EXIT.good : EXIT.failed;
}
