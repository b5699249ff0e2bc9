import type { HistoryEntry } from '../core/history.ts';
import { plain } from './terminal.ts';
import { showTime } from './times.ts';

/**
 * An entry of the history as a line, e.g. `2026-01-31T12:00:00Z  archived   by policy, retention-free, idle 7.0 of 7.0 d,
 * 3 s late`.
 */
export function entryLine(entry: HistoryEntry): string {
  const { at, what, by, rule, matter, heldBackBy, loss, due, until, reason, latenessSeconds, settings } =
    entry;
  const parts = [
    `by ${plain(by)}`,
    loss && `will ${loss} at ${showTime(due ?? at)}`,
    matter && `${matter.replace('-', ' of ')} kept back: ${heldBackBy}`,
    rule,
    idleText(entry),
    until !== undefined && `until ${showTime(until)}`,
    latenessSeconds !== undefined && `${Math.round(latenessSeconds)} s late`,
    settings && plain(JSON.stringify(settings)),
    reason && plain(reason),
  ];
  return `${showTime(at)}  ${what.padEnd(15)} ${parts.filter(Boolean).join(', ')}`;
}

function idleText({ inputs }: HistoryEntry): string | undefined {
  if (!inputs) return undefined;
  const days = (seconds: number) => (seconds / 86_400).toFixed(1);
  const limit = inputs.idleLimitSeconds === undefined ? '' : ` of ${days(inputs.idleLimitSeconds)}`;
  return `idle ${days(inputs.idleSeconds)}${limit} d`;
}
