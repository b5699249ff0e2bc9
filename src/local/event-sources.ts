import { join } from 'node:path';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Invoker } from './invoker.ts';
import type { FailureDestination } from './storage/dead-letters.ts';
import { DurableMap } from './storage/durable-map.ts';
import { StreamPoller, type StreamPollerOptions } from './streams/poller.ts';
import type { StreamMapping, TemplateFunctions, TemplateRate } from './template/functions.ts';
import type { LocalClock } from './time/clock.ts';
import type { InFlight } from './time/in-flight.ts';

export interface EventSourcesOptions {
  streams: DynamoDBStreamsClient;
  /** By table name. */
  streamArns: ReadonlyMap<string, string>;
  /** How far each stream has been read is kept here. */
  dataDirectory: string;
  invoker: Invoker;
  deadLetters: FailureDestination;
  inFlight: InFlight;
  log: (message: string) => void;
}

/** A clock that jumps from event to event is not to be stopped more often than weekly by what normally finds nothing. */
const JUMPING_SECONDS = 7 * 86_400;

/** A reader of a stream that never gives a record up. */
const PATIENT_READER = {
  batchSize: 1_000,
  batchWindowSeconds: 0,
  parallelizationFactor: 1,
  bisect: false,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  reportsBatchItemFailures: false,
};

/** What calls functions without being asked: streams and rates. */
export class EventSources {
  private readonly options: EventSourcesOptions;
  private readonly checkpoints: DurableMap<string>;
  private readonly pollers: StreamPoller[] = [];

  constructor(options: EventSourcesOptions) {
    this.options = options;
    this.checkpoints = new DurableMap(join(options.dataDirectory, 'stream-checkpoints.jsonl'));
  }

  /** Connects every stream and rate of the template to its function; `speed` says fleet seconds per second. */
  start({ streamMappings, rates }: TemplateFunctions, clock: LocalClock, speed: () => number): void {
    for (const mapping of streamMappings) this.map(mapping);
    for (const rate of rates) this.repeat(rate, clock, speed);
  }

  /** A further reader of a table's stream, with a checkpoint of its own under `name`. */
  follow(tableName: string, name: string, read: StreamPollerOptions['invoke']): void {
    this.read({ ...PATIENT_READER, tableName, functionName: name }, read);
  }

  /** Looks for new records at once. */
  poke(): void {
    for (const poller of this.pollers) poller.poke();
  }

  async stop(): Promise<void> {
    await Promise.all(this.pollers.map((poller) => poller.stop()));
    this.checkpoints.close();
  }

  private map(mapping: StreamMapping): void {
    this.read(mapping, (name, event) => this.options.invoker.invokeSync(name, event));
  }

  /** Calls the function of the rate, but at most once a real second, however fast the clock. */
  private repeat(rate: TemplateRate, clock: LocalClock, speed: () => number): void {
    const everySeconds = Math.max(rate.everySeconds, speed() === Infinity ? JUMPING_SECONDS : speed());
    clock.wakeAt(clock.now() + everySeconds, () => {
      this.options.invoker
        .invokeAsync(rate.functionName, {})
        .catch((error) => this.options.log(String(error)));
      this.repeat(rate, clock, speed);
    });
  }

  private read(mapping: StreamMapping, invoke: StreamPollerOptions['invoke']): void {
    const { streams, streamArns, deadLetters, inFlight, log } = this.options;
    const streamArn = streamArns.get(mapping.tableName);
    if (streamArn === undefined) {
      throw new Error(`table ${mapping.tableName} has no stream, expected one for ${mapping.functionName}`);
    }
    const poller = new StreamPoller({
      client: streams,
      streamArn,
      // A person is waiting here, and the fleet's clock with it.
      mapping: { ...mapping, batchWindowSeconds: 0 },
      invoke,
      checkpoints: this.checkpoints,
      failureDestination: ({ functionName, records, attempts }, reason) =>
        deadLetters({ functionName, reason, attempts, error: 'see the log', payload: { Records: records } }),
      inFlight,
      log,
    });
    this.pollers.push(poller);
    poller.start();
  }
}
