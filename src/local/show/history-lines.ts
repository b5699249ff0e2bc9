import pc from 'picocolors';
import type { HistoryEntry } from '../../core/history.ts';
import { bold } from './event-lines.ts';
import { inLargestUnit, inUtc } from './words.ts';

const WHAT_WIDTH = 10;

/** What kept something from happening, in words. */
const BY: Record<NonNullable<HistoryEntry['heldBackBy']>, string> = {
  off: 'enforcement is off',
  observe: 'observed only',
  paused: 'the cleanup is paused',
  'control-invalid': 'CleanupControl is not understood',
  budget: 'the hour is full',
};

/**
 * The line of an entry of the history, e.g. `acme/ada  expiring   archive in 1.0 d`; undefined for a transition, which has a
 * line of its own.
 */
export function historyLine(entry: HistoryEntry): string | undefined {
  switch (entry.what) {
    case 'expiring':
      return line(entry, pc.yellow('expiring'.padEnd(WHAT_WIDTH)), expiringText(entry));
    case 'held-back':
      return line(entry, pc.magenta('held back'.padEnd(WHAT_WIDTH)), heldBackText(entry));
    case 'held':
    case 'extended':
      return line(entry, pc.cyan(entry.what.padEnd(WHAT_WIDTH)), keepingText(entry));
    case 'requested':
      return line(
        entry,
        pc.cyan(entry.what.padEnd(WHAT_WIDTH)),
        `${entry.loss}, by ${entry.by}: ${entry.reason}`,
      );
    case 'released':
    case 'returned':
      return line(entry, pc.cyan(entry.what.padEnd(WHAT_WIDTH)), `by ${entry.by}`);
    case 'paused':
      return systemLine(pc.red('PAUSED'), `by ${entry.by}: ${entry.reason ?? ''}`);
    case 'unpaused':
      return systemLine(pc.green('resumed'), `by ${entry.by}`);
    case 'control-changed':
      return systemLine(pc.cyan('control'), `${JSON.stringify(entry.settings ?? {})}, by ${entry.by}`);
    default:
      return undefined;
  }
}

function line({ workspace }: HistoryEntry, what: string, text: string): string {
  return `${bold(workspace)} ${what} ${pc.dim(text)}`;
}

function systemLine(what: string, text: string): string {
  return `${bold('the cleanup')} ${what} ${pc.dim(text)}`;
}

function expiringText({ loss, due, at, rule }: HistoryEntry): string {
  return `${loss} in ${inLargestUnit(Math.max(0, (due ?? at) - at))}, ${rule}`;
}

function heldBackText({ matter, heldBackBy, until, rule }: HistoryEntry): string {
  const turn = until === undefined ? '' : `, its turn is at ${inUtc(until)}`;
  const what = matter?.startsWith('notify-') ? `notice of ${matter.slice('notify-'.length)}` : matter;
  return `${what}, ${rule}: ${heldBackBy ? BY[heldBackBy] : ''}${turn}`;
}

function keepingText({ by, reason, until }: HistoryEntry): string {
  const end = until === undefined ? 'until it is released' : `until ${inUtc(until)}`;
  return `${end}, by ${by}: ${reason ?? ''}`;
}
