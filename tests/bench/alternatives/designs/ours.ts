import { showKey, type WorkspaceKey } from '../../../../src/core/workspace-key.ts';
import { workspaceChanged } from '../../../../src/handlers/workspace-changed.ts';
import type { ChangeRecord, Timers } from '../../../../src/ports.ts';
import type { Item } from '../../../support/memory/table.ts';
import type { Cloud } from '../cloud.ts';
import { DEPLOYED } from '../deployed.ts';
import { type Design, isActivity, wake } from '../design.ts';
import { CALL_MS, CALL_OVERHEAD_MS, DECIDE_MS } from '../durations.ts';
import { Scheduler } from '../scheduler.ts';
import { Stream } from '../stream.ts';

/** The backstop asks the index day by day, two weeks back, half a read unit each, and reads two items of CleanupControl. */
const BACKSTOP = { ...DEPLOYED.backstop, queries: 17, readUnits: 9.5 };

/** One-shot schedules that are never moved, armed only where none comes earlier: the system itself. */
export class Ours implements Design {
  readonly hasUpcomingIndex = true;
  private scheduler: Scheduler | undefined;
  private stream: Stream | undefined;
  private began = 0;
  private claims = 0;
  private restores = 0;
  private byActivity = 0;

  timers(): Timers {
    return { arm: async (key, at) => void (await this.scheduler?.create(key, at)) };
  }

  begin(cloud: Cloud): void {
    this.began = cloud.now;
    const scheduler = new Scheduler(cloud, (key) => void wake(cloud, key));
    this.scheduler = scheduler;
    this.stream = new Stream({ cloud, ...DEPLOYED.reactor, handle: (records) => this.react(records, cloud) });
    for (const row of cloud.rows.items())
      if (typeof row.armedFor === 'number') scheduler.plan(row as unknown as WorkspaceKey, row.armedFor);
  }

  changed(record: ChangeRecord): void {
    const before = record.oldImage() as Item | undefined;
    const after = record.newImage() as Item | undefined;
    if (before?.claim === undefined && after?.claim !== undefined) {
      this.claims += 1;
      if ((after.claim as { action: string }).action === 'restore') this.restores += 1;
    }
    this.stream?.append(record);
  }

  end(cloud: Cloud, at: number): void {
    const runs = Math.floor((at - this.began) / BACKSTOP.everySeconds);
    cloud.meter.countEvenly('lambdaCalls', 1, runs);
    cloud.meter.countEvenly('lambdaMs', CALL_OVERHEAD_MS + BACKSTOP.queries * CALL_MS.query, runs);
    cloud.meter.countEvenly('readUnits', BACKSTOP.readUnits, runs);
  }

  causes(cloud: Cloud): Record<string, number> {
    const all = cloud.meter.totals.schedulerCalls;
    // The wake-up at the end of a return's lease arms the next one: that is none of the activity's.
    const early = (cloud.counted.get('WokenEarly') ?? 0) - this.restores;
    const activity = this.byActivity;
    return { activity, early, leases: this.claims, others: all - activity - early - this.claims };
  }

  private react(records: readonly ChangeRecord[], cloud: Cloud): Promise<unknown> {
    const newest = new Map(records.map((record) => [showKey(record.key as unknown as WorkspaceKey), record]));
    const arm = async (key: WorkspaceKey, at: number) => {
      const record = newest.get(showKey(key));
      if (record !== undefined && isActivity(record)) this.byActivity += 1;
      await this.scheduler?.create(key, at);
    };
    return cloud.invoke(
      (ports, policy) => workspaceChanged(records, policy, { ...ports, timers: { arm } }),
      records.length * DECIDE_MS,
    );
  }
}
