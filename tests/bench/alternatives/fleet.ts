import { DAY_SECONDS, type Policy } from '../../../src/core/policy.ts';
import type { SubscriptionTier } from '../../../src/core/workspace-row.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { reportsOf, type SentReport } from './activity.ts';
import { tierAt } from './tiers.ts';

export const WEEK_SECONDS = 7 * DAY_SECONDS;

/** A workspace as it is when the measured time begins. Epoch seconds. */
export interface Living {
  workspace: string;
  tier: SubscriptionTier;
  lastActivity: number;
  isArchived: boolean;
  /** What the system has armed by then; undefined for an archived one. */
  armedFor: number | undefined;
  /** Its own limit. */
  retentionDays?: number;
}

/** A fleet in the middle of its life, and what its users do from then on. */
export interface Fleet {
  workspaces: number;
  /** The measured time, epoch seconds. */
  start: number;
  end: number;
  /** Those to which something happens in that time; whoever comes later is not there yet. */
  living: Living[];
  /** To these nothing does: they are archived and nobody comes back, or their deadline lies behind the end. */
  dormant: { archived: number; waiting: number };
  /** In order of time. */
  reports: SentReport[];
  tierOf: (workspace: string) => SubscriptionTier;
}

export interface FleetOptions {
  workspaces: number;
  seed: number;
  policy: Policy;
  /** The measured time. */
  start: number;
  weeks: number;
}

/**
 * A fleet of any size with the statistics of real people: each workspace is one of theirs, as it was at the beginning of a
 * week that chance has picked, and goes on as that one did. Whole weeks, so that nights and weekends stay what they are.
 */
export function fleetLike(
  uses: ReadonlyMap<string, readonly number[]>,
  { workspaces, seed, policy, start, weeks }: FleetOptions,
): Fleet {
  const random = seededRandom(seed);
  const pick = (end: number) => Math.floor(random() * end);
  const people = [...uses.values()];
  const [first, last] = extent(people);
  const end = start + weeks * WEEK_SECONDS;
  const living: Living[] = [];
  const usesOfLiving: [string, number[]][] = [];
  const dormant = { archived: 0, waiting: 0 };
  while (living.length + dormant.archived + dormant.waiting < workspaces) {
    const times = people[pick(people.length)] ?? [];
    // The week of the trace that becomes the first of the fleet; Mondays, as `start` has to be.
    const week = mondayFrom(first) + pick((last - first) / WEEK_SECONDS - weeks) * WEEK_SECONDS;
    // Not there yet.
    if (times[0] === undefined || times[0] >= week) continue;
    const tier = tierAt(random());
    const shifted = between(times, week, week + weeks * WEEK_SECONDS).map((at) => at - week + start);
    const state = stateAt(times, week, tier, policy);
    const armedFor = state.armedFor === undefined ? undefined : state.armedFor - week + start;
    if (shifted.length === 0 && (armedFor === undefined || armedFor >= end)) {
      dormant[armedFor === undefined ? 'archived' : 'waiting'] += 1;
      continue;
    }
    const workspace = `w${living.length}`;
    const lastActivity = state.lastActivity - week + start;
    living.push({ workspace, tier, lastActivity, isArchived: armedFor === undefined, armedFor });
    usesOfLiving.push([workspace, shifted]);
  }
  const reports = reportsOf(usesOfLiving).filter(({ at }) => at < end);
  const tiers = new Map(living.map(({ workspace, tier }) => [workspace, tier]));
  const tierOf = (workspace: string) => tiers.get(workspace) ?? 'free';
  return { workspaces, start, end, living, dormant, reports, tierOf };
}

/** The very people of the trace, from nobody on. */
export function fleetOf(uses: ReadonlyMap<string, Iterable<number>>, policy: Policy, seed: number): Fleet {
  const random = seededRandom(seed);
  const tiers = new Map([...uses.keys()].map((workspace) => [workspace, tierAt(random())]));
  const reports = reportsOf(uses);
  const longest = Math.max(...Object.values(policy.retentionDays)) + 1;
  return {
    workspaces: uses.size,
    start: (reports[0]?.at ?? 0) - 60,
    end: (reports.at(-1)?.at ?? 0) + longest * DAY_SECONDS,
    living: [],
    dormant: { archived: 0, waiting: 0 },
    reports,
    tierOf: (workspace) => tiers.get(workspace) ?? 'free',
  };
}

/**
 * What has become of a workspace by `at`, if all went well: archived where it was idle for longer than its limit, else with
 * the wake-up that was armed lazily: each one that came before the notice was due has armed the next.
 */
export function stateAt(
  times: readonly number[],
  at: number,
  tier: SubscriptionTier,
  policy: Policy,
): { lastActivity: number; armedFor: number | undefined } {
  const limit = policy.retentionDays[tier] * DAY_SECONDS;
  const lead = Math.min(policy.notice.archive, Math.floor((limit + 1) / 2));
  const wantedAfter = (lastActivity: number) => lastActivity + limit + 1 - lead;
  let lastActivity = times[0] ?? 0;
  let armedFor = wantedAfter(lastActivity);
  for (const next of [...times.slice(1).filter((time) => time < at), at]) {
    const archivedAt = lastActivity + limit + 1;
    // A wake-up that finds the notice due is followed by the deadline; one that finds nothing due by the next.
    while (armedFor <= next && armedFor < archivedAt)
      armedFor = armedFor < wantedAfter(lastActivity) ? wantedAfter(lastActivity) : archivedAt;
    if (next >= archivedAt && next === at) return { lastActivity, armedFor: undefined };
    if (next === at) break;
    if (next >= archivedAt) armedFor = wantedAfter(next);
    lastActivity = next;
  }
  return { lastActivity, armedFor };
}

function extent(people: readonly (readonly number[])[]): [number, number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const times of people) {
    first = Math.min(first, times[0] ?? first);
    last = Math.max(last, times.at(-1) ?? last);
  }
  return [first, last];
}

/** The first Monday, 00:00 UTC, at or after `at`: the epoch began on a Thursday. */
export function mondayFrom(at: number): number {
  const offset = 4 * DAY_SECONDS;
  return Math.ceil((at - offset) / WEEK_SECONDS) * WEEK_SECONDS + offset;
}

/** Those from `from` (included) to `to` (excluded). */
function between(times: readonly number[], from: number, to: number): number[] {
  if (times.length === 0 || (times.at(-1) ?? 0) < from) return [];
  return times.filter((at) => at >= from && at < to);
}
