import { startEndpoint } from './http/endpoint.ts';
import { startEngine } from './processes/engine.ts';
import { createEcs, type Ecs } from './services/ecs.ts';
import { createEfs, type Efs } from './services/efs.ts';
import { createEventBridge, type EventBridge } from './services/eventbridge.ts';
import { createLambda, type FunctionEnvironment, type LambdaFunctions } from './services/lambda.ts';
import { createScheduler, type Scheduler } from './services/scheduler.ts';
import { createSecretsManager, type SecretsManager } from './services/secrets-manager.ts';
import type { FailureDestination } from './storage/dead-letters.ts';
import type { LocalClock } from './time/clock.ts';
import type { InFlight } from './time/in-flight.ts';

export interface CloudOptions {
  dataDirectory: string;
  /** 0 takes any that is free. */
  port: number;
  /** A DynamoDB engine that already runs; without it one is started. */
  engineEndpoint: string | undefined;
  createClock: () => LocalClock;
  inFlight: InFlight;
  /** Every firing of a schedule is delivered this many times. */
  deliveries: 1 | 2;
  /** The functions that are deployed. Throws if there are none yet. */
  functions: () => LambdaFunctions;
  /** What they were given. */
  functionEnvironment: () => FunctionEnvironment;
  deadLetters: FailureDestination;
  log: (message: string) => void;
  /** Called after each write to a table. */
  onWritten: () => void;
  /** Called if the engine ends by itself. */
  onFailure: (error: Error) => void;
}

/** The services of AWS that the system uses, on this machine. */
export interface Cloud {
  readonly url: string;
  readonly clock: LocalClock;
  readonly ecs: Ecs;
  readonly efs: Efs;
  readonly scheduler: Scheduler;
  readonly events: EventBridge;
  readonly secrets: SecretsManager;
}

/** Starts them one on top of the other; `onClose` collects what ends each of them, to be called in reverse order. */
export async function startCloud(
  options: CloudOptions,
  onClose: (close: () => unknown) => void,
): Promise<Cloud> {
  const { dataDirectory, inFlight, deliveries, onFailure } = options;
  const engine = await startEngine({ dataDirectory, endpoint: options.engineEndpoint, onExit: onFailure });
  onClose(() => engine.close());
  const clock = options.createClock();
  const efs = createEfs({ dataDirectory, clock });
  onClose(() => efs.close());
  const ecs = createEcs({ dataDirectory, clock, inFlight, efs });
  onClose(() => ecs.close());
  const scheduler = createScheduler({
    dataDirectory,
    clock,
    inFlight,
    deliveries,
    invoke: async (arn, input) => options.functions().invokeAsync(arn, JSON.parse(input)),
    deadLetter: ({ request }, payload, error) =>
      options.deadLetters({
        functionName: request.Target.Arn,
        reason: 'RetriesExhausted',
        attempts: 1 + (request.Target.RetryPolicy?.MaximumRetryAttempts ?? 185),
        error: String(error),
        payload,
      }),
  });
  const events = createEventBridge({ dataDirectory, clock });
  const secrets = createSecretsManager(dataDirectory, clock);
  onClose(() => secrets.close());
  const endpoint = await startEndpoint({
    engineUrl: engine.endpoint,
    inFlight,
    port: options.port,
    ecs: ecs.service,
    efs: efs.service,
    scheduler: scheduler.service,
    events: events.service,
    secrets: secrets.service,
    lambda: createLambda(options.functions, options.log, options.functionEnvironment),
    status: () => ({ now: clock.now() }),
    onWritten: options.onWritten,
  });
  onClose(() => endpoint.close());
  // Before the endpoint: handlers that are still at work need it.
  onClose(() => scheduler.close());
  return { url: endpoint.url, clock, ecs, efs, scheduler, events, secrets };
}
