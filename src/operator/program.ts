import { Command } from 'commander';
import { addCompletion } from './completion/completion-command.ts';
import { addConnectionOptions } from './connection-options.ts';
import { addConsole } from './console/console-command.ts';
import { openConsole } from './console/open-console.ts';
import { addDecide, type Decide } from './decide-command.ts';
import { addDoctor, type Doctor } from './doctor/doctor-command.ts';
import { addFleet, type LookAtFleet } from './fleet/fleet-command.ts';
import { addApply } from './impact/apply-command.ts';
import { addImpact } from './impact/impact-command.ts';
import { addBackfill } from './migration/backfill-command.ts';
import { addImport } from './migration/import-command.ts';
import { addReconcile } from './migration/reconcile-command.ts';
import { addOperate, type Operate } from './operate-command.ts';
import { addRedrive, type Redrive } from './redrive/redrive-command.ts';
import { type Asks, addRequests } from './request-command.ts';
import { addSecureFileSystem, type SecureFileSystem } from './secure-filesystem-command.ts';
import { throwUsage } from './usage.ts';

/** What the commands do. */
export interface Commands {
  decide: Decide;
  secureFileSystem: SecureFileSystem;
  operate: Operate;
  lookAtFleet: LookAtFleet;
  ask: Asks;
  doctor: Doctor;
  redrive: Redrive;
  /** Prints a text as it is. */
  print(text: string): void;
}

const DETAILS = `
Every command has its own --help with an example. What only looks changes nothing; what changes something is in the history.

Exit: 0 done, 1 refused, wrong, or not there, as the help of the command says, 2 flags, environment or AWS were in the way.
NO_COLOR turns colours off; in a pipe there are none, and no column is cut.

Example, for the local stack that npm start runs:
  $ AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \\
    npm run -s workspacectl -- list --stage local --region us-east-1`;

/** `workspacectl`, which hands the flags of a command to what does it. It throws instead of ending the process. */
export function createProgram(
  commands: Commands,
  environment: Readonly<Record<string, string | undefined>>,
): Command {
  const program: Command = new Command('workspacectl')
    .description(
      'For operators: asks the workspace cleanup what it would do, and why; keeps workspaces, pauses it, checks it, secures its file system.',
    )
    .exitOverride(throwUsage(() => namesOf(program)))
    .configureOutput({ writeErr: () => {} });
  addConnectionOptions(program);
  program.addHelpText('after', DETAILS);
  addFleet(program, commands.lookAtFleet);
  addOperate(program, commands.operate);
  addRequests(program, commands.ask);
  addDecide(program, commands.decide);
  addDoctor(program, commands.doctor);
  addRedrive(program, commands.redrive);
  addSecureFileSystem(program, environment, commands.secureFileSystem);
  addCompletion(program, commands.print);
  addConsole(program, openConsole);
  addImpact(program);
  addApply(program);
  addBackfill(program);
  addImport(program);
  addReconcile(program);
  return program;
}

/** The names of all commands, for whoever has not given one. */
function namesOf(program: Command): string {
  return `one of ${program.commands.map((command) => command.name()).join(', ')}, each with --help`;
}
