import { DAY_SECONDS, type Policy, type Verdict } from '../../core/policy.ts';
import type { WorkspaceRow } from '../../core/workspace-row.ts';
import type { Scene } from '../fleet/script.ts';

const HOUR_SECONDS = 3_600;
const MINUTE_SECONDS = 60;

/** e.g. `12.40` days. */
export function inDays(seconds: number): string {
  return (seconds / DAY_SECONDS).toFixed(2);
}

/** A time as people read it, e.g. `2026-01-31 12:00:00`. UTC. */
export function inUtc(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** `now` as the fleet counts it: with a sample fleet its day, e.g. `day  7.00`; without one the time. */
export function timeOf(now: number, start: number | undefined): string {
  return start === undefined ? inUtc(now) : `day ${inDays(now - start).padStart(5)}`;
}

/** A length of time in its largest fitting unit, at most seven characters, e.g. `6.9 d`, `3.1 h`, `12 min`, `42 s`. */
export function inLargestUnit(seconds: number): string {
  if (seconds >= DAY_SECONDS) return `${(seconds / DAY_SECONDS).toFixed(1)} d`;
  if (seconds >= HOUR_SECONDS) return `${(seconds / HOUR_SECONDS).toFixed(1)} h`;
  if (seconds >= MINUTE_SECONDS) return `${Math.floor(seconds / MINUTE_SECONDS)} min`;
  return `${Math.ceil(seconds)} s`;
}

/** How fast the fleet's time passes, e.g. `1.0 d per second`. */
export function paceInWords(speed: number): string {
  if (speed === 0) return 'stopped';
  if (speed === 1) return 'real time';
  return `${speed < HOUR_SECONDS ? `${speed} s` : inLargestUnit(speed)} per second`;
}

/** The rule of a verdict in words, short enough for a column, e.g. `free, idle > 7 d`. */
export function ruleInWords({ rule }: Verdict, row: WorkspaceRow, policy: Policy): string {
  switch (rule) {
    case 'subscription-cancelled':
      return `cancelled, idle > ${policy.cancelledGraceDays} d`;
    case 'subscription-suspended':
      return `suspended, idle > ${policy.suspendedGraceDays} d`;
    case 'held':
      return `held: ${row.hold?.reason ?? 'no reason given'}`;
    case 'extended':
      return `extended: ${row.extension?.reason ?? 'no reason given'}`;
    case 'operator-request':
      return `asked for: ${row.requested?.reason ?? ''}`;
    case 'within-limits':
      return 'within its limits';
    default: {
      const days = row.retentionDays ?? policy.retentionDays[row.subscriptionTier];
      const limit = row.retentionDays === undefined ? row.subscriptionTier : 'own limit';
      return `${limit}, idle > ${days} d`;
    }
  }
}

/** What has been kept from happening, short enough for a column, e.g. `would archive`, `archive, paused`. */
export function heldBackInWords({ heldBack }: WorkspaceRow, now: number): string {
  if (!heldBack) return '';
  const { reason, until, matter } = heldBack;
  if (reason === 'observe') return `would ${matter.replace('-', ' ')}`;
  if (reason === 'budget' && until !== undefined) return `turn in ${inLargestUnit(until - now)}`;
  return `${matter.replace('notify-', 'notice ')}: ${reason}`;
}

/** What a scene does, in words; undefined where the rows tell it themselves. */
export function sceneInWords(scene: Scene): string | undefined {
  switch (scene.kind) {
    case 'billing':
    case 'stripe':
    case 'broken-row':
      return scene.note;
    case 'activity':
      return `${scene.workspace} is used`;
    case 'resume':
      return `the user of ${scene.workspace} is back`;
    // The history tells of these.
    case 'hold':
    case 'extend':
    case 'control':
    case 'provision':
      return undefined;
  }
}
