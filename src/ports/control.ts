import type { Allowance, Used } from '../core/budget.ts';
import type { Control, ControlSettings } from '../core/control.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { Release } from '../core/release.ts';
import type { Loss } from '../core/workspace-row.ts';

/** The item of `CleanupControl` that says what may be done. */
export interface ControlTable {
  /** Strongly consistent, plain values, to be parsed. Undefined where nobody has set anything yet. */
  read(): Promise<unknown>;
  /**
   * Sets all of it, with its entry in the history, in one transaction and on condition that it still is what `before` is.
   * False if somebody changed it: read and decide again.
   */
  change(before: Control, settings: ControlSettings, entry: HistoryEntry): Promise<boolean>;
  /** How far what has been waiting has been woken. Strongly consistent, plain values; undefined if it never has. */
  readRelease(): Promise<unknown>;
  /** Notes that, if it still is what `before` is. */
  noteRelease(before: Release | undefined, release: Release): Promise<boolean>;
}

/** What has been taken of the budgets. Hours as `hourOf` names them. */
export interface Budgets {
  /**
   * Counts one action of the client in the hour, if there is room: one conditional write, exact however many ask at the
   * same moment. Returns which of the hour's actions it is, from 1; undefined if there is no room.
   */
  take(loss: Loss, hour: string, clientId: string, allowance: Allowance): Promise<number | undefined>;
  /** What has been taken of the hours from `first` to `last` (both included), of those that have been used at all. */
  used(loss: Loss, first: string, last: string, clientId: string): Promise<Used[]>;
  /** Counts one action that the hour had no room for. Returns how many there are by now. */
  countPutOff(loss: Loss, hour: string): Promise<number>;
}

/** Entries of `WorkspaceHistory`, for whoever wants to know. */
export interface History {
  /** At most `limit` of them, the latest first, of before `before` (an entry's key); plain values, to be parsed. */
  page(
    workspace: string,
    limit: number,
    before?: string,
  ): Promise<{ entries: unknown[]; next: string | undefined }>;
}

/** What others are told: put on a bus, at least once. */
export interface Events {
  /** Returns which of them (at most ten, by index) the bus did not take: they may be put again. */
  put(events: readonly OutgoingEvent[]): Promise<number[]>;
}

export interface OutgoingEvent {
  /** e.g. `Workspace Archived`. */
  detailType: string;
  /** Epoch seconds. */
  at: number;
  detail: Record<string, unknown>;
}
