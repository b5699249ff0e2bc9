import type { Command } from 'commander';
import {
  addResumable,
  FLEET_EXIT,
  fleetCommand,
  type ResumableFlags,
  type Run,
  runFleet,
  wholeFrom,
} from '../fleet/fleet-options.ts';
import { STATUS_FIELDS } from './check-statuses.ts';

/** The command line as it came in. */
export interface ImportFlags extends ResumableFlags {
  file: string;
  format?: string;
  strict?: true;
  dryRun?: true;
  report?: string;
  list: number;
}

const DETAILS = `
Reads what the old system knew, as JSON lines or as CSV with a header, in these fields:
  ${STATUS_FIELDS.join(', ')}
lastActivity in epoch seconds, retentionDays in whole days; retentionDays and efsAccessPoint may be missing. Others are left
out, and named. The whole file is checked first, by the schema of the table: each line that is rejected is told with its
number, the value and the reason. Then each good line becomes a row, on condition that there is none: a row that exists is
never overwritten, and is told as already there, or as different. The reactor arms what has been written.

Ctrl-C, a crash or kill -9: the same command goes on where it was, as long as the file is the same.

Exit: ${FLEET_EXIT.done} every line is in the table, ${FLEET_EXIT.notAll} some were rejected or are different there, ${FLEET_EXIT.failed} file, flags, environment or AWS were in the way, ${FLEET_EXIT.stopped} stopped.
--json: {"lines","valid","rejected","added","same","different","leftOut","finished"}
--report: JSON lines {"line","kind":"rejected","problems"} and {"line","kind":"different","workspace","differences"}

Example:
  $ npm run -s workspacectl -- import statuses.csv --stage prod --dry-run --report rejected.jsonl`;

/** Adds `import` to `workspacectl`. */
export function addImport(program: Command, run: Run<ImportFlags> = runHere): void {
  const command = fleetCommand(
    program,
    'import <file>',
    'Makes rows of the status files of the old system; never overwrites one.',
    DETAILS,
  )
    .option('--format <jsonl|csv>', 'how the file is written (default: by its name)')
    .option('--strict', 'write nothing if any line is rejected or has a field that is left out')
    .option('--dry-run', 'check the file, and write nothing')
    .option('--report <file>', 'write every line that is not imported to this file, with the reason')
    .option('--list <n>', 'tell so many of them here', wholeFrom('--list', 0, 10_000), 20);
  addResumable(command, 'rows that are written', 200, 'workspacectl-import.checkpoint.json').action(
    (file: string) => runFleet<ImportFlags>(command, (flags, ...rest) => run({ ...flags, file }, ...rest)),
  );
}

const runHere: Run<ImportFlags> = async (...given) => (await import('./import.ts')).importStatuses(...given);
