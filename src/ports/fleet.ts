import type { WorkspaceKey } from '../core/workspace-key.ts';

/** One of the parts that a walk over the whole table is divided into, e.g. the first (0) of 4. */
export interface Segment {
  number: number;
  of: number;
}

export interface FleetPage {
  /** Plain values, to be parsed. */
  rows: Record<string, unknown>[];
  /** Where the next page begins; undefined behind the last. */
  next: WorkspaceKey | undefined;
  /** What reading it has cost, in read units of DynamoDB. */
  readUnits: number;
}

/**
 * The whole of `WorkspaceStatus`, for an operator who looks at all of it: it costs what the table is large. The system itself
 * never does.
 */
export interface Fleet {
  /** About how many rows there are: DynamoDB counts them every six hours. */
  estimate(): Promise<number>;
  /** At most `limit` rows of the segment from behind `after`, eventually consistent, in a fixed order. */
  page(segment: Segment, after: WorkspaceKey | undefined, limit: number): Promise<FleetPage>;
  /** One conditional write: a row that exists is never overwritten, and comes back as plain values. */
  add(row: WorkspaceKey & Record<string, unknown>): Promise<Added>;
}

export type Added = { added: true } | { added: false; existing: Record<string, unknown> };

/** An access point of the file system, whoever made it. */
export interface ListedAccessPoint {
  id: string;
  /** e.g. `/workspace/acme/ada`; `/` where it names none. */
  path: string;
  posixUid: number | undefined;
  /** Whose it says it is by its tags. */
  tagged: WorkspaceKey | undefined;
}

export interface AccessPointList {
  /** All of the file system but those that are being deleted. */
  all(): Promise<ListedAccessPoint[]>;
}

/** A task of the cluster that has not stopped. */
export interface ListedTask {
  taskArn: string;
  /** Whose it is by who it was started for, or by its task definition; undefined where neither says so. */
  key: WorkspaceKey | undefined;
}

export interface TaskList {
  /** Those of the cluster, in pages. */
  pages(): AsyncIterable<ListedTask[]>;
}
