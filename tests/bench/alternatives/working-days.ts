const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
/** What a drumbeat of the usual kind has between two beats, in seconds. */
export const DRUMBEAT_SECONDS = 60;
/** A working day: three sessions with a pause in between, in hours after its beginning; eight hours of work. */
const SESSIONS = [
  { from: 0, to: 3 },
  { from: 4, to: 7 },
  { from: 8, to: 10 },
] as const;
/** The first moment that is known of a day lies so far into it, in seconds: who commits has worked for a while. */
const BEFORE_FIRST_SECONDS = HOUR_SECONDS;

/** On how many days (UTC) the workspaces were in use, each counted for itself. */
export function activeDays(uses: ReadonlyMap<string, readonly number[]>): number {
  let days = 0;
  for (const times of uses.values()) days += firstOfEachDay(times).length;
  return days;
}

/** How often a container reports that says each minute of such a day that it is in use. */
export const DRUMBEATS_A_DAY = SESSIONS.reduce(
  (sum, { from, to }) => sum + ((to - from) * HOUR_SECONDS) / DRUMBEAT_SECONDS,
  0,
);

/**
 * The same people, each of whose days with a moment of use is a whole day of work: what a commit says is that somebody has
 * worked, not for how long. One use a minute; a day begins after the end of the one before.
 */
export function workingDays(uses: ReadonlyMap<string, readonly number[]>): Map<string, Iterable<number>> {
  return new Map(
    [...uses].map(([workspace, times]) => [workspace, { [Symbol.iterator]: () => worked(times) }]),
  );
}

function* worked(times: readonly number[]): Generator<number> {
  let workedUntil = 0;
  for (const first of firstOfEachDay(times)) {
    const begin = Math.max(first - BEFORE_FIRST_SECONDS, workedUntil);
    for (const { from, to } of SESSIONS)
      for (let at = from * HOUR_SECONDS; at < to * HOUR_SECONDS; at += DRUMBEAT_SECONDS) yield begin + at;
    workedUntil = begin + (SESSIONS.at(-1)?.to ?? 0) * HOUR_SECONDS;
  }
}

function firstOfEachDay(times: readonly number[]): number[] {
  const days = new Map<number, number>();
  for (const at of times) {
    const day = Math.floor(at / DAY_SECONDS);
    if (!days.has(day)) days.set(day, at);
  }
  return [...days.values()];
}
