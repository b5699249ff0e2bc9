import type { WorkspaceKey } from '../core/workspace-key.ts';

/** What a smoke test needs from a deployed stage, in its own words. */
export interface SmokePorts {
  functions: StageFunctions;
  schedules: StageSchedules;
  world: StageWorld;
  clock: SmokeClock;
  /** A line for whoever watches, without its end. */
  say(line: string): void;
}

export interface SmokeClock {
  /** Epoch seconds. */
  now(): number;
  wait(seconds: number): Promise<void>;
}

/** The functions of the stage, by their names in serverless.yml. */
export interface StageFunctions {
  /** Invokes one and waits for its answer. Throws SmokeFailure if it fails, with what it said. */
  call(name: string, event: unknown): Promise<unknown>;
  /**
   * Resolves when everything that was written before has come to its functions, with what went wrong meanwhile, e.g. a batch
   * of stream records that a function did not take. What does not come by our hands is not waited for.
   */
  settle(): Promise<readonly string[]>;
}

/** A schedule as it is in its group. */
export interface StageSchedule {
  name: string;
  /** Epoch seconds. */
  at: number;
  targetArn: string;
  /** As its target gets it: JSON. */
  input: string;
}

export interface StageSchedules {
  /** The schedule of this name in the stage's group; undefined if there is none. */
  find(name: string): Promise<StageSchedule | undefined>;
  /**
   * Lets time come to `at` (epoch seconds) for the schedules of the client's workspaces, as far as that is in our hands;
   * whoever only watches does nothing. Returns the names of those that it has fired.
   */
  come(at: number, clientId: string): Promise<string[]>;
}

/** What the smoke test makes, sees and takes away. Nothing here goes through the code that it tests. */
export interface StageWorld {
  /** A client that pays, as the billing webhook would have written it. */
  subscribe(clientId: string, at: number): Promise<void>;
  row(key: WorkspaceKey): Promise<Record<string, unknown> | undefined>;
  /** Makes the row say that its workspace was last used then (epoch seconds). */
  setLastActivity(key: WorkspaceKey, at: number): Promise<void>;
  /** Entries of the history, the latest first. */
  history(key: WorkspaceKey): Promise<Record<string, unknown>[]>;
  /** What ECS says, e.g. `RUNNING`, `STOPPED`; undefined if it does not know the task. */
  taskStatus(task: string): Promise<string | undefined>;
  hasAccessPoint(id: string): Promise<boolean>;
  /** Takes away what its row names, what else was made for it, and the row. What is not there is as good. */
  remove(key: WorkspaceKey, made: Provisioned | undefined): Promise<void>;
  /** Takes away the client. */
  unsubscribe(clientId: string): Promise<void>;
}

/** What `provision` has made. */
export interface Provisioned {
  efsAccessPoint: string;
  /** ARN of the task of its container; undefined where the stage starts none. */
  task?: string | undefined;
}

/** The stage does not do what it should. The message says what was expected, and what was seen. */
export class SmokeFailure extends Error {
  override readonly name = 'SmokeFailure';
}
