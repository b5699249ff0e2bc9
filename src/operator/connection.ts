import { type ClientOptions, createClients } from '../aws/clients.ts';
import { processEnvironment, silenceNodeNotice } from '../aws/environment.ts';
import { readStageEnvironment } from '../aws/stage-functions.ts';
import type { ConnectionFlags } from './connection-options.ts';

/** An installation, and how it is reached. */
export interface Connection {
  /** As its functions have it: names of tables, numbers of the rules. With a stage it comes from there. */
  environment: Readonly<Record<string, string | undefined>>;
  /** For every client of AWS. */
  options: ClientOptions;
  stage: string | undefined;
  /** AWS_ENDPOINT_URL; undefined for AWS itself. */
  endpoint: string | undefined;
}

/**
 * Finds the installation that the flags name: with a stage what its functions are configured with, without one what the
 * environment says, as for the functions. Throws BadInputError where there is no such stage.
 */
export async function connect(
  { profile, region: given, stage }: ConnectionFlags,
  environment = processEnvironment(),
): Promise<Connection> {
  silenceNodeNotice();
  // The SDK for JavaScript does not read the variable that the AWS CLI does.
  const region = given ?? (environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined);
  const options = { ...(region && { region }), ...(profile && { profile }) };
  const endpoint = environment.AWS_ENDPOINT_URL || undefined;
  if (stage === undefined) return { environment, options, stage, endpoint };
  const deployed = await readStageEnvironment(createClients(options).lambda, stage);
  return { environment: { ...environment, ...deployed }, options, stage, endpoint };
}
