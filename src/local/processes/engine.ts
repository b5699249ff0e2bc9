import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { lockDataDirectory } from '../storage/data-lock.ts';
import { type LeashedProcess, spawnOnLeash } from './leash.ts';

/** The DynamoDB engine, with its streams. */
export interface Engine {
  /** e.g. `http://127.0.0.1:40123` */
  readonly endpoint: string;
  /** Of the engine's process; undefined if somebody else runs it. */
  readonly pid: number | undefined;
  /** Stops the engine if we started it, and gives the data folder free. */
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Created if it does not exist. Locked against other processes until `close`, with any engine. */
  dataDirectory: string;
  /** An engine that already runs (`DYNAMODB_ENDPOINT`); then nothing is started. */
  endpoint?: string | undefined;
  /** Called if the engine ends by itself, with what it said. */
  onExit?: (error: Error) => void;
  /** e.g. `linux-x64`, this machine's unless a test says otherwise. */
  platform?: string;
}

/** The engine is up within some 20 ms; a machine under load may take a second. */
const START_LIMIT_MS = 15_000;
const POLL_MS = 10;

/** Between our finding a free port and the engine's taking it, somebody else may. */
const PORT_ATTEMPTS = 5;

/** SQLite needs a moment to fold its write-ahead log into the database. */
const STOP_GRACE_MS = 5_000;

/**
 * Starts the engine on a free port of the loopback interface and waits until it answers. Start it before
 * anything else that keeps files in the data folder, because it is what locks the folder.
 * Throws if the folder is in use, the engine is not installed for this platform, or it does not come up.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const unlock = lockDataDirectory(options.dataDirectory);
  try {
    if (options.endpoint) {
      return { endpoint: options.endpoint, pid: undefined, close: async () => unlock() };
    }
    const binary = locateEngine(options.platform);
    return await startOnFreePort(binary, options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

/** The path of the engine's binary for a platform, e.g. `linux-x64`. Throws, saying what to install. */
export function locateEngine(platform = `${process.platform}-${process.arch}`): string {
  const require = createRequire(import.meta.url);
  try {
    const binary = join(dirname(require.resolve(`@dynoxide/${platform}/package.json`)), 'dynoxide');
    if (existsSync(binary)) return binary;
  } catch {
    // Not installed; said below.
  }
  throw new Error(
    `The DynamoDB engine for ${platform} is not installed: run "npm install --no-save @dynoxide/${platform}", ` +
      'or set DYNAMODB_ENDPOINT to any other DynamoDB engine (DynamoDB Local, LocalStack).',
  );
}

async function startOnFreePort(binary: string, options: EngineOptions, unlock: () => void): Promise<Engine> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const database = join(resolve(options.dataDirectory), 'dynamodb.sqlite');
    const args = ['serve', '--host', '127.0.0.1', '--port', `${port}`, '--db-path', database];
    const child = await spawnOnLeash(binary, args, { cwd: options.dataDirectory, env: {} });
    const said = lastOutput(child);
    const endpoint = `http://127.0.0.1:${port}`;
    if (await comesUp(child, endpoint, said)) return running(child, endpoint, said, options, unlock);
    await child.stop({ termGraceMs: STOP_GRACE_MS });
    const portTaken = said().includes('in use');
    if (!portTaken || attempt === PORT_ATTEMPTS) {
      throw new Error(`The DynamoDB engine (${binary}) did not come up on port ${port}. It said: ${said()}`);
    }
  }
}

function running(
  child: LeashedProcess,
  endpoint: string,
  said: () => string,
  options: EngineOptions,
  unlock: () => void,
): Engine {
  let closing = false;
  void child.exited.then(({ code, signal }) => {
    if (closing) return;
    options.onExit?.(
      new Error(`The DynamoDB engine ended (${signal ?? `code ${code}`}). It said: ${said()}`),
    );
  });
  const close = async () => {
    closing = true;
    await child.stop({ termGraceMs: STOP_GRACE_MS });
    unlock();
  };
  return { endpoint, pid: child.pid, close };
}

/** Keeps what the engine said last, for error messages, and keeps its pipes from filling up. */
function lastOutput(child: LeashedProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text = (text + chunk).slice(-2000);
    });
  }
  return () => text.trim() || '(nothing)';
}

/** Whether it answers in time; false as soon as it has exited. */
async function comesUp(child: LeashedProcess, endpoint: string, said: () => string): Promise<boolean> {
  let alive = true;
  void child.exited.then(() => {
    alive = false;
  });
  const giveUpAt = performance.now() + START_LIMIT_MS;
  while (alive && performance.now() < giveUpAt) {
    const answered = await fetch(endpoint).then(
      (response) => response.ok,
      () => false,
    );
    // Whoever took the port before us would answer too; only ours says that it listens.
    if (answered && said().includes('listening')) return true;
    await wait(POLL_MS);
  }
  return false;
}

/** A port of loopback that nobody listens on, a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
