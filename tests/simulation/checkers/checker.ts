import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { ChangeRecord } from '../../../src/ports.ts';
import type { Deed } from '../../support/memory/deeds.ts';
import type { Outcome, Process } from '../engine/process.ts';
import type { Commit } from '../world.ts';

/** Looks on, and calls out when one promise is broken. It knows what the promise says, not how it is kept. */
export interface Checker {
  /** A row was written. */
  committed?(commit: Commit): void;
  /** The world was changed: tasks, access points, files. */
  done?(deed: Deed, by: Process | undefined): void;
  /** A call has taken effect. */
  called?(by: Process | undefined, call: string): void;
  /** A batch is about to be handled by the process of this name. */
  delivered?(name: string, records: readonly ChangeRecord[]): void;
  /** Somebody was told that a wake-up is armed for this second (epoch seconds). */
  armed?(key: WorkspaceKey, at: number): void;
  /** A process has come to an end. */
  ended?(process: Process, outcome: Outcome<unknown>): void;
  /** A report of activity was accepted, and whoever sent it knows. Epoch seconds. */
  acknowledged?(key: WorkspaceKey, lastActivity: number): void;
  /** Nothing is on its way any more that is about this workspace. */
  rested?(key: WorkspaceKey): void;
  /** Nothing goes wrong since so long that everything must have come right. */
  recovered?(): void;
  /** It is all over: nobody has done anything for so long that every deadline has passed. */
  over?(): void;
}
