import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import { parseRow, type WorkspaceRow } from '../../../src/core/workspace-row.ts';
import { deadlineReached } from '../../../src/handlers/deadline-reached.ts';
import { forEachLimited } from '../../../src/handlers/for-each-limited.ts';
import { newestOfEachItem } from '../../../src/handlers/stream-batch.ts';
import type { ChangeRecord, Timers } from '../../../src/ports.ts';
import type { Item } from '../../support/memory/table.ts';
import type { Cloud } from './cloud.ts';
import { DECIDE_MS } from './durations.ts';

/** The rest of the table, to which nothing happens in the time that is measured: it only lies there. */
export interface Dormant {
  rows: number;
  bytes: number;
}

/** A way to find out when a workspace is to be cleaned. What is then done is the same for all: `deadlineReached`. */
export interface Design {
  /** Whether the row says what is armed, and the index with it. */
  readonly hasUpcomingIndex: boolean;
  /** What the handlers have for timers. */
  timers(cloud: Cloud): Timers;
  /** Before anything happens; `rows` are those of the cloud. */
  begin(cloud: Cloud, dormant: Dormant): void;
  changed(record: ChangeRecord, cloud: Cloud): void;
  /** At the end of the measured time, epoch seconds: what was spent evenly. */
  end(cloud: Cloud, at: number): void;
  /** Why Scheduler was called, in calls, as far as the design can tell. */
  causes?(cloud: Cloud): Record<string, number>;
}

/** For designs in which nobody has to be told. */
export const NO_TIMERS: Timers = { arm: () => Promise.resolve() };

/** The workspace's turn has come, in a call of its own. */
export function wake(cloud: Cloud, { clientId, userId }: WorkspaceKey): Promise<unknown> {
  return cloud.invoke((ports, policy) => deadlineReached({ clientId, userId }, policy, ports));
}

/** The row of an image. What is invalid ends the benchmark: nobody writes such a row here. */
export function rowOf(image: unknown, now: number): WorkspaceRow {
  const parsed = parseRow(image, now);
  if (parsed.kind === 'invalid') throw new Error(`a row is invalid: ${parsed.problems.join('; ')}`);
  return parsed.row;
}

/** Whether a record says that an active workspace was used, and is active. */
export function isActivity(record: ChangeRecord): boolean {
  const [before, after] = [record.oldImage(), record.newImage()] as (Item | undefined)[];
  const wasActive = before?.lifecycle === 'active' && after?.lifecycle === 'active';
  return wasActive && before?.lastActivity !== after?.lastActivity;
}

/** As many calls at a time as the system's own reactor makes. */
const CONCURRENCY = 20;

/** One call of a function on a batch, which does something for the newest image of each workspace. */
export function forEachChanged(
  records: readonly ChangeRecord[],
  cloud: Cloud,
  work: (record: ChangeRecord) => Promise<void>,
): Promise<unknown> {
  const newest = newestOfEachItem(records);
  return cloud.invoke(() => forEachLimited(newest, CONCURRENCY, work), records.length * DECIDE_MS);
}
