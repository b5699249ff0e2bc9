import { quote } from '../core/describe-problems.ts';
import { BadInputError } from '../core/errors.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../core/policy.ts';
import { duration } from './console/say-time.ts';

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

/** What a span on the command line looks like. */
export const SPAN_EXPECTED = 'so many days or hours, e.g. 3d, 12h';

/** Seconds of a span as people write it. Throws BadInputError naming the flag. */
export function readSpan(flag: string, text: string): number {
  const [, count, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * UNITS[unit as keyof typeof UNITS];
  throw new BadInputError(`${flag} is ${quote(text)}, expected ${SPAN_EXPECTED}`);
}

/** A time for people, e.g. `2026-01-31T12:00:00Z`. */
export function showTime(epochSeconds: number): string {
  return `${new Date(Math.floor(epochSeconds) * 1_000).toISOString().slice(0, 19)}Z`;
}

/** A span for people, in its two largest units, e.g. `5 d 3 h`, `40 s`; seconds, at least 0, to the nearest. */
export function showSpan(seconds: number): string {
  return duration(Math.round(seconds));
}

/** How far a time is from now, e.g. `in 5 d 3 h`, `2 h ago`, `now`. */
export function showDistance(at: number, now: number): string {
  const seconds = Math.round(at - now);
  if (seconds === 0) return 'now';
  return seconds > 0 ? `in ${showSpan(seconds)}` : `${showSpan(-seconds)} ago`;
}
