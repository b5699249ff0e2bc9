import { allowanceFor } from '../../core/budget.ts';
import type { ControlSettings, Safety } from '../../core/control.ts';
import { HOUR_SECONDS } from '../../core/policy.ts';
import type { Loss } from '../../core/workspace-row.ts';
import type { BusiestHour } from './impact-report.ts';

/** How many losses fall into each hour from now on: what the budgets are asked for. */
export class HourCounts {
  private readonly now: number;
  private readonly hours: Record<Loss, Uint32Array>;

  constructor(now: number, days: number) {
    this.now = now;
    this.hours = { archive: new Uint32Array(days * 24), terminate: new Uint32Array(days * 24) };
  }

  count(loss: Loss, at: number): void {
    const hour = Math.floor((at - this.now) / HOUR_SECONDS);
    const counts = this.hours[loss];
    if (hour >= 0 && hour < counts.length) counts[hour] = (counts[hour] ?? 0) + 1;
  }

  busiest(control: ControlSettings, safety: Safety): Record<Loss, BusiestHour | null> {
    return {
      archive: this.busiestOf('archive', control, safety),
      terminate: this.busiestOf('terminate', control, safety),
    };
  }

  private busiestOf(loss: Loss, control: ControlSettings, safety: Safety): BusiestHour | null {
    const counts = this.hours[loss];
    let hour = 0;
    for (let index = 1; index < counts.length; index += 1)
      if ((counts[index] ?? 0) > (counts[hour] ?? 0)) hour = index;
    const count = counts[hour] ?? 0;
    if (count === 0) return null;
    const { total: perHour } = allowanceFor(control, loss, safety);
    const pausesAbove = safety.pauseAtPutOff[loss];
    const from = Math.floor(this.now) + hour * HOUR_SECONDS;
    return { from, count, perHour, pausesAbove, pauses: count - perHour > pausesAbove };
  }
}
