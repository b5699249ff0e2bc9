import { quote } from '../core/describe-problems.ts';
import { BadInputError } from '../core/errors.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../core/policy.ts';

/** What a time on the command line looks like. */
export const TIME_EXPECTED =
  'epoch seconds, a time with its offset, e.g. 2026-01-31T12:00:00Z, or from now on, e.g. +3d, +12h';

const UNITS = { d: DAY_SECONDS, h: HOUR_SECONDS } as const;

/** Whole epoch seconds of a time as people write it; `now` in epoch seconds. Throws BadInputError naming the flag. */
export function readTime(flag: string, text: string, now: number): number {
  const [, count, unit] = /^\+(\d{1,6})([dh])$/.exec(text) ?? [];
  if (count !== undefined) return Math.floor(now) + Number(count) * UNITS[unit as keyof typeof UNITS];
  if (/^\d{1,13}$/.test(text)) return Number(text);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const at = isTime ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return Math.floor(at / 1_000);
  throw new BadInputError(`${flag} is ${quote(text)}, expected ${TIME_EXPECTED}`);
}

/** A time for people, e.g. `2026-01-31T12:00:00Z`. */
export function showTime(epochSeconds: number): string {
  return `${new Date(Math.floor(epochSeconds) * 1_000).toISOString().slice(0, 19)}Z`;
}
