import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { BadInputError } from '../core/errors.ts';

/** The name of a function of a stage, as the framework makes it, e.g. `workspace-cleanup-prod-purge`. */
export function functionNameOf(stage: string, name: string): string {
  return `workspace-cleanup-${stage}-${name}`;
}

/** What has the variables that operators need: each of these functions has a part of them at least. */
const ASKED = ['deadlineReached', 'workspaceChanged', 'accountChanged', 'provision'] as const;

/**
 * The environment of a deployed stage, as its functions have it: names of tables, numbers of the rules, and where the
 * workspaces are. What functions know and nobody else has to, e.g. secrets of webhooks, is left out. Throws BadInputError
 * where there is no such stage.
 */
export async function readStageEnvironment(
  lambda: LambdaClient,
  stage: string,
): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const name of ASKED) {
    const known = Object.entries(await variablesOf(lambda, functionNameOf(stage, name)));
    for (const [variable, value] of known) {
      if (value !== '' && !variable.endsWith('_SECRET')) environment[variable] ??= value;
    }
  }
  environment.AWS_REGION = await lambda.config.region();
  return environment;
}

async function variablesOf(lambda: LambdaClient, FunctionName: string): Promise<Record<string, string>> {
  try {
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return Environment?.Variables ?? {};
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    const region = await lambda.config.region();
    throw new BadInputError(
      `there is no function ${FunctionName} in ${region}, expected the --stage of a deployment in that --region`,
      404,
    );
  }
}
