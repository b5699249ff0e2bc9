import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { InstallationError, RetryableError } from '../core/errors.ts';
import { explainThrottling } from './service-errors.ts';

/**
 * The environment of a function as it is deployed now, with the Region that it runs in: what it goes by from its next start
 * on. `name`, e.g. `workspace-cleanup-prod-deadlineReached`.
 *
 * Throws InstallationError where there is no such function or this identity may not ask, RetryableError while a deployment
 * of it is under way or has failed.
 */
export async function environmentOfFunction(
  client: LambdaClient,
  name: string,
): Promise<Record<string, string>> {
  const region = await regionOf(client);
  try {
    const { Environment, LastUpdateStatus } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: name }),
    );
    if (LastUpdateStatus !== undefined && LastUpdateStatus !== 'Successful') {
      throw new RetryableError(
        `the last update of function ${name} is ${LastUpdateStatus}, expected Successful: wait for the deployment to end, or repair it`,
      );
    }
    return { ...Environment?.Variables, AWS_REGION: region };
  } catch (error) {
    throw explain(error, name, region);
  }
}

async function regionOf(client: LambdaClient): Promise<string> {
  try {
    return await client.config.region();
  } catch (error) {
    throw new InstallationError('no Region is given, expected one, e.g. AWS_REGION=eu-central-1', {
      cause: error,
    });
  }
}

function explain(error: unknown, name: string, region: string): unknown {
  if (!(error instanceof Error)) return error;
  const cause = { cause: error };
  if (error.name === 'ResourceNotFoundException') {
    return new InstallationError(
      `there is no function ${name} in ${region}, expected the deployed one: check --stage, AWS_REGION, AWS_PROFILE and AWS_ENDPOINT_URL`,
      cause,
    );
  }
  if (
    /^(AccessDenied|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|CredentialsProvider)/.test(
      error.name,
    )
  ) {
    return new InstallationError(
      `the configuration of function ${name} could not be read (${error.message || error.name}): let this identity call lambda:GetFunctionConfiguration, or check AWS_PROFILE`,
      cause,
    );
  }
  return explainThrottling(error, `Lambda throttles GetFunctionConfiguration for ${name}`);
}
