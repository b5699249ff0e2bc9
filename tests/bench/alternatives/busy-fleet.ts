import { DAY_SECONDS, type Policy } from '../../../src/core/policy.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { reportsOf } from './activity.ts';
import { type Fleet, type Living, stateAt, WEEK_SECONDS } from './fleet.ts';
import { tierAt } from './tiers.ts';
import { workingDays } from './working-days.ts';

export interface BusyOptions {
  /** In use on each working day, a whole day of work. */
  working: number;
  /** Archived long ago: nothing lies ahead. */
  archived: number;
  /** Kept for ten years by a limit of their own: a wake-up a year, the furthest that one is armed. */
  kept: number;
  /** Epoch seconds, a Monday, 00:00 UTC. */
  start: number;
  weeks: number;
}

const WORKING_DAYS = [0, 1, 2, 3, 4];
/** When people begin, in seconds after midnight: within three hours, and never at the same second two days in a row. */
const BEGINNING = { first: 7 * 3_600, spread: 3 * 3_600 };
const KEPT_DAYS = 3_650;
const YEAR_SECONDS = 365 * DAY_SECONDS;
/** One after the other through the whole range, as evenly as can be: the golden ratio. */
const EVENLY = 0.618_033_988_749_895;

/**
 * A fleet in which some work every day and the others do not: what costs by activity, and what by size. Each idle one is a row
 * of its own, with what is armed for it, as the working ones are.
 */
export function busyFleet({ working, archived, kept, start, weeks }: BusyOptions, policy: Policy): Fleet {
  const tierOf = (workspace: string) => tierAt((Number(workspace.slice(1)) * EVENLY) % 1);
  const uses = new Map<string, number[]>();
  const living: Living[] = [];
  for (let index = 0; index < working; index += 1) {
    const workspace = `w${index}`;
    // The week before the measured one tells where each of them stands.
    const times = daysOf(index, start - WEEK_SECONDS, weeks + 1);
    const { lastActivity, armedFor } = stateAt(times, start, tierOf(workspace), policy);
    uses.set(
      workspace,
      times.filter((at) => at >= start),
    );
    living.push({ workspace, tier: tierOf(workspace), lastActivity, isArchived: false, armedFor });
  }
  for (let index = 0; index < archived; index += 1) {
    const lastActivity = start - YEAR_SECONDS - index;
    const workspace = `a${index}`;
    living.push({ workspace, tier: tierOf(workspace), lastActivity, isArchived: true, armedFor: undefined });
  }
  for (let index = 0; index < kept; index += 1) {
    const armedFor = start + Math.ceil(((index + 1) * YEAR_SECONDS) / (kept + 1));
    const lastActivity = armedFor - YEAR_SECONDS;
    const workspace = `k${index}`;
    const retentionDays = KEPT_DAYS;
    living.push({ workspace, tier: 'enterprise', lastActivity, isArchived: false, armedFor, retentionDays });
  }
  const end = start + weeks * WEEK_SECONDS;
  const reports = reportsOf(workingDays(uses)).filter(({ at }) => at < end);
  const dormant = { archived: 0, waiting: 0 };
  return { workspaces: living.length, start, end, living, dormant, reports, tierOf };
}

function daysOf(index: number, start: number, weeks: number): number[] {
  const random = seededRandom(index);
  const begins = () => BEGINNING.first + Math.floor(random() * BEGINNING.spread);
  const days: number[] = [];
  for (let week = 0; week < weeks; week += 1)
    for (const day of WORKING_DAYS) days.push(start + week * WEEK_SECONDS + day * DAY_SECONDS + begins());
  return days;
}
