import { Command } from 'commander';
import { addDecide, DECIDE_USAGE, type DecideFlags } from './decide-command.ts';
import { addApply } from './impact/apply-command.ts';
import { addImpact } from './impact/impact-command.ts';
import { addBackfill } from './migration/backfill-command.ts';
import { addImport } from './migration/import-command.ts';
import { addReconcile } from './migration/reconcile-command.ts';
import { addOperate, OPERATE_USAGE, type Operate } from './operate-command.ts';
import type { Mode } from './secure-filesystem.ts';
import { addSecureFileSystem, SECURE_USAGE } from './secure-filesystem-command.ts';
import { throwUsage } from './usage.ts';

/** What the commands do. */
export interface Commands {
  decide(flags: DecideFlags): Promise<void>;
  secureFileSystem(fileSystemId: string, mode: Mode): Promise<void>;
  operate: Operate;
}

/** `workspacectl`, which hands the flags of a command to what does it. It throws instead of ending the process. */
export function createProgram(
  { decide, secureFileSystem, operate }: Commands,
  environment: Readonly<Record<string, string | undefined>>,
): Command {
  const program = new Command('workspacectl')
    .description(
      'For operators: asks the workspace cleanup what it would do, and why; keeps workspaces, pauses it, secures its file system.',
    )
    .exitOverride(throwUsage(`${DECIDE_USAGE}, or ${SECURE_USAGE}, or ${OPERATE_USAGE}`))
    .configureOutput({ writeErr: () => {} });
  addDecide(program, decide);
  addSecureFileSystem(program, environment, secureFileSystem);
  addOperate(program, operate);
  addImpact(program);
  addApply(program);
  addBackfill(program);
  addImport(program);
  addReconcile(program);
  return program;
}
