import { hourOf, startOfHour } from '../../core/budget.ts';
import { DAY_SECONDS, HOUR_SECONDS } from '../../core/policy.ts';
import type { Loss } from '../../core/workspace-row.ts';
import type { Budgets } from '../../ports.ts';
import type { Overview } from './protocol.ts';

const DAYS_SHOWN = 30;

/**
 * Archives and terminations that were begun, by day: the budgets count them by the hour and keep that for thirty days, so no
 * history has to be read. All of it is asked for once, then only the hours since the last time.
 */
export class ActionCounts {
  private readonly budgets: Pick<Budgets, 'used'>;
  private readonly hours: Record<Loss, Map<string, number>> = { archive: new Map(), terminate: new Map() };
  private readUntil = 0;

  constructor(budgets: Pick<Budgets, 'used'>) {
    this.budgets = budgets;
  }

  async refresh(now: number): Promise<void> {
    const earliest = now - DAYS_SHOWN * DAY_SECONDS;
    // The hour that had not ended then may have got more.
    const from = Math.max(earliest, Math.min(this.readUntil, now) - HOUR_SECONDS);
    for (const loss of ['archive', 'terminate'] as const) {
      for (const { hour, total } of await this.budgets.used(loss, hourOf(from), hourOf(now), ''))
        this.hours[loss].set(hour, total);
      for (const hour of this.hours[loss].keys())
        if (startOfHour(hour) < earliest - DAY_SECONDS) this.hours[loss].delete(hour);
    }
    this.readUntil = now;
  }

  /** Of the hour of `now`. */
  used(loss: Loss, now: number): number {
    return this.hours[loss].get(hourOf(now)) ?? 0;
  }

  /** The last thirty days, today included. */
  byDay(now: number): Overview['actions'] {
    const days = Array.from({ length: DAYS_SHOWN }, (_, index) => ({
      day: dayOf(now - (DAYS_SHOWN - 1 - index) * DAY_SECONDS),
      archive: 0,
      terminate: 0,
    }));
    const byName = new Map(days.map((day) => [day.day, day]));
    for (const loss of ['archive', 'terminate'] as const) {
      for (const [hour, total] of this.hours[loss]) {
        const day = byName.get(hour.slice(0, 10));
        if (day && startOfHour(hour) <= now) day[loss] += total;
      }
    }
    return days;
  }
}

function dayOf(at: number): string {
  return new Date(at * 1_000).toISOString().slice(0, 10);
}
