import { Command } from 'commander';
import { addDecide, DECIDE_USAGE } from './decide-command.ts';
import type { Mode } from './secure-filesystem.ts';
import { addSecureFileSystem, SECURE_USAGE } from './secure-filesystem-command.ts';
import { throwUsage } from './usage.ts';

/** What the commands do. */
export interface Commands {
  decide(flags: { now?: number }): Promise<void>;
  secureFileSystem(fileSystemId: string, mode: Mode): Promise<void>;
}

/** `workspacectl`, which hands the flags of a command to what does it. It throws instead of ending the process. */
export function createProgram(
  { decide, secureFileSystem }: Commands,
  environment: Readonly<Record<string, string | undefined>>,
): Command {
  const program = new Command('workspacectl')
    .description(
      'For operators: asks the workspace cleanup what it would do, and why; secures its file system.',
    )
    .exitOverride(throwUsage(`${DECIDE_USAGE}, or ${SECURE_USAGE}`))
    .configureOutput({ writeErr: () => {} });
  addDecide(program, decide);
  addSecureFileSystem(program, environment, secureFileSystem);
  return program;
}
