import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { processEnvironment } from '../aws/environment.ts';
import type { Observer } from '../ports.ts';
import { Chronicle } from './fleet/chronicle.ts';
import { Director } from './fleet/director.ts';
import { judgeTransitions, judgeWorld } from './fleet/judge.ts';
import { type LocalOptions, readOptions } from './options.ts';
import { jsonShow } from './show/json-show.ts';
import { linesShow } from './show/lines-show.ts';
import { liveShow } from './show/live-show.ts';
import { type Outcome, problemsOf, type Show } from './show/show.ts';
import { type Stack, startStack } from './stack.ts';
import { StackConsole } from './stack-console.ts';

// The SDK's notice about Node 20 is for developers of this project, not for people who look at a fleet.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** As shells say it: 128 and the number of SIGINT. */
const INTERRUPTED = 130;
/** Two signals within this time, in ms, are one. */
const SAME_SIGNAL_MS = 1_000;

function createShow({ json, once }: LocalOptions): Show {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  if (json) return jsonShow(print);
  if (once || !process.stdout.isTTY) return linesShow(print);
  const size = () => ({ columns: process.stdout.columns, rows: process.stdout.rows });
  return liveShow({ write: (text) => process.stdout.write(text), size });
}

/** The same show, which begins before it ends, and ends once. */
function endingOnce(show: Show): Show {
  let isOn = false;
  return {
    ...show,
    begin: (...given) => {
      isOn = true;
      show.begin(...given);
    },
    end: () => {
      if (isOn) show.end();
      isOn = false;
    },
  };
}

function observerOf(show: Show): Observer {
  return {
    info: (message, fields) => show.log('info', message, fields),
    warn: (message, fields) => show.log('warn', message, fields),
    error: (message, fields) => show.log('error', message, fields),
    count: (metric, value = 1) => show.count(metric, value),
  };
}

/** Runs until it is told to stop, or until the sample fleet has come to its end. Returns the exit code. */
async function run(
  options: LocalOptions,
  show: Show,
  stopped: Promise<number>,
  fail: (error: Error) => void,
): Promise<number> {
  const dataDirectory = resolve(options.data);
  const stack = await startStack({
    ...options,
    dataDirectory,
    deliveries: options.deliverTwice ? 2 : 1,
    environment: processEnvironment(),
    observer: observerOf(show),
    log: (message) => show.log('warn', message, {}),
    onFailure: fail,
  });
  const console = new StackConsole();
  const chronicle = await Chronicle.open(stack, dataDirectory, console.beside(show));
  const director = options.empty
    ? undefined
    : new Director(stack, dataDirectory, (scene) => show.scene(scene));
  try {
    show.begin(stack, director?.start, chronicle.rows);
    if (options.console) {
      const onLink = (link: string) => show.console(link);
      await console.open({ stack, chronicle, director, port: options.consolePort, onLink });
    }
    const finished = director?.play().then(() => judge(stack, director, chronicle, show));
    finished?.catch(fail);
    stack.run();
    if (!options.once || !finished) return await stopped;
    const outcome = await Promise.race([finished, stopped]);
    return typeof outcome === 'number' ? outcome : Math.min(1, problemsOf(outcome).length);
  } finally {
    await console.close();
    await stack.stop();
    director?.close();
    chronicle.close();
    show.end();
  }
}

async function judge(stack: Stack, director: Director, chronicle: Chronicle, show: Show): Promise<Outcome> {
  await stack.inFlight.settled();
  if (director.interventions > 0)
    show.log('warn', 'the fleet was changed by hand, so it need not be as the script says', {});
  const judgements = judgeTransitions(director, chronicle.transitions());
  const outcome = { judgements, problems: await judgeWorld(stack, chronicle.rows) };
  show.outcome(outcome);
  return outcome;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  let stop: (exitCode: number) => void = () => {};
  const stopped = new Promise<number>((resolveStop) => {
    stop = resolveStop;
  });
  const show = endingOnce(createShow(options));
  // However the process ends, the terminal is as it was.
  process.on('exit', () => show.end());
  let firstSignalAt: number | undefined;
  const onSignal = () => {
    firstSignalAt ??= performance.now();
    // Whoever asks twice will not wait. But one Ctrl-C may come twice: from the terminal, and from npm.
    if (performance.now() - firstSignalAt > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
    // Being stopped is how a stack ends, but not how a run to the end of the fleet does.
    stop(options.once ? INTERRUPTED : 0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  const fail = (error: Error) => {
    // What fails after that follows from it.
    if (process.exitCode === 1) return;
    process.exitCode = 1;
    process.stderr.write(`${error.message}\n`);
    stop(1);
  };
  return run(options, show, stopped, fail);
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    // Commander has said it already.
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
