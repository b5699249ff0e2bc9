import { createClients } from '../../aws/clients.ts';
import { readOperatorConfiguration } from '../../core/configuration.ts';
import { operatorClock } from '../clock.ts';
import { connect } from '../connection.ts';
import { startConsole } from './console.ts';
import type { ConsoleFlags } from './console-command.ts';
import { createConsolePorts } from './console-ports.ts';

/** How often the time of a local stack, which may run ahead, is asked for, in ms. */
const CLOCK_MS = 2_000;

/** Serves the console for the installation that the flags name, until it is told to end. Throws BadInputError. */
export async function runConsole(
  { port, readOnly, by, unitsPerSecond, connection }: ConsoleFlags,
  print: (line: string) => void,
  ended: Promise<unknown>,
): Promise<void> {
  const { environment, options, stage, endpoint } = await connect(connection);
  const configuration = readOperatorConfiguration(environment);
  const { dynamodb } = createClients(options);
  const clock = await followClock(endpoint);
  try {
    const running = await startConsole({
      ports: createConsolePorts(dynamodb, configuration, clock),
      port,
      readOnly,
      by,
      unitsPerSecond,
      place: placeOf(endpoint, options.region, stage),
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

/** Where the fleet is, for the page's head. */
function placeOf(
  endpoint: string | undefined,
  region: string | undefined,
  stage: string | undefined,
): string {
  const place = endpoint ? new URL(endpoint).host : (region ?? 'the default Region');
  return stage === undefined ? place : `${stage}, ${place}`;
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
