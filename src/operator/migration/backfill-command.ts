import type { Command } from 'commander';
import {
  type ArmingFlags,
  addArming,
  FLEET_EXIT,
  fleetCommand,
  type Run,
  runFleet,
} from '../fleet/fleet-options.ts';

/** The command line as it came in. */
export type BackfillFlags = ArmingFlags;

const DETAILS = `
Reads the whole table once and arms a wake-up for each row that lacks one, or whose one was due long ago: rows that were there
before the system was deployed. It only arms; what is then done, the deployed functions decide, at that second. Run again it
finds the rows armed. What is due at once is woken at --due-rate a second.

Ctrl-C, a crash or kill -9: the same command goes on where it was. Rows whose wake-up comes later than the deployed policy
asks for are counted (late) and left to \`apply\`.

Exit: ${FLEET_EXIT.done} every row has what it needs, ${FLEET_EXIT.notAll} invalid or late rows are left, ${FLEET_EXIT.failed} flags, environment or AWS were in the way, ${FLEET_EXIT.stopped} stopped.
--json: {"rows","armed","due","pending","nothingAhead","late","invalid","finished"}

Example:
  $ npm run -s workspacectl -- backfill --stage prod --rate 500 --read-units 500`;

/** Adds `backfill` to `workspacectl`. */
export function addBackfill(program: Command, run: Run<BackfillFlags> = runHere): void {
  const command = fleetCommand(
    program,
    'backfill',
    'Arms every row that has no wake-up: after the first deployment.',
    DETAILS,
  );
  addArming(command, 'workspacectl-backfill.checkpoint.json').action(() => runFleet(command, run));
}

const runHere: Run<BackfillFlags> = async (...given) => (await import('./backfill.ts')).backfill(...given);
