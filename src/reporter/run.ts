import { join, resolve } from 'node:path';
import type { Way } from './delivery.ts';
import { findUnsavedWork } from './git.ts';
import { type Options, readOptions, runtimeFolder, splitCommand, USAGE, UsageError } from './options.ts';
import { createReporter, type Reporter, type Source } from './reporter.ts';
import { FolderSource } from './sources/folder.ts';
import { SocketSource, touchThrough } from './sources/socket.ts';
import { StatusFileSource } from './sources/status-file.ts';
import { TerminalSource } from './sources/terminals.ts';
import { REAL_TIME, type Time } from './time.ts';
import { wrap } from './wrap.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** How reports leave this container; undefined where it is not said, with the reason. */
export type WayOut = (
  env: Env,
  runtimeFolder: string,
  time: Time,
) => { way: Way; close?: () => void } | { problem: string };

/** Without signals to end it, it ends when the command does; without a command, when it is told to. */
const ENDED_BY: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

const say = (line: string) => void process.stderr.write(`workspace-reporter: ${line}\n`);

/** The program. Resolves with its exit code. */
export async function run(args: readonly string[], env: Env, wayOut: WayOut): Promise<number> {
  if (args[0] === 'touch') return touch(env);
  const { own, command } = splitCommand(args);
  if (own.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  let options: Options;
  try {
    options = readOptions(args, env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`${error.message}: nothing is reported\n\n${USAGE}`);
    return runWithout(command);
  }
  return report(options, env, wayOut);
}

async function touch(env: Env): Promise<number> {
  try {
    await touchThrough(socketIn(runtimeFolder(env)));
    return 0;
  } catch (error) {
    say((error as Error).message);
    return 1;
  }
}

/** The workspace is worth more than the report on it: what was to be run is run. */
async function runWithout([program, ...args]: readonly string[]): Promise<number> {
  return program === undefined ? 2 : wrap(program, args, say);
}

async function report(options: Options, env: Env, wayOut: WayOut): Promise<number> {
  const { command, intervalSeconds, idleSeconds, sources: uses, root } = options;
  const out = wayOut(env, options.runtimeFolder, REAL_TIME);
  if ('problem' in out) {
    say(`${out.problem}: nothing is reported`);
    return runWithout(command);
  }
  const unsavedWork = uses.git ? () => findUnsavedWork(root) : undefined;
  const reporter: Reporter = createReporter({
    way: out.way,
    sources: sourcesOf(options, () => statusOf(reporter)),
    intervalSeconds,
    idleSeconds,
    say,
    ...(unsavedWork && { unsavedWork }),
  });
  // From then on nothing is use: what a program writes when it is told to end would be the last words that bring it back.
  for (const signal of ENDED_BY) process.once(signal, () => void reporter.stop());
  const [program, ...rest] = command;
  const code = program === undefined ? await untilTold() : await wrap(program, rest, say);
  await reporter.stop();
  out.close?.();
  return code;
}

function sourcesOf(options: Options, status: () => Record<string, unknown>): Source[] {
  const { root, ignore, sources, statusFile, runtimeFolder: own } = options;
  const time = REAL_TIME;
  const all: Source[] = [];
  // What this or another program of ours writes by itself is no use.
  const except = [own, ...(statusFile === undefined ? [] : [statusFile])].map((path) => resolve(path));
  if (sources.files) all.push(new FolderSource({ root, ignore, except, time, say }));
  if (sources.socket) all.push(new SocketSource({ path: socketIn(options.runtimeFolder), status, say }));
  if (sources.terminals) all.push(new TerminalSource({ time }));
  if (statusFile !== undefined) all.push(new StatusFileSource({ path: statusFile, time, say }));
  return all;
}

function statusOf({ lastActivity, isBehind }: Reporter) {
  return { lastActivity, isBehind };
}

function socketIn(folder: string): string {
  return join(folder, 'reporter.sock');
}

function untilTold(): Promise<number> {
  return new Promise((resolve) => {
    // Timers and watches keep nothing alive by themselves.
    const staying = setInterval(() => {}, 2 ** 30);
    for (const signal of ENDED_BY)
      process.once(signal, () => {
        clearInterval(staying);
        resolve(0);
      });
  });
}
