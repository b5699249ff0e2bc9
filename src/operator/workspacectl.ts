import { pipeline } from 'node:stream/promises';
import { policyOfProcess, processEnvironment } from '../aws/environment.ts';
import { systemClock } from '../aws/system-clock.ts';
import { readOperatorConfiguration, readPolicy } from '../core/configuration.ts';
import { BadInputError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import type { ConnectionFlags } from './connection-options.ts';
import { type Decide, EXIT } from './decide-command.ts';
import { decideStream } from './decide-stream.ts';
import { OPERATE_EXIT, type Operate } from './operate-command.ts';
import { createProgram } from './program.ts';
import { SECURE_EXIT, type SecureFileSystem } from './secure-filesystem-command.ts';
import { plain, processTerminal } from './terminal.ts';
import { explain } from './usage.ts';

// What calls AWS is loaded by the command that needs it: loading the clients takes longer than deciding some thousand rows.

const terminal = processTerminal();

const decide: Decide = async ({ now, control }, connection) => {
  const policy = await policyOf(connection);
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
};

/** The numbers of a stage, or of the environment. */
async function policyOf(flags: ConnectionFlags): Promise<Policy> {
  if (flags.stage === undefined) return policyOfProcess();
  const { connect } = await import('./connection.ts');
  return readPolicy((await connect(flags)).environment);
}

const secure: SecureFileSystem = async (fileSystemId, mode, connection) => {
  const { runSecureFileSystem } = await import('./run-secure-filesystem.ts');
  const isSecure = await runSecureFileSystem(fileSystemId, mode, connection, terminal.print);
  process.exitCode = isSecure ? SECURE_EXIT.secure : SECURE_EXIT.notSecure;
};

const act: Operate = async (wish, manner) => {
  const { connect } = await import('./connection.ts');
  const { createOperatorPorts } = await import('./operator-ports.ts');
  const { operate } = await import('./operate.ts');
  const ports = await createOperatorPorts(await connect(manner.connection), terminal.print);
  await orRefused(() => operate(wish, manner, ports));
};

/** What cannot be is told, with another exit code than what went wrong. */
async function orRefused(run: () => Promise<void>): Promise<void> {
  try {
    await run();
    process.exitCode = OPERATE_EXIT.done;
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    process.stderr.write(`workspacectl: ${plain(error.message)}\n`);
    process.exitCode = OPERATE_EXIT.refused;
  }
}

const commands = {
  decide,
  secureFileSystem: secure,
  operate: act,
  lookAtFleet: async (look, json, connection) => {
    const { runFleet } = await import('./fleet/run-fleet.ts');
    process.exitCode = await runFleet(look, json, connection, terminal);
  },
  ask: async (wish, connection) => {
    const { runAsk } = await import('./run-ask.ts');
    await runAsk(wish, connection, terminal, orRefused);
  },
  print: (text) => void process.stdout.write(text),
  doctor: async (flags, connection) => {
    const { runDoctor } = await import('./doctor/run-doctor.ts');
    process.exitCode = await runDoctor(flags, connection, terminal);
  },
  redrive: async (flags, connection) => {
    const { runRedrive } = await import('./redrive/run-redrive.ts');
    process.exitCode = await runRedrive(flags, connection, terminal);
  },
} satisfies Parameters<typeof createProgram>[0];

const environment = processEnvironment();
try {
  await createProgram(commands, environment).parseAsync();
} catch (error) {
  const problem = explain(error, environment.AWS_ENDPOINT_URL || undefined);
  if (problem !== undefined) process.stderr.write(`workspacectl: ${plain(problem)}\n`);
  process.exitCode = problem === undefined ? EXIT.good : EXIT.failed;
}
