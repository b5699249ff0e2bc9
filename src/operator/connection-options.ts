import type { Command } from 'commander';
import { quote } from '../core/describe-problems.ts';
import { BadInputError } from '../core/errors.ts';

/** Which installation is meant, as the command line says it. */
export interface ConnectionFlags {
  /** Of the files of AWS's tools, `~/.aws/config`. */
  profile?: string | undefined;
  region?: string | undefined;
  /** Of a deployment: what `sls deploy --stage` was given; `local` for the stack on this machine. */
  stage?: string | undefined;
}

/** Adds the options that every command takes, before its name or behind it. */
export function addConnectionOptions(program: Command): void {
  program
    .option('--profile <name>', 'credentials and Region from this profile of the AWS CLI')
    .option('--region <region>', 'AWS Region (default: AWS_REGION, or that of the profile)', readRegion)
    .option(
      '--stage <name>',
      'a deployed stage: its tables and rules are what its functions have (default: as the command says, most often the environment)',
      readStage,
    )
    .configureHelp({ showGlobalOptions: true });
}

/** What the command line of `command` says of the installation. */
export function connectionFlagsOf(command: Command): ConnectionFlags {
  const { profile, region, stage } = command.optsWithGlobals<ConnectionFlags>();
  return { profile, region, stage };
}

function readRegion(text: string): string {
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(text)) return text;
  throw new BadInputError(`--region is ${quote(text)}, expected a Region, e.g. eu-central-1`);
}

/** As the framework takes them: they become part of names of functions. */
function readStage(text: string): string {
  if (/^[A-Za-z0-9-]{1,30}$/.test(text)) return text;
  throw new BadInputError(
    `--stage is ${quote(text)}, expected 1 to 30 letters, digits and -, e.g. prod, as given to sls deploy`,
  );
}
