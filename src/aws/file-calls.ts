import type { Stats } from 'node:fs';
import type * as promises from 'node:fs/promises';
import { join } from 'node:path';
import { InstallationError, InvariantError } from '../core/errors.ts';

/** The calls to a file system that deleting takes, as `node:fs/promises` has them. */
export type FileCalls = Pick<
  typeof promises,
  'chmod' | 'lstat' | 'mkdir' | 'opendir' | 'readFile' | 'rename' | 'rmdir' | 'unlink' | 'writeFile'
>;

/** Somebody else has deleted it; ESTALE is NFS's word for that. */
const GONE = ['ENOENT', 'ESTALE'];

/** The code that a call failed with, if it is one of `expected`; undefined if it succeeded. Other errors are thrown. */
export async function failure(
  call: Promise<unknown>,
  path: string | Buffer,
  expected: readonly string[],
): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (expected.includes(code)) return code;
    throw explained(error, code, path);
  }
}

/** What a call gives; undefined where what it is about is gone. */
export async function unlessGone<T>(call: Promise<T>, path: string | Buffer): Promise<T | undefined> {
  return (await failure(call, path, GONE)) === undefined ? call : undefined;
}

/** Node's own errors name call and path; these three need to say what they mean here. */
function explained(error: unknown, code: string, path: string | Buffer): unknown {
  switch (code) {
    // rename(2), rmdir(2), unlink(2): what they answer for a mount point, and for a way that leads across one.
    case 'EBUSY':
    case 'EXDEV':
      return new InvariantError(`${path} is a mount point (${code}), expected none in a home: not deleted`);
    case 'EACCES':
    case 'EPERM':
      return new InstallationError(
        `${path} must not be changed (${code}): the function purge must act as root, give its role elasticfilesystem:ClientRootAccess`,
      );
    default:
      return error;
  }
}

/**
 * What lies at `root/segment/…`, where all of it are folders on the device `device`; undefined where one of them is
 * not there. Throws InvariantError for anything else, as a symbolic link could lead to another's home.
 */
export async function findFolder(
  files: FileCalls,
  root: string,
  segments: readonly string[],
  device: number,
): Promise<string | undefined> {
  let path = root;
  for (const segment of segments) {
    path = join(path, segment);
    const found = await unlessGone(files.lstat(path), path);
    if (found === undefined) return undefined;
    checkFolder(path, found, device);
  }
  return path;
}

/**
 * Makes the folder `root/segment/…`, for nobody else to enter, and returns its path; undefined where somebody removed a
 * part of it at the same time. Throws as `findFolder` does.
 */
export async function makeFolder(
  files: FileCalls,
  root: string,
  segments: readonly string[],
  device: number,
): Promise<string | undefined> {
  let path = root;
  for (const segment of segments) {
    path = join(path, segment);
    await failure(files.mkdir(path, { mode: 0o700 }), path, ['EEXIST', ...GONE]);
    const found = await unlessGone(files.lstat(path), path);
    if (found === undefined) return undefined;
    checkFolder(path, found, device);
  }
  return path;
}

function checkFolder(path: string, found: Stats, device: number): void {
  if (!found.isDirectory()) {
    const what = found.isSymbolicLink() ? 'a symbolic link' : 'a file';
    throw new InvariantError(`${path} is ${what}, expected a folder: not deleted`);
  }
  checkDevice(path, found, device);
}

/** Throws InvariantError for what lies on another file system than the homes do. */
export function checkDevice(path: string | Buffer, found: Stats, device: number): void {
  if (found.dev === device) return;
  throw new InvariantError(`${path} is a mount point (of device ${found.dev}), expected none: not deleted`);
}
