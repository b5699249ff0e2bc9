import { join } from 'node:path';
import { type WorkspaceKey, workspacePath } from '../core/workspace-key.ts';
import { type FileCalls, failure, findFolder, makeFolder } from './file-calls.ts';
import { Quarantine } from './quarantine.ts';
import { begun, readTombstone, writeTombstone } from './tombstone.ts';

/** Beside the folders of the clients. No id begins with a dot, so neither is anybody's. */
const QUARANTINES = '.purging';
const TOMBSTONES = '.tombstones';

/** One call's share in the deletion of a home: where its parts are, and how they get from one place to the next. */
export class Removal {
  readonly quarantine: Quarantine;
  private readonly files: FileCalls;
  private readonly root: string;
  private readonly device: number;
  private readonly key: WorkspaceKey;
  private readonly tombstonePath: string;
  /** How many of what the quarantine has deleted stand in the tombstone. */
  private noted = 0;

  /** `root` is a folder on the device `device`; `key` is valid. */
  constructor(files: FileCalls, root: string, device: number, key: WorkspaceKey) {
    this.files = files;
    this.root = root;
    this.device = device;
    this.key = key;
    const { clientId, userId } = key;
    this.quarantine = new Quarantine(join(root, QUARANTINES, clientId, userId), device, files);
    this.tombstonePath = join(root, TOMBSTONES, clientId, `${userId}.json`);
  }

  /** Sets the tombstone, if this is the beginning. False if all is gone and the tombstone says so. */
  async begin(at: number): Promise<boolean> {
    const known = await readTombstone(this.files, this.tombstonePath);
    const isFinished = known?.finishedAt !== undefined;
    const home = await this.findHome();
    if (isFinished && home === undefined) {
      // A call that ended right before its end has left an empty folder.
      return (await this.find([QUARANTINES, this.key.clientId])) !== undefined;
    }
    const tombstone = begun(known, workspacePath(this.key), at);
    if (tombstone !== known) await this.write(tombstone);
    return true;
  }

  /** Its path, if it is there. Throws InvariantError if it is no folder, or a mount point. */
  findHome(): Promise<string | undefined> {
    return this.find(this.segments());
  }

  /** Moves the home, if there is one, to where nobody finds it. */
  async takeHome(): Promise<void> {
    await this.makeQuarantine();
    const home = await this.findHome();
    if (home !== undefined) await this.quarantine.take(home);
  }

  /** Adds to the tombstone what has been deleted since it was last noted, and the end, if this is it. */
  async note(finishedAt?: number): Promise<void> {
    const known = await readTombstone(this.files, this.tombstonePath);
    const latest = known ?? begun(undefined, workspacePath(this.key), finishedAt ?? 0);
    const { removed } = this.quarantine;
    const next = {
      ...latest,
      finishedAt: latest.finishedAt ?? finishedAt,
      removed: latest.removed + removed - this.noted,
    };
    if (next.finishedAt === known?.finishedAt && next.removed === known?.removed) return;
    await this.write(next);
    this.noted = removed;
  }

  /** Removes the empty quarantine. False if something is in it again. */
  async close(): Promise<boolean> {
    const isClosed = await this.quarantine.close();
    const ofClient = join(this.root, QUARANTINES, this.key.clientId);
    // Another home of the client may be on its way out.
    if (isClosed) await failure(this.files.rmdir(ofClient), ofClient, ['ENOENT', 'ENOTEMPTY', 'EEXIST']);
    return isClosed;
  }

  private write(tombstone: Parameters<typeof writeTombstone>[2]): Promise<void> {
    return writeTombstone(this.files, this.tombstonePath, tombstone, async () => {
      await makeFolder(this.files, this.root, [TOMBSTONES, this.key.clientId], this.device);
      return (await this.makeQuarantine()) && this.quarantine.uniquePath();
    });
  }

  private makeQuarantine(): Promise<string | undefined> {
    return makeFolder(this.files, this.root, [QUARANTINES, ...this.segments()], this.device);
  }

  private find(segments: readonly string[]): Promise<string | undefined> {
    return findFolder(this.files, this.root, segments, this.device);
  }

  private segments(): [string, string] {
    return [this.key.clientId, this.key.userId];
  }
}
