import { type Clients, createClients } from '../../aws/clients.ts';
import { environmentOfFunction } from '../../aws/deployed-functions.ts';
import { processEnvironment, silenceNodeNotice } from '../../aws/environment.ts';
import { systemClock } from '../../aws/system-clock.ts';
import { type Configuration, readConfiguration, readPolicy } from '../../core/configuration.ts';
import { BadInputError, InstallationError } from '../../core/errors.ts';
import type { Policy } from '../../core/policy.ts';
import type { Clock } from '../../ports.ts';

/** Which deployment is meant; what is left out is found by itself. */
export interface Place {
  stage?: string | undefined;
  region?: string | undefined;
  /** Of the files of AWS's tools. */
  profile?: string | undefined;
}

/** A deployed stage, or the local stack, as its own functions are configured. */
export interface Connection {
  configuration: Configuration;
  /** By which the reactor arms: another one only in the middle of a deployment. */
  reactorPolicy: Policy;
  stage: string;
  clients: Clients;
  clock: Pick<Clock, 'now'>;
}

const LOCAL_STAGE = 'local';
const LONGEST_ANSWER_MS = 2_000;
const ASK_EVERY_MS = 200;

/**
 * Asks the deployed functions how they are configured: tables, schedules and above all the policy that they go by. So no
 * command has to be told, and none goes by anything else than what the functions do. Throws InstallationError where there
 * are none.
 */
export async function connect({ stage: given, region, profile }: Place): Promise<Connection> {
  silenceNodeNotice();
  const environment = processEnvironment();
  // The SDK for JavaScript does not read the variable that the AWS CLI does.
  const where = region || environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  const clients = createClients({
    isPatient: true,
    ...(where && { region: where }),
    ...(profile && { profile }),
  });
  const local = await findLocalStack(environment.AWS_ENDPOINT_URL);
  const stage = given ?? (local && LOCAL_STAGE);
  // What reads or arms a whole fleet is not to take the wrong one.
  if (stage === undefined)
    throw new BadInputError('which stage? Expected --stage <name>, as given to sls deploy');
  const nameOf = (name: string) => `workspace-cleanup-${stage}-${name}`;
  const [deadline, reactor] = await Promise.all([
    environmentOfFunction(clients.lambda, nameOf('deadlineReached')),
    environmentOfFunction(clients.lambda, nameOf('workspaceChanged')),
  ]);
  return {
    configuration: understood(nameOf('deadlineReached'), () => readConfiguration(deadline)),
    reactorPolicy: understood(nameOf('workspaceChanged'), () => readPolicy(reactor)),
    stage,
    clients,
    clock: local?.clock ?? systemClock,
  };
}

/** An older version of them may lack what ours reads, and the other way round. */
function understood<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    throw new InstallationError(
      `function ${name} is deployed with what is not understood: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

/**
 * The fleet's clock, if it is the local stack that answers there. It runs at any speed, or stands still, so it is asked again
 * and again: at more than a minute a second no wake-up can be armed in time, and Scheduler says so.
 */
async function findLocalStack(
  endpoint: string | undefined,
): Promise<{ clock: Pick<Clock, 'now'> } | undefined> {
  if (!endpoint) return undefined;
  let time = await localTime(endpoint);
  if (time === undefined) return undefined;
  setInterval(async () => {
    time = (await localTime(endpoint)) ?? time;
  }, ASK_EVERY_MS).unref();
  return { clock: { now: () => time ?? systemClock.now() } };
}

async function localTime(endpoint: string): Promise<number | undefined> {
  try {
    const answer = await fetch(endpoint, { signal: AbortSignal.timeout(LONGEST_ANSWER_MS) });
    const { now } = (await answer.json()) as { now?: unknown };
    return typeof now === 'number' ? now : undefined;
  } catch {
    return undefined;
  }
}
