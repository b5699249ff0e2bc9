import type { HistoryEntry } from '../../../core/history.ts';
import type { Session, ShownLifecycle, ShownState } from '../protocol.ts';
import { duration as length } from '../say-time.ts';

export { length };

/** The colour that stands for it; the word always stands beside it. */
export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'odd' | 'calm';

export const LIFECYCLES: Record<ShownLifecycle, { word: string; tone: Tone }> = {
  active: { word: 'Active', tone: 'good' },
  archiving: { word: 'Archiving', tone: 'busy' },
  archived: { word: 'Archived', tone: 'warn' },
  restoring: { word: 'Restoring', tone: 'busy' },
  terminating: { word: 'Terminating', tone: 'busy' },
  terminated: { word: 'Terminated', tone: 'bad' },
  invalid: { word: 'Not understood', tone: 'odd' },
};

const STATES: Record<ShownState, { word: string; tone: Tone }> = {
  'at-rest': { word: 'At rest', tone: 'calm' },
  noticed: { word: 'Notice is out', tone: 'warn' },
  'notice-due': { word: 'Notice due', tone: 'busy' },
  due: { word: 'Due now', tone: 'busy' },
  held: { word: 'Held', tone: 'odd' },
  extended: { word: 'Extended', tone: 'odd' },
  'in-transition': { word: 'In transition', tone: 'busy' },
  terminated: { word: 'Terminated', tone: 'bad' },
  'held-back:off': { word: 'Kept back: off', tone: 'odd' },
  'held-back:observe': { word: 'Observed only', tone: 'odd' },
  'held-back:paused': { word: 'Kept back: paused', tone: 'odd' },
  'held-back:control-invalid': { word: 'Kept back: control not understood', tone: 'bad' },
  'held-back:budget': { word: 'Waits for its turn', tone: 'odd' },
  invalid: { word: 'Not understood', tone: 'odd' },
};

export function stateInWords(state: ShownState): { word: string; tone: Tone } {
  return STATES[state] ?? { word: state, tone: 'calm' };
}

export const STATE_CHOICES = Object.entries(STATES).map(([value, { word }]) => ({ value, word }));

const HAPPENED: Record<HistoryEntry['what'], { word: string; tone: Tone }> = {
  archiving: { word: 'Archive begun', tone: 'busy' },
  terminating: { word: 'Termination begun', tone: 'busy' },
  restoring: { word: 'Restore begun', tone: 'busy' },
  archived: { word: 'Archived', tone: 'warn' },
  terminated: { word: 'Terminated', tone: 'bad' },
  restored: { word: 'Restored', tone: 'good' },
  expiring: { word: 'Notice given', tone: 'warn' },
  'held-back': { word: 'Kept back', tone: 'odd' },
  held: { word: 'Held', tone: 'odd' },
  released: { word: 'Released', tone: 'good' },
  extended: { word: 'Extended', tone: 'odd' },
  requested: { word: 'Asked for', tone: 'warn' },
  returned: { word: 'User came back', tone: 'good' },
  paused: { word: 'Cleanup paused', tone: 'bad' },
  unpaused: { word: 'Cleanup goes on', tone: 'good' },
  'control-changed': { word: 'Settings changed', tone: 'calm' },
  'limits-changed': { word: 'Limits noted', tone: 'calm' },
};

/** What a newer version has written, and this page does not know, is called by its own name. */
export function happenedInWords({ what }: HistoryEntry): { word: string; tone: Tone } {
  return HAPPENED[what] ?? { word: what, tone: 'calm' };
}

/** What an entry adds to its word, e.g. `retention-free, idle 7 d, 3 s late`. */
export function detailsInWords(entry: HistoryEntry): string {
  const { rule, inputs, loss, matter, heldBackBy, due, until, reason, latenessSeconds, settings } = entry;
  const parts = [
    loss && `it will be ${loss === 'archive' ? 'archived' : 'terminated'}${due ? ` at ${utc(due)}` : ''}`,
    matter && `${matter.replace('notify-', 'notice of ')}, ${heldBackBy}`,
    rule,
    inputs && `idle ${length(inputs.idleSeconds)}`,
    until !== undefined && `until ${utc(until)}`,
    latenessSeconds !== undefined &&
      `${latenessSeconds < 1 ? '0 s' : length(latenessSeconds)} after it was due`,
    settings && describeSettings(settings),
    reason && `“${reason}”`,
  ];
  return parts.filter(Boolean).join(' · ');
}

/** The same, with who did it, e.g. `retention-free · by policy`. */
export function detailsAndWho(entry: HistoryEntry): string {
  return [detailsInWords(entry), `by ${entry.by}`].filter(Boolean).join(' · ');
}

/** e.g. `free 7, pro 30`; what the installation says beside it is no news. */
function describeSettings(settings: Record<string, unknown>): string {
  return Object.entries(settings)
    .filter(([name, value]) => value !== undefined && name !== 'installation' && name !== 'kind')
    .map(([name, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? describeSettings(value as Record<string, unknown>)
        : `${name} ${value}`,
    )
    .join(', ');
}

/** Before or after now, e.g. `in 3 d 2 h`, `5 min ago`. */
export function relative(at: number, now: number): string {
  return at > now ? `in ${length(at - now)}` : `${length(now - at)} ago`;
}

/** e.g. `2026-01-31 12:00`. */
export function utc(at: number, withSeconds = false): string {
  return new Date(Math.floor(at) * 1_000)
    .toISOString()
    .slice(0, withSeconds ? 19 : 16)
    .replace('T', ' ');
}

/** Whether there is a fleet's own time to be told: a stack without a sample fleet lives in real time. */
export function hasSampleTime({ sample }: Pick<Session, 'sample'>): boolean {
  return sample !== undefined && (sample.start !== undefined || sample.speeds.length > 0);
}

export function count(value: number): string {
  return value.toLocaleString('en');
}

export function percent(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const share = (100 * part) / whole;
  return `${share > 0 && share < 1 ? '<1' : Math.round(share)} %`;
}
