import type { WorkspaceKey } from '../../core/workspace-key.ts';

/** Where a workspace stands in the index of what comes next. */
export interface UpcomingKey extends WorkspaceKey {
  /** Epoch seconds. */
  armedFor: number;
}

/** A page of rows, plain values, to be parsed; `next` leads to the page behind it. */
export interface RowPage {
  rows: { key: WorkspaceKey; row: unknown }[];
  next: WorkspaceKey | undefined;
}

/** The fleet as operators look at it. */
export interface FleetReader {
  /**
   * From the index of what comes next, the earliest first, from behind `after`, or else from the second `from` on, to the
   * second `to` (epoch seconds, both included): at most `limit`. Reads no row.
   */
  upcoming(after: UpcomingKey | undefined, from: number, to: number, limit: number): Promise<UpcomingKey[]>;
  /** The rows of these keys, strongly consistent, in the same order; undefined for one that is gone. */
  rows(keys: readonly WorkspaceKey[]): Promise<unknown[]>;
  /** A page of the whole table, or of one client's part of it, in no order that means anything: at most `limit` rows. */
  page(clientId: string | undefined, after: WorkspaceKey | undefined, limit: number): Promise<RowPage>;
}
