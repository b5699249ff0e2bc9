import { DAY_SECONDS, HOUR_SECONDS } from '../../core/policy.ts';
import type { FleetIndex } from './fleet-index.ts';
import type { DueSlot, Overview, Saved } from './protocol.ts';
import { lineOf, type WorkspaceView } from './workspace-view.ts';

const HOURS_SHOWN = 48;
const DAYS_SHOWN = 30;
const UPCOMING_SHOWN = 8;

/** Scheduler may take a minute, and the change itself some seconds: e.g. what is due for two minutes is late. */
const OVERDUE_SECONDS = 120;

/** The part of the overview that is counted over the rows. */
export type Summary = Pick<
  Overview,
  'total' | 'lifecycle' | 'tier' | 'status' | 'state' | 'hours' | 'days' | 'overdue' | 'upcoming' | 'saved'
>;

/** Counts the fleet at `now` (epoch seconds): one walk over the rows. */
export function summarise(fleet: FleetIndex, now: number): Summary {
  fleet.passTime(now);
  const summary: Summary = {
    total: fleet.size,
    lifecycle: {},
    tier: {},
    status: {},
    state: {},
    hours: slotsFrom(now, HOUR_SECONDS, HOURS_SHOWN),
    days: slotsFrom(now, DAY_SECONDS, DAYS_SHOWN),
    overdue: 0,
    upcoming: fleet
      .query({ ...EVERYTHING, sort: 'next', descending: false, page: 0, size: UPCOMING_SHOWN }, now)
      .views.filter(({ next }) => next !== undefined)
      .map(lineOf),
    saved: { archived: 0, terminated: 0, hours: 0 },
  };
  for (const view of fleet.all()) countView(view, summary, now);
  summary.saved.hours = Math.round(summary.saved.hours * 10) / 10;
  return summary;
}

const EVERYTHING = {
  search: '',
  lifecycle: undefined,
  tier: undefined,
  status: undefined,
  state: undefined,
} as const;

function countView({ row, lifecycle, state, next }: WorkspaceView, summary: Summary, now: number): void {
  increment(summary.lifecycle, lifecycle);
  increment(summary.state, state);
  if (row === undefined) return;
  increment(summary.tier, row.subscriptionTier);
  increment(summary.status, row.subscriptionStatus);
  addSaved(summary.saved, lifecycle, row.history?.at, now);
  if (next === undefined) return;
  addToSlot(summary.hours, HOUR_SECONDS, next.at, next.loss);
  addToSlot(summary.days, DAY_SECONDS, next.at, next.loss);
  if (state === 'due' && next.at < now - OVERDUE_SECONDS) summary.overdue += 1;
}

function increment<Key extends string>(counts: Partial<Record<Key, number>>, key: Key): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** The last thing that happened to it was to lose its container, or came after that: it is never said to be longer than it is. */
function addSaved(saved: Saved, lifecycle: string, since: number | undefined, now: number): void {
  if (lifecycle !== 'archived' && lifecycle !== 'terminated') return;
  saved[lifecycle] += 1;
  if (since !== undefined) saved.hours += Math.max(0, now - since) / HOUR_SECONDS;
}

function slotsFrom(now: number, seconds: number, count: number): DueSlot[] {
  const first = Math.floor(now / seconds) * seconds;
  return Array.from({ length: count }, (_, index) => ({
    at: first + index * seconds,
    archive: 0,
    terminate: 0,
  }));
}

/** What is due since earlier stands in the first slot. */
function addToSlot(slots: DueSlot[], seconds: number, at: number, loss: 'archive' | 'terminate'): void {
  const first = slots[0]?.at ?? 0;
  const slot = slots[Math.max(0, Math.floor((at - first) / seconds))];
  if (slot) slot[loss] += 1;
}
