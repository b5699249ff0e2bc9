import type { Control, ControlSettings } from '../../../src/core/control.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import type { Release } from '../../../src/core/release.ts';
import type { ControlTable } from '../../../src/ports.ts';
import type { MemoryHistory } from './history.ts';
import { OK_POLICY, OK_SAFETY } from './ok-values.ts';
import type { Item } from './table.ts';

const { notice: _, ...LIMITS } = OK_POLICY;

/** The item of `CleanupControl` that says what may be done, in memory. */
export class MemoryControl implements ControlTable {
  /** As after the first wake-up: the limits that the rules go by are noted. */
  item: Item | undefined = { revision: 1, limits: LIMITS, installation: OK_SAFETY };
  release: Release | undefined;
  private readonly history: MemoryHistory;

  constructor(history: MemoryHistory) {
    this.history = history;
  }

  async read(): Promise<unknown> {
    return this.item;
  }

  async change(before: Control, settings: ControlSettings, entry: HistoryEntry): Promise<boolean> {
    if (Number(this.item?.revision ?? 0) !== before.revision) return false;
    const { enforcement, clients, rollout, pause, budgets, limits, former, installation } = settings;
    const next = { enforcement, clients, rollout, pause, budgets, limits, former, installation };
    const { sequence, at } = entry;
    this.item = JSON.parse(
      JSON.stringify({ ...next, revision: before.revision + 1, history: { sequence, at } }),
    ) as Item;
    this.history.put(entry);
    return true;
  }

  /** Sets something behind the handlers' backs, as a person would; undefined removes it. */
  set(settings: Partial<ControlSettings>): void {
    const revision = Number(this.item?.revision ?? 0) + 1;
    this.item = JSON.parse(JSON.stringify({ ...this.item, ...settings, revision })) as Item;
  }

  async readRelease(): Promise<unknown> {
    return this.release;
  }

  async noteRelease(before: Release | undefined, release: Release): Promise<boolean> {
    if (JSON.stringify(before) !== JSON.stringify(this.release)) return false;
    this.release = release;
    return true;
  }
}
