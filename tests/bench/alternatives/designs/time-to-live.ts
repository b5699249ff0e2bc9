import { nextWakeUp } from '../../../../src/core/wake-up.ts';
import { showKey, type WorkspaceKey } from '../../../../src/core/workspace-key.ts';
import type { ChangeRecord, Timers } from '../../../../src/ports.ts';
import type { Event } from '../../../simulation/engine/event-queue.ts';
import { seededRandom } from '../../../support/seeded-random.ts';
import type { Cloud } from '../cloud.ts';
import { DEPLOYED } from '../deployed.ts';
import { type Design, forEachChanged, NO_TIMERS, rowOf, wake } from '../design.ts';
import { CALL_MS } from '../durations.ts';
import { Stream } from '../stream.ts';

/**
 * How long after its time an item is deleted, in seconds, as people have measured it in tables of up to 100,000 items
 * (https://bahr.dev/2019/05/29/ddb-ttl-analysis/: 8 to 28 minutes). AWS promises no time and speaks of days.
 */
export const DELETED_AFTER_SECONDS = { least: 8 * 60, most: 28 * 60 } as const;
const SEED = 20_190_529;

/**
 * DynamoDB's time to live: for each workspace an item in a table of its own that expires when the workspace is due; the
 * stream of that table says when it is gone. The item is written again whenever the time is another one.
 */
export class TimeToLive implements Design {
  readonly hasUpcomingIndex = false;
  private readonly random = seededRandom(SEED);
  private readonly items = new Map<string, { at: number; event: Event }>();
  private stream: Stream | undefined;

  timers(): Timers {
    return NO_TIMERS;
  }

  begin(cloud: Cloud): void {
    this.stream = new Stream({
      cloud,
      ...DEPLOYED.reactor,
      handle: (records) => forEachChanged(records, cloud, (record) => this.write(record, cloud)),
    });
    for (const image of cloud.rows.items()) {
      const row = rowOf(image, cloud.now);
      this.put(row, nextWakeUp(row, cloud.policy, cloud.now), cloud);
    }
  }

  changed(record: ChangeRecord): void {
    this.stream?.append(record);
  }

  end(): void {}

  private async write(record: ChangeRecord, cloud: Cloud): Promise<void> {
    const row = rowOf(record.newImage(), cloud.now);
    const at = nextWakeUp(row, cloud.policy, cloud.now);
    if (this.items.get(showKey(row))?.at === (at ?? undefined)) return;
    cloud.meter.count('writeUnits', 1, cloud.now);
    await cloud.call(CALL_MS.item, () => this.put(row, at, cloud));
  }

  private put(key: WorkspaceKey, at: number | null, cloud: Cloud): void {
    const name = showKey(key);
    const known = this.items.get(name);
    if (known) known.event.action = undefined;
    this.items.delete(name);
    if (at === null) return;
    const { least, most } = DELETED_AFTER_SECONDS;
    const expires = Math.max(at, cloud.now) + least + this.random() * (most - least);
    const event = cloud.simulation.at(expires, () => {
      this.items.delete(name);
      void wake(cloud, key);
    });
    this.items.set(name, { at, event });
  }
}
