import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type Clients, createClients } from '../aws/clients.ts';
import { readConfiguration } from '../core/configuration.ts';
import type { ConfigurationParts } from '../core/configuration-parts.ts';
import { createFunctions } from '../functions/all.ts';
import type { World } from '../functions/definition.ts';
import type { Clock, Observer } from '../ports.ts';
import { type Cloud, startCloud } from './cloud.ts';
import { EventSources } from './event-sources.ts';
import { startHttpApi } from './http/http-api.ts';
import type { Listener } from './http/listen.ts';
import { Invoker, type InvokerOptions, type LocalFunction } from './invoker.ts';
import { deployedEnvironment, engineEndpoint, localEnvironment, prepareResources } from './resources.ts';
import { LOCAL_REGION } from './services/arn.ts';
import { deadLetterFile } from './storage/dead-letters.ts';
import { ensureTables } from './template/ensure-tables.ts';
import { readTemplate, type Template } from './template/template.ts';
import { type LocalClock, realTimeClock, SteppedClock } from './time/clock.ts';
import { ClockFile } from './time/clock-file.ts';
import { InFlight } from './time/in-flight.ts';

export interface StackOptions {
  /** Everything that the stack remembers is in this folder. */
  dataDirectory: string;
  /** Of the AWS endpoint; 0 takes any that is free. */
  port: number;
  /** Of the HTTP API; 0 takes any that is free. */
  httpPort: number;
  /** Fleet seconds per second; 1 is real time, `Infinity` jumps from event to event. */
  speed: number;
  /** Every firing of a schedule is delivered this many times. */
  deliveries: 1 | 2;
  /** Settings of the handlers and, as `DYNAMODB_ENDPOINT`, of the engine, e.g. the process's environment. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Where the handlers say what they do. */
  observer: Observer;
  /** Messages of the stack itself, e.g. a function that failed and will be tried again. */
  log: (message: string) => void;
  /** Called if the stack cannot go on, e.g. because its engine has ended. */
  onFailure: (error: Error) => void;
  /** False where nothing is to be called at a rate, e.g. the backstop each 15 minutes of many weeks. */
  hasRates?: boolean;
}

/** The whole system on this machine. */
export interface Stack extends Cloud {
  readonly httpUrl: string;
  /** How fast time passes, in fleet seconds per second, and on to the next alarm; undefined where it is real. */
  readonly pace: Pick<SteppedClock, 'speed' | 'step'> | undefined;
  readonly inFlight: InFlight;
  readonly configuration: ConfigurationParts;
  /** The folder of the file system in which homes are: `<clientId>/<userId>`. */
  readonly filesRoot: string;
  readonly clients: Clients;
  /** A further reader of a table's stream, with a checkpoint of its own under `name`. */
  follow: EventSources['follow'];
  /** Lets time pass. Call it when everything that sets alarms at start has done so. */
  run(): void;
  /** Instead of `run`, for a stack that is not in real time: lets it pass up to `time`, and what that causes happen. */
  advanceTo(time: number): Promise<void>;
  /** Ends everything that the stack has started. */
  stop(): Promise<void>;
}

const TEMPLATE = fileURLToPath(new URL('../../serverless.yml', import.meta.url));

