import type { Command } from 'commander';
import { BadInputError } from '../../core/errors.ts';
import { type ConnectionFlags, connectionFlagsOf } from '../connection-options.ts';
import { throwUsage } from '../usage.ts';
import { DOCTOR_EXIT } from './finding.ts';

/** What a command line looks like, for the messages. */
export const DOCTOR_USAGE = 'doctor --stage <name> [--canary] [--json]';

export interface DoctorFlags {
  canary: boolean;
  json: boolean;
  /** How long a canary may live, seconds. */
  patienceSeconds: number;
}

export type Doctor = (flags: DoctorFlags, connection: ConnectionFlags) => Promise<void>;

const DETAILS = `
It looks at tables (keys, indexes, streams, backups, protection), functions and their variables, readers of streams, dead
letters, schedule group and role, cluster, base task definition, file system, quotas, and the clock of this machine. It only
reads; what these credentials may not read is named, and never counted as good.

--canary also lets a workspace live: its row is written, due at once, for the client workspace-cleanup-canary; it is watched
until it is armed, fired and archived, which takes a minute or two, and is taken away in the end, whatever happens. It needs
dynamodb:PutItem, GetItem, Query and DeleteItem on WorkspaceStatus. Its entries stay in the history.

Exit: ${DOCTOR_EXIT.fine} nothing is wrong, ${DOCTOR_EXIT.wrong} something is, ${DOCTOR_EXIT.unread} something could not be read, or the stage was not found.

Example:
  $ npm run -s workspacectl -- doctor --stage prod --region eu-central-1 --canary`;

/** Adds `doctor` to `workspacectl`. */
export function addDoctor(program: Command, doctor: Doctor): void {
  program
    .command('doctor')
    .usage('--stage <name> [--canary] [--json]')
    .description('Checks a deployed stage, part by part, and says what to do.')
    .option('--canary', 'also let a workspace live through arm, fire and archive')
    .option('--patience <seconds>', 'how long the canary may take, 10 to 3600', '300')
    .option('--json', 'print JSON: {"findings": […], "canary"?: […]}')
    .exitOverride(throwUsage(DOCTOR_USAGE))
    .addHelpText('after', DETAILS)
    .action((flags: { canary?: true; json?: true; patience: string }, command: Command) => {
      const connection = connectionFlagsOf(command);
      if (connection.stage === undefined)
        throw new BadInputError(`which stage? Expected: ${DOCTOR_USAGE}, e.g. doctor --stage prod`);
      const patienceSeconds = readPatience(flags.patience);
      return doctor(
        { canary: flags.canary === true, json: flags.json === true, patienceSeconds },
        connection,
      );
    });
}

function readPatience(text: string): number {
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 10 && seconds <= 3_600) return seconds;
  throw new BadInputError(`--patience is ${JSON.stringify(text)}, expected whole seconds from 10 to 3600`);
}
