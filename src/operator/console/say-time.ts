const UNITS = [
  { seconds: 86_400, name: 'd' },
  { seconds: 3_600, name: 'h' },
  { seconds: 60, name: 'min' },
  { seconds: 1, name: 's' },
] as const;

/** A length of time in its two largest units, e.g. `6 d 23 h`, `12 min 5 s`, `7 d`; less than a second is `0 s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex((unit) => whole >= unit.seconds);
  if (first === -1) return '0 s';
  const [large, small] = [UNITS[first], UNITS[first + 1]];
  if (large === undefined) return '0 s';
  const count = Math.floor(whole / large.seconds);
  const rest = small ? Math.floor((whole % large.seconds) / small.seconds) : 0;
  return rest > 0 && small ? `${count} ${large.name} ${rest} ${small.name}` : `${count} ${large.name}`;
}

/** A time for people, e.g. `2026-01-31 12:00:00 UTC`. */
export function inUtc(epochSeconds: number): string {
  return `${new Date(Math.floor(epochSeconds) * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
