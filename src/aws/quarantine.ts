import { randomUUID } from 'node:crypto';
import type { Dirent, OpenDirOptions } from 'node:fs';
import { join } from 'node:path';
import { checkDevice, type FileCalls, failure, unlessGone } from './file-calls.ts';

/** How many folders are emptied at once, and how many entries of each: a call to a network file system takes milliseconds. */
const FOLDERS_AT_ONCE = 8;
const ENTRIES_AT_ONCE = 32;

/** What a call may meet where somebody writes or deletes at the same time: what is left is looked at again. */
const CHANGED = ['ENOENT', 'ESTALE', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR'];
/** Too many folders in the quarantine for this file system: there will be room when some of them are gone. */
const FULL = 'EMLINK';

/** Names are bytes: not all are UTF-8. */
type Entry = Dirent<Buffer>;

/**
 * A folder whose content is to be deleted. It is its own to-do list, kept on disk: a folder in it that holds folders
 * hands them up to it by a rename. So nothing is walked, no tree is too deep or too large for memory, and whoever comes
 * next goes on where the last one ended, at whatever call that was.
 *
 * Only we can rename what lies right in the quarantine, and every path ends at most one name below that. So no symbolic
 * link is ever followed, whatever is put there by those who still have a folder of it open.
 */
export class Quarantine {
  private readonly path: string;
  private readonly device: number;
  private readonly files: FileCalls;
  /** Files, folders and links deleted so far. */
  removed = 0;

  /** `path` is that of a folder on the device `device`, or of nothing. */
  constructor(path: string, device: number, files: FileCalls) {
    this.path = path;
    this.device = device;
    this.files = files;
  }

  /** A path in it that nothing has. */
  uniquePath(): string {
    return join(this.path, randomUUID());
  }

  /**
   * Takes a folder in: from then on nobody finds it by its path. Left where it is if somebody changes it meanwhile, or
   * the quarantine is gone or full. Throws InvariantError for a mount point, which cannot be renamed.
   */
  async take(path: string | Buffer): Promise<void> {
    const failed = await failure(this.files.rename(path, this.uniquePath()), path, [
      ...CHANGED,
      FULL,
      'EACCES',
    ]);
    if (failed !== 'EACCES') return;
    // A folder that moves has its `..` written. Only root may do so where its owner may not.
    const found = await unlessGone(this.files.lstat(path), path);
    if (!found?.isDirectory()) return;
    await failure(this.files.chmod(path, 0o700), path, CHANGED);
    await failure(this.files.rename(path, this.uniquePath()), path, [...CHANGED, FULL]);
  }

  /** Deletes until nothing is left, then true, or `isOver` says so, but a little in any case. */
  async drain(isOver: () => boolean): Promise<boolean> {
    for (;;) {
      let isEmpty = true;
      for await (const batch of this.batches(this.path, FOLDERS_AT_ONCE)) {
        isEmpty = false;
        await all(batch.map((entry) => this.remove(childOf(this.path, entry), isOver)));
        if (isOver()) return false;
      }
      if (isEmpty) return true;
    }
  }

  /** Removes the empty quarantine itself. False if somebody has put something in meanwhile. */
  async close(): Promise<boolean> {
    const failed = await failure(this.files.rmdir(this.path), this.path, CHANGED);
    return failed === undefined || failed === 'ENOENT';
  }

  /** Removes what lies right in the quarantine: all of it, or as much as the time allows. */
  private async remove(path: Buffer, isOver: () => boolean): Promise<void> {
    const found = await unlessGone(this.files.lstat(path), path);
    if (!found) return;
    if (!found.isDirectory()) {
      await this.removing(this.files.unlink(path), path);
      return;
    }
    checkDevice(path, found, this.device);
    if ((found.mode & 0o700) !== 0o700) await failure(this.files.chmod(path, 0o700), path, CHANGED);
    for await (const batch of this.batches(path, ENTRIES_AT_ONCE)) {
      await all(batch.map((entry) => this.removeEntry(path, entry)));
      if (isOver()) return;
    }
    await this.removing(this.files.rmdir(path), path);
  }

  /** Removes an entry of a folder in the quarantine, or hands it up if it is a folder that is not empty. */
  private async removeEntry(folder: Buffer, entry: Entry): Promise<void> {
    const path = childOf(folder, entry);
    if (!entry.isDirectory()) {
      await this.removing(this.files.unlink(path), path);
      return;
    }
    const failed = await this.removing(this.files.rmdir(path), path);
    if (failed === 'ENOTEMPTY' || failed === 'EEXIST') await this.take(path);
  }

  private async removing(call: Promise<void>, path: Buffer): Promise<string | undefined> {
    const failed = await failure(call, path, CHANGED);
    if (failed === undefined) this.removed += 1;
    return failed;
  }

  /** The entries of a folder, some at a time: it may have millions. None where it is gone. */
  private async *batches(path: string | Buffer, size: number): AsyncGenerator<Entry[]> {
    const options = { encoding: 'buffer', bufferSize: size } as unknown as OpenDirOptions;
    const folder = await unlessGone(this.files.opendir(path, options), path);
    if (!folder) return;
    try {
      let batch: Entry[] = [];
      for (;;) {
        const entry = (await unlessGone(folder.read(), path)) as Entry | null | undefined;
        if (entry) batch.push(entry);
        if (batch.length > 0 && (!entry || batch.length === size)) {
          yield batch;
          batch = [];
        }
        if (!entry) return;
      }
    } finally {
      await folder.close();
    }
  }
}

function childOf(folder: string | Buffer, { name }: Entry): Buffer {
  return Buffer.concat([Buffer.from(folder), Buffer.from('/'), name]);
}

/** Waits for all of them, also where one fails: nothing goes on behind the caller's back. */
async function all(calls: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(calls)).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}
