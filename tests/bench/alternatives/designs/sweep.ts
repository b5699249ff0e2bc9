import { nextWakeUp } from '../../../../src/core/wake-up.ts';
import { showKey, type WorkspaceKey } from '../../../../src/core/workspace-key.ts';
import type { ChangeRecord, Timers } from '../../../../src/ports.ts';
import { hash } from '../../../simulation/engine/random.ts';
import type { Item } from '../../../support/memory/table.ts';
import type { Cloud } from '../cloud.ts';
import { type Design, type Dormant, NO_TIMERS, rowOf, wake } from '../design.ts';
import { DueList } from '../due-list.ts';
import { CALL_MS, CALL_OVERHEAD_MS, DECIDE_MS } from '../durations.ts';
import { itemBytes, readUnits } from '../item-size.ts';

const PAGE_BYTES = 1_048_576;
/** So many parts of the table are read at a time, as a parallel scan does. */
const SEGMENTS = 4;
/** A function may run for 15 minutes; what takes longer is done by several at a time. */
const LONGEST_MS = 840_000;

/**
 * The whole table is read again and again, and whatever is due is done. What is due is found by the very function that the
 * system arms its timers by, since a row has something to do from `nextWakeUp` on and not before.
 */
export class Sweep implements Design {
  readonly hasUpcomingIndex = false;
  private readonly periodSeconds: number;
  private due: DueList | undefined;
  private rows = 0;
  private bytes = 0;
  /** Up to this tick the table's size has been paid for, epoch seconds. */
  private paidUntil = 0;

  constructor(periodSeconds: number) {
    this.periodSeconds = periodSeconds;
  }

  timers(): Timers {
    return NO_TIMERS;
  }

  begin(cloud: Cloud, dormant: Dormant): void {
    this.rows = dormant.rows;
    this.bytes = dormant.bytes;
    const { periodSeconds } = this;
    this.paidUntil = (Math.ceil(cloud.now / periodSeconds) - 1) * periodSeconds;
    const { simulation } = cloud;
    this.due = new DueList({ simulation, periodSeconds, found: (keys) => this.comeUpon(keys, cloud) });
    for (const row of cloud.rows.items()) {
      this.rows += 1;
      this.bytes += itemBytes(row);
      this.look(row, cloud);
    }
  }

  changed(record: ChangeRecord, cloud: Cloud): void {
    this.pay(cloud, cloud.now);
    const [before, after] = [record.oldImage(), record.newImage()] as (Item | undefined)[];
    this.rows += before === undefined ? 1 : 0;
    this.bytes += itemBytes(after ?? {}) - itemBytes(before ?? {});
    if (after !== undefined) this.look(after, cloud);
  }

  end(cloud: Cloud, at: number): void {
    this.pay(cloud, at);
  }

  private look(row: Item, cloud: Cloud): void {
    const at = nextWakeUp(rowOf(row, cloud.now), cloud.policy, cloud.now) ?? undefined;
    this.due?.set(row as unknown as WorkspaceKey, at);
  }

  /** Somewhere in the table each of them is come upon. */
  private comeUpon(keys: readonly WorkspaceKey[], cloud: Cloud): void {
    const seconds = this.sweepMs() / this.functions() / 1_000;
    for (const key of keys) cloud.simulation.after(placeOf(key) * seconds, () => void wake(cloud, key));
  }

  /** All sweeps since the last change of the table, each of which has read all of it. */
  private pay(cloud: Cloud, now: number): void {
    const last = Math.floor(now / this.periodSeconds) * this.periodSeconds;
    const sweeps = Math.round((last - this.paidUntil) / this.periodSeconds);
    if (sweeps <= 0) return;
    this.paidUntil = last;
    const functions = this.functions();
    const units = readUnits(this.bytes, { consistent: false });
    cloud.meter.countEvenly('lambdaCalls', functions, sweeps);
    cloud.meter.countEvenly('lambdaMs', CALL_OVERHEAD_MS * functions + this.sweepMs(), sweeps);
    cloud.meter.addEvenly('readUnits', units, sweeps);
    cloud.meter.peak('readUnits', units / Math.max(1, this.sweepMs() / functions / 1_000));
  }

  private sweepMs(): number {
    const pages = Math.max(1, Math.ceil(this.bytes / PAGE_BYTES));
    return Math.ceil(pages / SEGMENTS) * CALL_MS.scanPage + this.rows * DECIDE_MS;
  }

  /** So many share a sweep that it ends before the next begins, and before the function's time is over. */
  private functions(): number {
    return Math.ceil(this.sweepMs() / Math.min(LONGEST_MS, this.periodSeconds * 1_000));
  }
}

/** Where in the table a workspace is, from 0 to 1. */
function placeOf(key: WorkspaceKey): number {
  return hash(showKey(key)) / 2 ** 32;
}
