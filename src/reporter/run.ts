import { join } from 'node:path';
import type { Way } from './delivery.ts';
import { findUnsavedWork } from './git.ts';
import { type Options, readOptions, runtimeFolder, USAGE, UsageError } from './options.ts';
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
  if (args.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  let options: Options;
  try {
    options = readOptions(args, env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`${error.message}\n\n${USAGE}`);
    return 2;
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

async function report(options: Options, env: Env, wayOut: WayOut): Promise<number> {
  const { command, intervalSeconds, idleSeconds, sources: uses, root } = options;
  const out = wayOut(env, options.runtimeFolder, REAL_TIME);
  let reporter: Reporter | undefined;
  if ('problem' in out) {
    // The workspace is worth more than the report on it: what was to be run is run.
    say(`${out.problem}: nothing is reported`);
    if (command.length === 0) return 2;
  } else {
    const { way } = out;
    const sources = sourcesOf(options, () => statusOf(reporter));
    const unsavedWork = uses.git ? () => findUnsavedWork(root) : undefined;
    reporter = createReporter({
      way,
      sources,
      intervalSeconds,
      idleSeconds,
      say,
      ...(unsavedWork && { unsavedWork }),
    });
  }
  const [program, ...rest] = command;
  const code = program === undefined ? await untilTold() : await wrap(program, rest, say);
  await reporter?.stop();
  if ('close' in out) out.close?.();
  return code;
}

function sourcesOf(options: Options, status: () => Record<string, unknown>): Source[] {
  const { root, ignore, sources, statusFile } = options;
  const time = REAL_TIME;
  const all: Source[] = [];
  if (sources.files) all.push(new FolderSource({ root, ignore, time, say }));
  if (sources.socket) all.push(new SocketSource({ path: socketIn(options.runtimeFolder), status, say }));
  if (sources.terminals) all.push(new TerminalSource({ time }));
  if (statusFile !== undefined) all.push(new StatusFileSource({ path: statusFile, time, say }));
  return all;
}

function statusOf(reporter: Reporter | undefined) {
  return { lastActivity: reporter?.lastActivity, isBehind: reporter?.isBehind };
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
