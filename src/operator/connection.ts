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
  { stage, ...flags }: ConnectionFlags,
  environment = processEnvironment(),
): Promise<Connection> {
  silenceNodeNotice();
  const options = clientOptionsOf(flags, environment);
  const endpoint = environment.AWS_ENDPOINT_URL || undefined;
  if (stage === undefined) return { environment, options, stage, endpoint };
  const deployed = await readStageEnvironment(createClients(options).lambda, stage);
  return { environment: { ...environment, ...deployed }, options, stage, endpoint };
}

/** How the clients of AWS find Region and credentials, as far as the flags or the variable of the AWS CLI say it. */
export function clientOptionsOf(
  { profile, region: given }: Pick<ConnectionFlags, 'profile' | 'region'>,
  environment: Readonly<Record<string, string | undefined>>,
): ClientOptions {
  // The SDK for JavaScript does not read AWS_DEFAULT_REGION.
  const region = given || environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  return { ...(region && { region }), ...(profile && { profile }) };
}
