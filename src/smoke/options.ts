import { Command, InvalidArgumentError, Option } from 'commander';
import { quote } from '../core/describe-problems.ts';

/** What of AWS the smoke test does itself: whatever is not there, only firing schedules, everything, or nothing. */
export const PLAYS = ['auto', 'schedules', 'everything', 'nothing'] as const;
export type Play = (typeof PLAYS)[number];

export interface SmokeOptions {
  service: string;
  stage: string;
  play: Play;
  /** How long what is waited for may take beyond its own time, in seconds. */
  patience: number;
}

/** What a shell is told: the stage does what it should; it does not; flags, environment or AWS were in the way. */
export const SMOKE_EXIT = { passed: 0, failed: 1, notRun: 2 } as const;

const DESCRIPTION =
  'Drives a deployed stage once from a row of its table to an archived workspace: provision, stream, schedule, archive. ' +
  'It makes two workspaces of a client of its own, and takes them away again.';

const HELP = `
Endpoint (AWS_ENDPOINT_URL), Region and credentials are found as by every AWS SDK. The stage must be deployed with
ENFORCEMENT=enforce and ARCHIVE_NOTICE_HOURS=0: it is for a stage whose workspaces are nobody's.

--play says who does what an emulator may lack (docs/endpoints.md):
  auto        finds out whether the endpoint runs functions; if not, as everything, else as nothing
  schedules   the endpoint runs functions and reads streams; schedules are fired from here, without waiting for their time
  everything  as well, functions are run here, with their deployed code and environment, and streams are read here
  nothing     only watches, as on AWS: takes about two minutes, since a schedule is at least 60 s ahead

Exit: ${SMOKE_EXIT.passed} passed, ${SMOKE_EXIT.failed} the stage does not do what it should, ${SMOKE_EXIT.notRun} flags, environment or AWS were in the way.

Examples:
  $ npm run -s smoke -- --stage staging
  $ AWS_ENDPOINT_URL=http://127.0.0.1:4566 npm run -s smoke -- --stage local --play schedules
`;

/** Reads the flags, without node and script. Throws commander's CommanderError, whose `exitCode` is 0 for help. */
export function readSmokeOptions(flags: readonly string[]): SmokeOptions {
  return new Command('smoke')
    .description(DESCRIPTION)
    .option('--stage <name>', 'the deployed stage', name, 'local')
    .option('--service <name>', "serverless.yml's name of it", name, 'workspace-cleanup')
    .addOption(new Option('--play <what>', 'what is done from here').choices(PLAYS).default('auto'))
    .option('--patience <seconds>', 'how late anything may be, 1 to 3600', patience, 180)
    .addHelpText('after', HELP)
    .allowExcessArguments(false)
    .exitOverride()
    .parse(flags, { from: 'user' })
    .opts<SmokeOptions>();
}

function name(text: string): string {
  if (/^[A-Za-z][\w-]{0,39}$/.test(text)) return text;
  throw new InvalidArgumentError(`It is ${quote(text)}, expected letters, digits, - and _.`);
}

function patience(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 3_600) return Number(text);
  throw new InvalidArgumentError(`It is ${quote(text)}, expected whole seconds from 1 to 3600.`);
}
