import { MINIMUM_LEAD_SECONDS, nextWakeUp } from '../../../../src/core/wake-up.ts';
import type { ChangeRecord, Timers } from '../../../../src/ports.ts';
import type { Item } from '../../../support/memory/table.ts';
import type { Cloud } from '../cloud.ts';
import { DEPLOYED } from '../deployed.ts';
import { type Design, forEachChanged, isActivity, NO_TIMERS, rowOf, wake } from '../design.ts';
import { Scheduler } from '../scheduler.ts';
import { Stream } from '../stream.ts';

/**
 * One schedule for each workspace, of one name, moved with every write to when the workspace is due then: what AWS shows for
 * reminders and expiries. It is told apart whether a write moves anything, and only then is Scheduler called; and whether there is a
 * schedule to move or one to make, so that no call is in vain.
 */
export class SchedulePerWrite implements Design {
  readonly hasUpcomingIndex = false;
  private scheduler: Scheduler | undefined;
  private stream: Stream | undefined;
  private byActivity = 0;

  timers(): Timers {
    return NO_TIMERS;
  }

  begin(cloud: Cloud): void {
    this.scheduler = new Scheduler(cloud, (key) => void wake(cloud, key));
    this.stream = new Stream({
      cloud,
      ...DEPLOYED.reactor,
      handle: (records) => forEachChanged(records, cloud, (record) => this.move(record, cloud)),
    });
    for (const image of cloud.rows.items()) {
      const row = rowOf(image, cloud.now);
      const at = nextWakeUp(row, cloud.policy, cloud.now);
      if (at !== null) this.scheduler.place(row, Math.ceil(at));
    }
  }

  changed(record: ChangeRecord): void {
    this.stream?.append(record);
  }

  end(): void {}

  causes(cloud: Cloud): Record<string, number> {
    return { activity: this.byActivity, others: cloud.meter.totals.schedulerCalls - this.byActivity };
  }

  private async move(record: ChangeRecord, cloud: Cloud): Promise<void> {
    const [before, after] = [record.oldImage(), record.newImage()] as (Item | undefined)[];
    const { scheduler } = this;
    if (after === undefined || scheduler === undefined) return;
    const row = rowOf(after, cloud.now);
    const wanted = nextWakeUp(row, cloud.policy, cloud.now);
    const had = before && nextWakeUp(rowOf(before, cloud.now), cloud.policy, cloud.now);
    if (wanted === null) {
      if (scheduler.has(row)) await scheduler.delete(row);
      return;
    }
    if (wanted === had && scheduler.has(row)) return;
    if (isActivity(record)) this.byActivity += 1;
    await scheduler.set(row, Math.ceil(Math.max(wanted, cloud.now + MINIMUM_LEAD_SECONDS)));
  }
}
