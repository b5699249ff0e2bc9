import { type Clients, createClients } from '../../aws/clients.ts';
import { environmentOfFunction } from '../../aws/deployed-functions.ts';
import { processEnvironment, silenceNodeNotice } from '../../aws/environment.ts';
import { functionNameOf } from '../../aws/stage-functions.ts';
import { systemClock } from '../../aws/system-clock.ts';
import { type Configuration, readConfiguration, readPolicy } from '../../core/configuration.ts';
import { BadInputError, InstallationError } from '../../core/errors.ts';
import type { Policy } from '../../core/policy.ts';
import type { Clock } from '../../ports.ts';
import { localTime } from '../clock.ts';
import { clientOptionsOf } from '../connection.ts';
import type { ConnectionFlags } from '../connection-options.ts';

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
export async function connect({ stage: given, ...flags }: ConnectionFlags): Promise<Connection> {
  silenceNodeNotice();
  const environment = processEnvironment();
  const clients = createClients({ isPatient: true, ...clientOptionsOf(flags, environment) });
  const local = await findLocalStack(environment.AWS_ENDPOINT_URL);
  const stage = given ?? (local && LOCAL_STAGE);
  // What reads or arms a whole fleet is not to take the wrong one.
  if (stage === undefined)
    throw new BadInputError('which stage? Expected --stage <name>, as given to sls deploy');
  const nameOf = (name: string) => functionNameOf(stage, name);
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
  const ask = () => localTime(endpoint, AbortSignal.timeout(LONGEST_ANSWER_MS));
  let time = await ask();
  if (time === undefined) return undefined;
  setInterval(async () => {
    time = (await ask()) ?? time;
  }, ASK_EVERY_MS).unref();
  return { clock: { now: () => time ?? systemClock.now() } };
}
