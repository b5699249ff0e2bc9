import type { ControlSettings, Safety } from './control.ts';
import { HOUR_SECONDS } from './policy.ts';
import type { Claim, HeldBack, Loss } from './workspace-row.ts';

/** How much may be taken within one hour, of all clients together and of one. */
export interface Allowance {
  total: number;
  perClient: number;
}

/** What an hour's budget has been used for. */
export interface Used {
  /** e.g. `2026-01-31T12`, in UTC. */
  hour: string;
  total: number;
  ofClient: number;
}

/** The budgets that hold now: as set, else as the installation says. */
export function allowanceFor({ budgets }: ControlSettings, loss: Loss, safety: Safety): Allowance {
  const total = budgets[loss] ?? safety.budgets[loss];
  return { total, perClient: Math.ceil((total * safety.percentPerClient) / 100) };
}

/** The hour that a second (epoch seconds) lies in, `ahead` hours further on, e.g. `2026-01-31T12`. Sorts by time. */
export function hourOf(at: number, ahead = 0): string {
  return new Date((at + ahead * HOUR_SECONDS) * 1_000).toISOString().slice(0, 13);
}

/** The first second of an hour, epoch seconds. */
export function startOfHour(hour: string): number {
  return Date.parse(`${hour}:00:00Z`) / 1_000;
}

/** So many hours ahead a turn may be: two weeks. Who finds none before asks again then. */
export const HOURS_AHEAD = 336;

/**
 * The hours after the one of `now` in which there is room, the first one first; `used` has those that have been used at
 * all.
 */
export function hoursWithRoom(used: readonly Used[], allowance: Allowance, now: number): string[] {
  const byHour = new Map(used.map((one) => [one.hour, one]));
  const hours = Array.from({ length: HOURS_AHEAD }, (_, index) => hourOf(now, index + 1));
  return hours.filter((hour) => {
    const { total = 0, ofClient = 0 } = byHour.get(hour) ?? {};
    return total < allowance.total && ofClient < allowance.perClient;
  });
}

/** Which second of its hour the `place`th (from 1) of `total` turns gets: evenly, so that they do not come all at once. */
export function secondOfTurn(hour: string, place: number, total: number): number {
  return startOfHour(hour) + Math.floor(((place - 1) * HOUR_SECONDS) / Math.max(total, place));
}

/**
 * How much of its hour's budget is used up, in percent, once the action is done whose turn comes at `until` (epoch seconds):
 * turns are spread evenly, so as many are before it as of the hour has passed.
 */
export function percentUsedAt(until: number, total: number): number {
  const before = ((until - startOfHour(hourOf(until))) * 100) / HOUR_SECONDS;
  return Math.min(100, before + 100 / Math.max(total, 1));
}

/**
 * Whether a transition that is under way goes on without another turn: it was counted in this hour, or is past the point
 * of no return. One that was stopped in between, by a pause say, is counted in the hour in which it is done.
 */
export function isCounted(claim: Claim | undefined, loss: Loss, now: number): boolean {
  if (claim?.action !== loss) return false;
  return claim.step === 'delete-files' || hourOf(claim.decidedAt) === hourOf(now);
}

/** Whether the row has a turn in the hour of `now`: it was counted when it was given. */
export function hasTurn(heldBack: HeldBack | undefined, loss: Loss, deadline: number, now: number): boolean {
  if (heldBack?.reason !== 'budget' || heldBack.until === undefined) return false;
  if (heldBack.matter !== loss || heldBack.deadline !== deadline) return false;
  return now >= heldBack.until && hourOf(heldBack.until) === hourOf(now);
}
