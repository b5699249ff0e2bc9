import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';

const BINARY = resolve(`node_modules/@dynoxide/${process.platform}-${process.arch}/dynoxide`);

/** The real DynamoDB engine, with its data in a directory of its own. */
export class TestEngine {
  readonly port: number;
  readonly database: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  private readonly directory: string;
  private process: ChildProcess | undefined;

  private constructor(port: number, directory: string) {
    this.port = port;
    this.directory = directory;
    const connection = {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    };
    this.database = new DynamoDBClient(connection);
    this.streams = new DynamoDBStreamsClient(connection);
  }

  /** Resolves when the engine listens. */
  static async start(): Promise<TestEngine> {
    const engine = new TestEngine(await freePort(), await mkdtemp(join(tmpdir(), 'engine-')));
    await engine.run();
    return engine;
  }

  /** Starts it on the same port and data after `kill`. */
  async run(): Promise<void> {
    const file = join(this.directory, 'data.db');
    const child = spawn(BINARY, ['serve', '--port', String(this.port), '--db-path', file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    let output = '';
    await new Promise<void>((listening, failed) => {
      child.once('exit', (code) => failed(new Error(`The engine ended with ${code}: ${output}`)));
      const read = (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('listening on')) listening();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
    });
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    this.database.destroy();
    this.streams.destroy();
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
