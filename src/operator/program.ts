import { Command } from 'commander';
import { addCompletion } from './completion/completion-command.ts';
import { addConnectionOptions } from './connection-options.ts';
import { addDecide, type DecideFlags } from './decide-command.ts';
import { addDoctor, type Doctor } from './doctor/doctor-command.ts';
import { addFleet, type LookAtFleet } from './fleet/fleet-command.ts';
import { addOperate, type Operate } from './operate-command.ts';
import { addRedrive, type Redrive } from './redrive/redrive-command.ts';
import { type Asks, addRequests } from './request-command.ts';
import { addSecureFileSystem, type SecureFileSystem } from './secure-filesystem-command.ts';
import { throwUsage } from './usage.ts';

/** What the commands do. */
export interface Commands {
  decide(flags: DecideFlags): Promise<void>;
  secureFileSystem: SecureFileSystem;
  operate: Operate;
  lookAtFleet: LookAtFleet;
  ask: Asks;
  doctor: Doctor;
  redrive: Redrive;
  /** Prints a text as it is. */
  print(text: string): void;
}

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
  addFleet(program, commands.lookAtFleet);
  addOperate(program, commands.operate);
  addRequests(program, commands.ask);
  addDecide(program, commands.decide);
  addDoctor(program, commands.doctor);
  addRedrive(program, commands.redrive);
  addSecureFileSystem(program, environment, commands.secureFileSystem);
  addCompletion(program, commands.print);
  return program;
}

/** The names of all commands, for whoever has not given one. */
function namesOf(program: Command): string {
  return `one of ${program.commands.map((command) => command.name()).join(', ')}, each with --help`;
}
