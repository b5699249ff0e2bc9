import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type DiscardedBatch, StreamPoller } from '../local/streams/poller.ts';
import { InFlight } from '../local/time/in-flight.ts';
import { BundleProcess } from './bundle-process.ts';
import type { DeployedCode } from './deployed-code.ts';
import type { DeployedFunctions } from './deployed-functions.ts';
import { SmokeFailure, type StageFunctions } from './ports.ts';
import type { DeployedMapping } from './stream-mappings.ts';

export interface PlayedFunctionsOptions {
  functions: Pick<DeployedFunctions, 'get'>;
  code: Pick<DeployedCode, 'folderOf'>;
  /** What Lambda gives a function beside its own variables: Region, credentials; and where its calls are to go. */
  environment: Record<string, string>;
  /** Told what goes wrong and is tried again, e.g. a stream that cannot be read. */
  log(message: string): void;
}

/** How often a stream is read, in ms: DynamoDB lets a shard be read five times a second. */
const READ_EVERY_MS = 250;
const MOST_RETRIES = 2;

/** Lambda's part, for an endpoint that does not play it: runs the deployed code with its deployed environment, here. */
export class PlayedFunctions implements StageFunctions {
  private readonly options: PlayedFunctionsOptions;
  private readonly processes = new Map<string, Promise<BundleProcess>>();
  private readonly failures: string[] = [];
  private readonly inFlight = new InFlight();
  private pollers: StreamPoller[] = [];

  constructor(options: PlayedFunctionsOptions) {
    this.options = options;
  }

  async call(name: string, event: unknown): Promise<unknown> {
    try {
      return await this.run(name, event);
    } catch (error) {
      throw new SmokeFailure(`function ${name}, run here: ${error instanceof Error ? error.message : error}`);
    }
  }

  async settle(): Promise<readonly string[]> {
    for (const poller of this.pollers) poller.poke();
    await this.inFlight.settled();
    return this.failures;
  }

  /**
   * The part of Lambda's event source mappings: reads each stream through the endpoint, as the mapping says, and gives the
   * records to its function. Reads from the beginning, so what was written before is handled as well.
   */
  readStreams(mappings: readonly DeployedMapping[], client: DynamoDBStreamsClient): void {
    const checkpoints = new Map<string, string>();
    this.pollers = mappings.map(
      ({ streamArn, mapping }) =>
        new StreamPoller({
          client,
          streamArn,
          // A person is waiting here: what fails a third time is told at once.
          mapping: { ...mapping, batchWindowSeconds: 0, maximumRetryAttempts: MOST_RETRIES },
          invoke: (name, event) => this.run(name, event),
          checkpoints,
          failureDestination: (batch, reason) => this.noteFailure(batch, reason),
          inFlight: this.inFlight,
          idleMs: READ_EVERY_MS,
          log: this.options.log,
        }),
    );
    for (const poller of this.pollers) poller.start();
  }

  /** Reads no stream any more, and ends the functions' processes. */
  async stop(): Promise<void> {
    await Promise.all(this.pollers.map((poller) => poller.stop()));
    const started = await Promise.allSettled(this.processes.values());
    await Promise.all(started.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
  }

  private async run(name: string, event: unknown): Promise<unknown> {
    const process = this.processes.get(name) ?? this.prepare(name);
    this.processes.set(name, process);
    return (await process).invoke(event);
  }

  private async noteFailure(
    { functionName, records, attempts }: DiscardedBatch,
    reason: string,
  ): Promise<void> {
    const said = (await this.processes.get(functionName)?.catch(() => undefined))?.said ?? '';
    const what = `has not taken ${records.length} records after ${attempts} attempts: ${reason}`;
    this.failures.push(`function ${functionName}, run here, ${what}\n${said}`.trim());
  }

  private async prepare(name: string): Promise<BundleProcess> {
    const { functions, code, environment } = this.options;
    const deployed = await functions.get(name);
    const { handler, timeoutSeconds } = deployed;
    return new BundleProcess({
      folder: await code.folderOf(deployed),
      handler,
      timeoutSeconds,
      environment: { ...deployed.environment, ...environment, AWS_LAMBDA_FUNCTION_NAME: deployed.fullName },
    });
  }
}
