import type { Command } from 'commander';
import {
  addResumable,
  FLEET_EXIT,
  fleetCommand,
  type Run,
  runFleet,
  wholeFrom,
} from '../fleet/fleet-options.ts';
import { FINDING_KINDS, FINDINGS } from './findings.ts';
import type { ReconcileFlags } from './run-reconcile.ts';

const LONGEST_KIND = Math.max(...FINDING_KINDS.map((kind) => kind.length));
const KINDS = FINDING_KINDS.map((kind) => {
  const { means, mends } = FINDINGS[kind];
  const fix = mends === undefined ? '' : `\n  ${' '.repeat(LONGEST_KIND)}  --fix ${mends}`;
  return `  ${kind.padEnd(LONGEST_KIND)}  ${means}${fix}`;
}).join('\n');

const DETAILS = `
Reads rows, access points and tasks, and tells what does not agree. Each is looked at a second time before it is told: what is
just being made or removed is none of it.

${KINDS}

--fix goes the handlers' own ways: wake-ups are armed, and access is taken or given under a claim. It deletes no files, touches
nothing that it cannot prove to be the workspace's own, and takes nothing from anybody while the cleanup is paused, or where
it is not enforced. What takes access is counted in the hour's budget of archives: behind that it is left, "waits for its turn",
to the same command in a later hour. The history names you, with the reason reconcile. A home of a terminated workspace can be seen only where /workspace of the file system is mounted: --homes.

Ctrl-C, a crash or kill -9: the same command goes on where it was.

Exit: ${FLEET_EXIT.done} all agrees, or was mended, ${FLEET_EXIT.notAll} something is left, ${FLEET_EXIT.failed} flags, environment or AWS were in the way, ${FLEET_EXIT.stopped} stopped.
--json: a line for each, {"kind","workspace","detail","outcome"}, and at the end
{"rows","accessPoints","tasks","counts":{"<kind>":{"found","mended"}},"finished"}

Example:
  $ npm run -s workspacectl -- reconcile --stage prod --json > findings.jsonl`;

/** Adds `reconcile` to `workspacectl`. */
export function addReconcile(program: Command, run: Run<ReconcileFlags> = runHere): void {
  const command = fleetCommand(
    program,
    'reconcile',
    'Finds what does not agree, and mends what can be mended.',
    DETAILS,
  )
    .option('--fix', 'mend what can be mended')
    .option('--homes <folder>', 'where /workspace of the file system is mounted on this machine')
    .option('--list <n>', 'tell so many of each kind, without --json', wholeFrom('--list', 0, 10_000), 20);
  addResumable(
    command,
    'rows that are looked at again or mended,',
    100,
    'workspacectl-reconcile.checkpoint.json',
  ).action(() => runFleet(command, run));
}

const runHere: Run<ReconcileFlags> = async (...given) => (await import('./reconcile.ts')).reconcile(...given);
