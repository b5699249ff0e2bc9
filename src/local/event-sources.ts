import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Invoker } from './invoker.ts';
import type { FailureDestination } from './storage/dead-letters.ts';
import type { DurableMap } from './storage/durable-map.ts';
import { StreamPoller, type StreamPollerOptions } from './streams/stream-poller.ts';
import type { StreamMapping, TemplateRate } from './template/template-functions.ts';
import type { LocalClock } from './time/clock.ts';
import type { InFlight } from './time/in-flight.ts';

export interface EventSourcesOptions {
  streams: DynamoDBStreamsClient;
  /** By table name. */
  streamArns: ReadonlyMap<string, string>;
  checkpoints: DurableMap<string>;
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
  private readonly pollers: StreamPoller[] = [];

  constructor(options: EventSourcesOptions) {
    this.options = options;
  }

  /** Calls the function of the mapping with the records of its table. */
  map(mapping: StreamMapping): void {
    this.read(mapping, (name, event) => this.options.invoker.invokeSync(name, event));
  }

  /** A further reader of a table's stream, with a checkpoint of its own under `name`. */
  follow(tableName: string, name: string, read: StreamPollerOptions['invoke']): void {
    this.read({ ...PATIENT_READER, tableName, functionName: name }, read);
  }

  /** Calls the function of the rate, but at most once a real second, however fast the clock; `speed` in fleet seconds. */
  repeat(rate: TemplateRate, clock: LocalClock, speed: number): void {
    const everySeconds = Math.max(rate.everySeconds, speed === Infinity ? JUMPING_SECONDS : speed);
    clock.wakeAt(clock.now() + everySeconds, () => {
      this.options.invoker
        .invokeAsync(rate.functionName, {})
        .catch((error) => this.options.log(String(error)));
      this.repeat(rate, clock, speed);
    });
  }

  /** Looks for new records at once. */
  poke(): void {
    for (const poller of this.pollers) poller.poke();
  }

  async stop(): Promise<void> {
    await Promise.all(this.pollers.map((poller) => poller.stop()));
  }

  private read(mapping: StreamMapping, invoke: StreamPollerOptions['invoke']): void {
    const { streams, streamArns, checkpoints, deadLetters, inFlight, log } = this.options;
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
      checkpoints,
      failureDestination: ({ functionName, records, attempts }, reason) =>
        deadLetters({ functionName, reason, attempts, error: 'see the log', payload: { Records: records } }),
      inFlight,
      log,
    });
    this.pollers.push(poller);
    poller.start();
  }
}
