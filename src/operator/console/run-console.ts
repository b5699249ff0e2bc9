import { createClients } from '../../aws/clients.ts';
import { processEnvironment } from '../../aws/environment.ts';
import { readOperatorConfiguration } from '../../core/configuration.ts';
import { operatorClock } from '../clock.ts';
import { startConsole } from './console.ts';
import type { ConsoleFlags } from './console-command.ts';
import { createConsolePorts } from './console-ports.ts';

/** How often the time of a local stack, which may run ahead, is asked for, in ms. */
const CLOCK_MS = 2_000;

/** Serves the console for the tables that the environment names, until it is told to end. Throws BadInputError. */
export async function runConsole(
  { port, readOnly, by, unitsPerSecond }: ConsoleFlags,
  print: (line: string) => void,
  ended: Promise<unknown>,
): Promise<void> {
  const environment = processEnvironment();
  const configuration = readOperatorConfiguration(environment);
  // The SDK for JavaScript does not read the variable that the AWS CLI does.
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  const { dynamodb } = createClients(region ? { region } : {});
  const endpoint = environment.AWS_ENDPOINT_URL;
  const clock = await followClock(endpoint);
  try {
    const running = await startConsole({
      ports: createConsolePorts(dynamodb, configuration, clock),
      port,
      readOnly,
      by,
      unitsPerSecond,
      place: endpoint ? new URL(endpoint).host : (region ?? 'the default Region'),
      table: configuration.workspaceStatusTable,
      onEntered: () => print(`opened; to open it elsewhere   ${running.link()}`),
    });
    print(`console   ${running.link()}`);
    print(`${readOnly ? 'read-only; ' : ''}on this machine alone; Ctrl-C ends it`);
    await ended;
    await running.close();
  } finally {
    clock.stop();
    dynamodb.destroy();
  }
}

/** The time by which operators' words are meant, asked for again and again where it is that of a local stack. */
async function followClock(endpoint: string | undefined): Promise<{ now(): number; stop(): void }> {
  let clock = await operatorClock(endpoint);
  const following = endpoint
    ? setInterval(async () => {
        clock = await operatorClock(endpoint);
      }, CLOCK_MS)
    : undefined;
  return { now: () => clock.now(), stop: () => clearInterval(following) };
}
