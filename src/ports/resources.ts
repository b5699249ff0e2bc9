import type { WorkspaceKey } from '../core/workspace-key.ts';

/** The containers of a workspace. */
export interface Tasks {
  /** Looks for them everywhere. `reported` is the task that the row names; it counts if ECS says the same. */
  unstopped(key: WorkspaceKey, reported: string | undefined): Promise<FoundTasks>;
  /** Those of these tasks that are not STOPPED. Cheaper, as it searches nothing. */
  unstoppedOf(tasks: readonly string[]): Promise<string[]>;
  /** Asks a task to stop; it has a while to do so. A task that has stopped is left alone. */
  requestStop(task: string, reason: string): Promise<void>;
  /** Starts a container whose home is the access point; started twice with the same `after`, it is one and the same. */
  start(key: WorkspaceKey, launch: TaskLaunch): Promise<StartedTask>;
  /** Whether this installation is configured to start containers. */
  readonly canStart: boolean;
}

export interface FoundTasks {
  /** Those that are not STOPPED, whatever they have been asked to do. */
  tasks: string[];
  /** Those among them that have been asked to stop. */
  stopping: string[];
  /** The reported one, if it runs and is not this workspace's: it is none of our business. */
  foreign: string | undefined;
}

export interface TaskLaunch {
  efsAccessPoint: string;
  environment: Record<string, string>;
  /** What only this task is told: `WORKSPACE_TOKEN`. Two starts of the same task may come with two, and one of them counts. */
  token: string;
  /** ARN of the task that this one comes after; undefined for a workspace's first. */
  after: string | undefined;
}

export interface StartedTask {
  taskArn: string;
  /** It had been started by an earlier call and has ended since: start the one after it. */
  stopped: boolean;
}

/** The user ids that own the files of workspaces. */
export interface PosixUids {
  /** The workspace's own, from 10000 to 4294967293 (included): the same at every call, and never another's. */
  of(key: WorkspaceKey): Promise<number>;
}

/** The doors to homes on the file system: one for each workspace that may be reached. */
export interface AccessPoints {
  /**
   * Makes sure that the workspace has one that is ready for use, and returns its id: `known` if that is there and the
   * workspace's own, else one that acts as `posixUid`.
   */
  ensure(key: WorkspaceKey, posixUid: number, known?: string): Promise<string>;
  /** Whether this one is there, and leads to exactly this workspace's home. */
  look(key: WorkspaceKey, accessPoint: string): Promise<'own' | 'foreign' | 'absent'>;
  /** Every way into the workspace's home, `known` among them, and what only looks like one. */
  find(key: WorkspaceKey, known: string | undefined): Promise<FoundAccess>;
  /** Deletes one that `find` has found. One that is gone is as good. */
  remove(accessPoint: string): Promise<void>;
}

export interface FoundAccess {
  /** Those that lead into the home, or say by their tags that they are this workspace's. */
  own: { id: string; posixUid: number | undefined }[];
  /** `known`, or one with this workspace's tags, that leads into another's home: left alone. */
  foreign: string[];
}

export interface WorkspaceFiles {
  /**
   * Deletes files of the workspace's home for a while. `unfinished`: there are more, call again. `retained`: this
   * installation keeps the files of terminated workspaces.
   */
  remove(key: WorkspaceKey): Promise<'deleted' | 'unfinished' | 'retained'>;
}

/** Homes on the mounted file system, for the one function that has it mounted. */
export interface Homes {
  /**
   * Deletes what it can of the workspace's home within `seconds`, never anything else, and leaves a tombstone that
   * says since when (`at`, epoch seconds). Calling again goes on where the last call ended.
   */
  remove(key: WorkspaceKey, limit: { seconds: number; at: number }): Promise<RemovedSlice>;
}

export interface RemovedSlice {
  /** Nothing of the home is left. */
  done: boolean;
  /** Files, folders and links that this call has deleted. */
  removed: number;
}
