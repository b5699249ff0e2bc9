import * as promises from 'node:fs/promises';
import { InstallationError, InvariantError } from '../core/errors.ts';
import { showKey, type WorkspaceKey, workspaceKeySchema } from '../core/workspace-key.ts';
import type { Homes, RemovedSlice } from '../ports.ts';
import { type FileCalls, unlessGone } from './file-calls.ts';
import { Removal } from './removal.ts';

export interface MountedHomesOptions {
  /** Seconds of a clock that only goes forward. */
  now?: () => number;
  files?: FileCalls;
}

/**
 * Homes in a folder, `<root>/<clientId>/<userId>`; on AWS the mount point of an access point that leads to `/workspace`.
 * A home is first moved to `<root>/.purging/<clientId>/<userId>`, where nobody looks for it, and deleted there. Its
 * tombstone is `<root>/.tombstones/<clientId>/<userId>.json`. Any number of calls may be at work at the same time, and
 * each may end anywhere.
 */
export class MountedHomes implements Homes {
  private readonly root: string;
  private readonly now: () => number;
  private readonly files: FileCalls;

  constructor(
    root: string,
    { now = () => performance.now() / 1000, files = promises }: MountedHomesOptions = {},
  ) {
    this.root = root;
    this.now = now;
    this.files = files;
  }

  /**
   * Throws InvariantError, and goes no further, for a home that is no folder, and for a mount point anywhere in it;
   * InstallationError where the file system is not mounted or does not let us delete.
   */
  async remove(key: WorkspaceKey, { seconds, at }: { seconds: number; at: number }): Promise<RemovedSlice> {
    const endsAt = this.now() + seconds;
    const isOver = () => this.now() >= endsAt;
    const removal = await this.open(key);
    const { quarantine } = removal;
    if (!(await removal.begin(at))) return { done: true, removed: 0 };
    do {
      await removal.takeHome();
      // Somebody who has not heard of the end may have made the home anew meanwhile.
      if ((await quarantine.drain(isOver)) && !(await removal.findHome())) {
        await removal.note(at);
        if (await removal.close()) return { done: true, removed: quarantine.removed };
      }
    } while (!isOver());
    await removal.note();
    return { done: false, removed: quarantine.removed };
  }

  private async open(key: WorkspaceKey): Promise<Removal> {
    const { success, data } = workspaceKeySchema.safeParse(key);
    // Whoever calls has made sure of it; but this is the last place to do so.
    if (!success)
      throw new InvariantError(`${showKey(key)} is no workspace, expected two valid ids: not deleted`);
    const found = await unlessGone(this.files.lstat(this.root), this.root);
    if (found?.isDirectory()) return new Removal(this.files, this.root, found.dev, data);
    throw new InstallationError(
      `${this.root} is ${found ? 'no folder' : 'not there'}, expected the homes: mount the file system there`,
    );
  }
}
