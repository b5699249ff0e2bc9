import { CommanderError } from 'commander';
import { processEnvironment, silenceNodeNotice } from '../aws/environment.ts';
import { systemClock } from '../aws/system-clock.ts';
import { readSmokeOptions, SMOKE_EXIT } from './options.ts';
import { SmokeFailure } from './ports.ts';
import { smoke } from './smoke.ts';

/** The SDK for JavaScript does not read the variable that the AWS CLI does. */
const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL } = processEnvironment();

silenceNodeNotice();
try {
  const options = readSmokeOptions(process.argv.slice(2));
  const access = {
    region: AWS_REGION || AWS_DEFAULT_REGION || 'us-east-1',
    endpoint: AWS_ENDPOINT_URL || undefined,
  };
  await smoke(options, access, systemClock, (line) => {
    process.stdout.write(`${line}\n`);
  });
  process.stdout.write(`stage ${options.stage} does what it should\n`);
} catch (error) {
  process.exitCode = exitCodeOf(error);
  // Commander has said what is wrong with the flags.
  if (!(error instanceof CommanderError)) process.stderr.write(`smoke: ${wordsOf(error)}\n`);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof SmokeFailure) return SMOKE_EXIT.failed;
  return error instanceof CommanderError && error.exitCode === 0 ? SMOKE_EXIT.passed : SMOKE_EXIT.notRun;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
