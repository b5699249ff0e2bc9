import pc from 'picocolors';
import type { Lifecycle } from '../../core/workspace-row.ts';
import type { Fields } from '../../ports.ts';
import type { Transition } from '../fleet/chronicle.ts';
import type { Level } from './show.ts';
import { inLargestUnit, timeOf } from './words.ts';

/** So that the lines below each other read as columns; e.g. `umbrella/uma` has twelve characters. */
const WORKSPACE_WIDTH = 13;
const BECOMES_WIDTH = 10;

/** How a state is shown wherever one is. */
export const LIFECYCLE_COLOURS: Readonly<Record<Lifecycle, (text: string) => string>> = {
  active: pc.green,
  archiving: pc.cyan,
  archived: pc.yellow,
  restoring: pc.cyan,
  terminating: pc.cyan,
  terminated: pc.red,
};

/** A line with its time, e.g. `day  7.00  acme/ada …`. `start` is the sample fleet's first second, if there is one. */
export function datedLine(text: string, now: number, start: number | undefined): string {
  return `${pc.cyan(timeOf(now, start))}  ${text}`;
}

/** The line of a transition, e.g. `acme/ada      archived   retention-free, 0 s after its deadline`. */
export function transitionLine({ workspace, becomes, rule, since, at }: Transition): string {
  const restored = becomes === 'active';
  const what = restored ? 'restored' : becomes;
  const why = restored
    ? 'access given back'
    : `${rule}, ${lateness(Math.max(0, at - since))} after its deadline`;
  const colour = LIFECYCLE_COLOURS[becomes];
  return `${bold(workspace)} ${colour(what.padEnd(BECOMES_WIDTH))} ${pc.dim(why)}`;
}

/** The line of a message of the handlers or the stack; undefined if it is none that a person should see. */
export function logLine(level: Level, message: string, fields: Fields): string | undefined {
  if (level === 'info') return undefined;
  const { clientId, userId, ...rest } = fields;
  const workspace = [clientId, userId].filter((id) => id !== undefined).join('/');
  const colour = level === 'error' ? pc.red : pc.yellow;
  const details = detailsOf(rest);
  return `${bold(workspace)} ${colour(message)}${details === '' ? '' : pc.dim(`: ${details}`)}`;
}

/** In seconds, as far as that says something. */
function lateness(seconds: number): string {
  return seconds < 1_000 ? `${seconds.toFixed(0)} s` : inLargestUnit(seconds);
}

/** A name at the beginning of a line. */
export function bold(workspace: string): string {
  return pc.bold(workspace.padEnd(WORKSPACE_WIDTH));
}

/** What is wrong, if the fields say so; else all of them. */
function detailsOf({ problems, error, ...rest }: Fields): string {
  if (Array.isArray(problems)) return problems.join('; ');
  if (error !== undefined) return error instanceof Error ? error.message : String(error);
  return Object.keys(rest).length > 0 ? JSON.stringify(rest) : '';
}
