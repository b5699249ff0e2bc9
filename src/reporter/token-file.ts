import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { lifeOf, subjectOf } from './token-claims.ts';

/**
 * A token that was renewed is kept where only this user can read it, outside of the workspace: a reporter that is started
 * again finds the newer one. Nothing here ever throws: without the file the token of the environment is what there is.
 */
export function newestToken(path: string, given: string): string {
  try {
    refuseForeign(dirname(path));
    const kept = readFileSync(path, 'utf8').trim();
    const isNewer = (lifeOf(kept)?.expiresAt ?? 0) > (lifeOf(given)?.expiresAt ?? 0);
    // Of another workspace, or of another access point, it is worth nothing.
    return isNewer && subjectOf(kept) === subjectOf(given) ? kept : given;
  } catch {
    return given;
  }
}

export function keepToken(path: string, token: string): void {
  try {
    makeFolder(dirname(path));
    const next = `${path}.${process.pid}`;
    rmSync(next, { force: true });
    writeFileSync(next, `${token}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(next, path);
  } catch {
    // As long as this process lives, it knows the token.
  }
}

/** Not with `recursive`: in a folder that is gone that never ends. Throws if it is not there then, and this user's alone. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  refuseForeign(path);
}

/** Somebody else may have made it, or may write into it: then nothing in it is believed. */
function refuseForeign(path: string): void {
  const found = lstatSync(path);
  const { uid, mode } = found;
  const isOurs = found.isDirectory() && uid === (process.getuid?.() ?? uid) && (mode & 0o022) === 0;
  if (!isOurs) throw new Error(`${path} is not a folder of this user alone`);
}
