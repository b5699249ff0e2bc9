import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clients, createClients } from '../../../src/aws/clients.ts';
import { credentials } from '../../support/local-services.ts';

/** What the process is started with. */
export interface StackOrder {
  dataDirectory: string;
  /** Settings of the handlers, e.g. `ARCHIVE_NOTICE_HOURS`. */
  environment: Readonly<Record<string, string>>;
}

/** `settled`: answer once every record of every stream has been handled, and nothing else is under way. */
export type StackQuestion = 'settled' | 'stop';

export interface StackAnswer {
  /** Warnings and errors so far, of the handlers and of the stack. */
  problems: string[];
  rssMiB: number;
  mostRssMiB: number;
}

export interface StackPlace {
  /** Of the AWS endpoint. */
  url: string;
  /** Of the HTTP API. */
  httpUrl: string;
  scheduleGroup: string;
}

/** The local stack in a process of its own, seen from outside. */
export interface StackProcess extends StackPlace {
  clients: Clients;
  /** Resolves when nothing is in flight any more. Throws after a minute, and where the stack has had a problem. */
  settled(): Promise<StackAnswer>;
}

const START_LIMIT_MS = 30_000;
const SETTLED_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;

/**
 * Runs `work` with the whole local stack in real time: a process of its own, on free ports, its data in a temporary folder on disk.
 * Whatever happens, the process has ended and the folder is gone when this resolves or throws.
 */
export async function withStackProcess<T>(
  environment: StackOrder['environment'],
  work: (stack: StackProcess) => Promise<T>,
): Promise<T> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'workspace-cleanup-bench-'));
  const order: StackOrder = { dataDirectory, environment };
  const child = fork(fileURLToPath(new URL('stack-child.ts', import.meta.url)), [JSON.stringify(order)], {
    execArgv: ['--import', 'tsx'],
  });
  try {
    const place = (await messageOf(child, START_LIMIT_MS, 'start')) as StackPlace;
    const clients = createClients({ endpoint: place.url, region: 'us-east-1', credentials });
    const settled = () => ask(child, 'settled', SETTLED_LIMIT_MS);
    try {
      const result = await work({ ...place, clients, settled });
      await ask(child, 'stop', STOP_LIMIT_MS);
      return result;
    } finally {
      for (const client of Object.values(clients)) client.destroy();
    }
  } finally {
    await end(child);
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

async function ask(child: ChildProcess, question: StackQuestion, limitMs: number): Promise<StackAnswer> {
  child.send(question);
  const answer = (await messageOf(child, limitMs, question)) as StackAnswer;
  if (answer.problems.length > 0)
    throw new Error(`the stack says ${answer.problems.slice(0, 3).join('; ')}, expected no problem`);
  return answer;
}

async function messageOf(child: ChildProcess, limitMs: number, what: string): Promise<unknown> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), limitMs);
  const message = once(child, 'message', over);
  const exit = once(child, 'exit', over);
  try {
    const [first, signal] = await Promise.race([message, exit]);
    if (child.exitCode === null && child.signalCode === null) return first;
    throw new Error(`the stack's process has ended (${first ?? signal}), expected its answer to ${what}`);
  } catch (error) {
    if (!over.signal.aborted) throw error;
    throw new Error(`the stack has not answered to ${what} within ${limitMs} ms`, { cause: error });
  } finally {
    clearTimeout(timer);
    // The one that has lost the race is not waited for any longer.
    for (const waiting of [message, exit]) waiting.catch(() => {});
    over.abort();
  }
}

/** It ends by itself once the channel is closed; the engine and its containers end with it, however it ends. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const killing = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  if (child.connected) child.disconnect();
  await exited;
  clearTimeout(killing);
}
