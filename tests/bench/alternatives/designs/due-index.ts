import type { WorkspaceKey } from '../../../../src/core/workspace-key.ts';
import { workspaceChanged } from '../../../../src/handlers/workspace-changed.ts';
import type { ChangeRecord, Timers } from '../../../../src/ports.ts';
import type { Item } from '../../../support/memory/table.ts';
import type { Cloud } from '../cloud.ts';
import { DEPLOYED } from '../deployed.ts';
import { type Design, NO_TIMERS, wake } from '../design.ts';
import { DueList } from '../due-list.ts';
import { CALL_MS, CALL_OVERHEAD_MS, DECIDE_MS } from '../durations.ts';
import { Stream } from '../stream.ts';

const PERIOD_SECONDS = 60;
/** Today's part of the index, and yesterday's: half a read unit each, and one for every forty keys. */
const QUERIES = 2;
const KEYS_OF_READ_UNIT = 40;

/**
 * The system's own index of upcoming wake-ups, asked every minute for what has come, and no Scheduler at all: what a minute's
 * sweep is on a database that can be asked for what is due.
 */
export class DueIndex implements Design {
  readonly hasUpcomingIndex = true;
  private due: DueList | undefined;
  private stream: Stream | undefined;
  private began = 0;

  timers(): Timers {
    return NO_TIMERS;
  }

  begin(cloud: Cloud): void {
    this.began = cloud.now;
    this.stream = new Stream({ cloud, ...DEPLOYED.reactor, handle: (records) => react(records, cloud) });
    const { simulation } = cloud;
    this.due = new DueList({
      simulation,
      periodSeconds: PERIOD_SECONDS,
      found: (keys) => answer(keys, cloud),
    });
    for (const row of cloud.rows.items()) this.look(row);
  }

  changed(record: ChangeRecord): void {
    this.look(record.newImage() as Item);
    this.stream?.append(record);
  }

  end(cloud: Cloud, at: number): void {
    const minutes = Math.floor((at - this.began) / PERIOD_SECONDS);
    cloud.meter.countEvenly('lambdaCalls', 1, minutes);
    cloud.meter.countEvenly('lambdaMs', CALL_OVERHEAD_MS + QUERIES * CALL_MS.query, minutes);
    cloud.meter.countEvenly('readUnits', QUERIES / 2, minutes);
  }

  private look(row: Item): void {
    const at = typeof row.armedFor === 'number' ? row.armedFor : undefined;
    this.due?.set(row as unknown as WorkspaceKey, at);
  }
}

function answer(keys: readonly WorkspaceKey[], cloud: Cloud): void {
  if (keys.length > KEYS_OF_READ_UNIT)
    cloud.meter.count('readUnits', keys.length / KEYS_OF_READ_UNIT / 2, cloud.now);
  for (const key of keys) void wake(cloud, key);
}

function react(records: readonly ChangeRecord[], cloud: Cloud): Promise<unknown> {
  return cloud.invoke(
    (ports, policy) => workspaceChanged(records, policy, { ...ports, timers: NO_TIMERS }),
    records.length * DECIDE_MS,
  );
}