/** Whoever reaches the endpoint is already on this machine; the SDK only wants to sign with something. */
const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Starts the services of AWS, the functions with their event sources, and the HTTP API, as serverless.yml describes
 * them. Nothing is left running if it fails.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const closing: (() => unknown)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    return await assemble(options, (close) => closing.push(close), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  options: StackOptions,
  onClose: (close: () => unknown) => void,
  stop: () => Promise<void>,
): Promise<Stack> {
  const { dataDirectory, environment, log } = options;
  const template = readTemplate(TEMPLATE, { environment, stage: 'local', region: LOCAL_REGION });
  const configuration = configurationOf(template, dataDirectory, () => api?.url);
  const inFlight = new InFlight();
  const deadLetters = deadLetterFile(join(dataDirectory, 'dead-letters.jsonl'), () => Date.now() / 1000);
  // The cloud calls the functions, and the functions call the cloud. Nothing fires before `run`.
  let deployed: Invoker | undefined;
  let sources: EventSources | undefined;
  let api: Listener | undefined;

  const cloud = await startCloud(
    {
      ...options,
      inFlight,
      deadLetters,
      engineEndpoint: engineEndpoint(environment),
      createClock: () => createClock(options, inFlight),
      functions: () => {
        if (!deployed) throw new Error('no function is deployed yet, expected nothing to call one before');
        return deployed;
      },
      onWritten: () => sources?.poke(),
    },
    onClose,
  );
  const { clock } = cloud;
  const access = { endpoint: cloud.url, region: template.region, credentials: LOCAL_CREDENTIALS };
  const clients = createClients(access);
  const streamArns = await ensureTables(clients.dynamodb, template.tables);
  await prepareResources(clients, cloud, configuration);

  const world = { clients, clock: withRealWaits(clock), observer: options.observer };
  const invoker = deploy(template, configuration, world, { failureDestination: deadLetters, inFlight, log });
  deployed = invoker;

  const eventSources = new EventSources({
    streams: new DynamoDBStreamsClient(access),
    streamArns,
    dataDirectory,
    invoker,
    deadLetters,
    inFlight,
    log,
  });
  sources = eventSources;
  onClose(() => eventSources.stop());
  const pace = clock instanceof SteppedClock ? clock : undefined;
  const { hasRates = true } = options;
  eventSources.start(hasRates ? template : { ...template, rates: [] }, clock, () => pace?.speed ?? 1);

  api = await startHttpApi({
    routes: template.routes,
    invoke: (name, event) => invoker.invokeSync(name, event),
    inFlight,
    port: options.httpPort,
    now: () => clock.now(),
    log,
  });
  onClose(() => api?.close());
  onClose(() => clock.stop());

  const run = () => {
    cloud.scheduler.start();
    pace?.run().catch(options.onFailure);
  };
  const advanceTo = async (time: number) => {
    cloud.scheduler.start();
    await pace?.advanceTo(time);
  };
  return {
    ...cloud,
    httpUrl: api.url,
    pace,
    inFlight,
    configuration,
    filesRoot: configuration.filesRoot,
    clients,
    follow: eventSources.follow.bind(eventSources),
    run,
    advanceTo,
    stop,
  };
}

/** The API's address is known once it listens; no container is started before. */
function configurationOf(
  template: Template,
  dataDirectory: string,
  apiUrl: () => string | undefined,
): ConfigurationParts {
  const configuration = readConfiguration(localEnvironment(template));
  return {
    ...configuration,
    filesRoot: join(dataDirectory, 'efs', configuration.fileSystemId, 'workspace'),
    get apiUrl() {
      return apiUrl();
    },
  };
}

/** All functions, ready to be called. On AWS the first mount of the access point makes its folder. */
function deploy(
  template: Template,
  configuration: ConfigurationParts,
  world: World,
  rest: Pick<InvokerOptions, 'failureDestination' | 'inFlight' | 'log'>,
): Invoker {
  mkdirSync(configuration.filesRoot, { recursive: true });
  const functions: object = createFunctions(configuration, world);
  return new Invoker({
    ...template,
    ...rest,
    settings: template.functions,
    environment: deployedEnvironment(template),
    functions: functions as Record<string, LocalFunction>,
  });
}

function createClock({ dataDirectory, speed }: StackOptions, inFlight: InFlight): LocalClock {
  const file = new ClockFile(dataDirectory);
  const realNow = Date.now() / 1000;
  if (speed !== 1) {
    const persist = (time: number) => file.writeTime(time);
    return new SteppedClock({ start: file.startOfStepped(realNow), speed, inFlight, persist });
  }
  const offset = file.offsetOfReal(realNow);
  file.writeOffset(offset);
  return realTimeClock(offset);
}

/** Containers stop in real time, whatever the fleet's clock does; and a person waits for them, so it looks ten times as often. */
function withRealWaits(clock: LocalClock): Clock {
  return {
    now: () => clock.now(),
    wait: async (seconds) => {
      await setTimeout(seconds * 100);
    },
    // A stepped clock stands still while a function runs.
    waitUntil: async (at) => {
      if (clock instanceof SteppedClock) return false;
      await new Promise<void>((resume) => void clock.wakeAt(at, resume));
      return true;
    },
  };
}
