import { DAY_SECONDS, type Policy, type Verdict } from '../../core/policy.ts';
import type { WorkspaceRow } from '../../core/workspace-row.ts';
import type { Scene } from '../fleet/script.ts';

/** e.g. `12.40` days. */
export function inDays(seconds: number): string {
  return (seconds / DAY_SECONDS).toFixed(2);
}

/** A time as people read it, e.g. `2026-01-31 12:00:00`. UTC. */
export function inUtc(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** A length of time in its largest fitting unit, e.g. `6.9 d`, `3.1 h`, `42 s`. */
export function inLargestUnit(seconds: number): string {
  if (seconds >= DAY_SECONDS) return `${(seconds / DAY_SECONDS).toFixed(1)} d`;
  if (seconds >= 3_600) return `${(seconds / 3_600).toFixed(1)} h`;
  if (seconds >= 60) return `${(seconds / 60).toFixed(1)} min`;
  return `${Math.ceil(seconds)} s`;
}

/** How fast the fleet's time passes, e.g. `1.0 d per second`. */
export function paceInWords(speed: number): string {
  return speed === 1 ? 'real time' : `${inLargestUnit(speed)} per second`;
}

/** The rule of a verdict in words, e.g. `free, idle for more than 7 days`. */
export function ruleInWords({ rule }: Verdict, row: WorkspaceRow, policy: Policy): string {
  switch (rule) {
    case 'subscription-cancelled':
      return `cancelled, idle for more than ${policy.cancelledGraceDays} days`;
    case 'subscription-suspended':
      return `suspended, idle for more than ${policy.suspendedGraceDays} days`;
    case 'held':
      return `held: ${row.hold?.reason ?? 'no reason given'}`;
    case 'within-limits':
      return 'within its limits';
    default: {
      const days = row.retentionDays ?? policy.retentionDays[row.subscriptionTier];
      const limit = row.retentionDays === undefined ? row.subscriptionTier : 'its own retentionDays';
      return `${limit}, idle for more than ${days} days`;
    }
  }
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
    case 'hold':
      return `${scene.workspace} is held: ${scene.reason}`;
    case 'provision':
      return undefined;
  }
}
