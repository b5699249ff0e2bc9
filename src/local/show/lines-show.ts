import pc from 'picocolors';
import { DAY_SECONDS } from '../../core/policy.ts';
import type { Fields } from '../../ports.ts';
import type { Transition } from '../fleet/chronicle.ts';
import type { Stack } from '../stack.ts';
import type { Level, Show } from './show.ts';
import { summaryOf } from './summary.ts';
import { inUtc, sceneInWords } from './words.ts';

const COLOURS: Record<string, (text: string) => string> = {
  archived: pc.yellow,
  terminated: pc.red,
  active: pc.green,
};

/** The line of a transition, e.g. `acme/ada       archived    retention-free, 0 s after its deadline`. */
export function transitionLine({ workspace, becomes, rule, since, at }: Transition): string {
  const colour = COLOURS[becomes] ?? String;
  const why =
    becomes === 'active'
      ? 'access given back'
      : `${rule}, ${Math.max(0, at - since).toFixed(0)} s after its deadline`;
  return `${pc.bold(workspace.padEnd(13))} ${colour((becomes === 'active' ? 'restored' : becomes).padEnd(10))} ${pc.dim(why)}`;
}

/** The line of a message of the handlers or the stack, if it is one that a person should see. */
export function logLine(level: Level, message: string, fields: Fields): string | undefined {
  if (level === 'info') return undefined;
  const { clientId, userId, problems, error, ...rest } = fields;
  const workspace = clientId === undefined ? '' : `${clientId}${userId === undefined ? '' : `/${userId}`}`;
  const why = Array.isArray(problems) ? problems.join('; ') : error instanceof Error ? error.message : error;
  const details = why ?? (Object.keys(rest).length > 0 ? JSON.stringify(rest) : '');
  const colour = level === 'error' ? pc.red : pc.yellow;
  return `${pc.bold(workspace.padEnd(13))} ${colour(message)} ${pc.dim(String(details))}`.trimEnd();
}

/** What happens, a line each: for terminals without cursor, logs and pipes. */
export function linesShow(print: (line: string) => void): Show {
  let stack: Stack | undefined;
  let start: number | undefined;
  const say = (text: string) => print(`${pc.cyan(timeOf(stack, start))}  ${text}`);
  return {
    begin: (running, fleetStart) => {
      stack = running;
      start = fleetStart;
      print(`AWS endpoint ${running.url}   HTTP API ${running.httpUrl}`);
    },
    scene: (scene) => {
      const words = sceneInWords(scene);
      if (words) say(words);
    },
    change: (_, transition) => {
      if (transition) say(transitionLine(transition));
    },
    log: (level, message, fields) => {
      const line = logLine(level, message, fields);
      if (line) say(line);
    },
    count: () => {},
    outcome: (outcome) => print(summaryOf(outcome, start ?? 0)),
    end: () => {},
  };
}

/** With a sample fleet its day, e.g. `day  7.00`; without one the time. */
export function timeOf(stack: Stack | undefined, start: number | undefined): string {
  if (!stack) return '';
  const now = stack.clock.now();
  return start === undefined ? inUtc(now) : `day ${((now - start) / DAY_SECONDS).toFixed(2).padStart(5)}`;
}
