import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type Engine, startEngine } from '../../src/local/processes/engine.ts';

/** The real DynamoDB engine, with its data in a directory of its own. */
export class TestEngine {
  readonly database: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  private readonly dataDirectory: string;
  private engine: Engine;

  private constructor(dataDirectory: string, engine: Engine) {
    this.dataDirectory = dataDirectory;
    this.engine = engine;
    const connection = {
      // Asked at every request: after a restart the engine is on another port.
      endpoint: async () => endpointOf(this.engine),
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    };
    this.database = new DynamoDBClient(connection);
    this.streams = new DynamoDBStreamsClient(connection);
  }

  /** Resolves when the engine answers. */
  static async start(): Promise<TestEngine> {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'workspace-cleanup-'));
    return new TestEngine(dataDirectory, await startEngine({ dataDirectory }));
  }

  /** Starts it on the same data after `kill`. */
  async run(): Promise<void> {
    this.engine = await startEngine({ dataDirectory: this.dataDirectory });
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    if (this.engine.pid !== undefined) process.kill(this.engine.pid, 'SIGKILL');
    await this.engine.close();
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    this.database.destroy();
    this.streams.destroy();
    await this.engine.close();
    await rm(this.dataDirectory, { recursive: true, force: true });
  }
}

function endpointOf({ endpoint }: Engine) {
  const { protocol, hostname, port } = new URL(endpoint);
  return { protocol, hostname, port: Number(port), path: '/' };
}
