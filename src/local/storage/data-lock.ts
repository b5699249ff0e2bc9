import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Files of this very process: one with its pid may also be left from an earlier life. */
const held = new Set<string>();

/** e.g. `lock.4711`. */
const LOCK_FILE = /^lock\.(\d+)$/;

/**
 * Makes sure that only one process uses the data folder, which is created if it does not exist. Take it before
 * anything in the folder is opened. Returns a function that releases it. Throws if another process, or this one,
 * holds the folder; files of dead processes do not count.
 *
 * Every process has a file of its own, written before it looks for others': of two that start at the same moment the
 * later one to write sees the other, so both may be refused, but never are both admitted. With one file for all, who
 * takes over from the dead could remove the file of another who has just done so.
 */
export function lockDataDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const own = join(resolve(directory), `lock.${process.pid}`);
  if (held.has(own)) throw inUse(directory, process.pid);
  writeFileSync(own, '');
  try {
    for (const pid of pidsIn(directory)) refuseIfAlive(directory, pid);
  } catch (error) {
    rmSync(own, { force: true });
    throw error;
  }
  held.add(own);
  return () => {
    if (held.delete(own)) rmSync(own, { force: true });
  };
}

/** Of all others that have a file in the folder. */
function pidsIn(directory: string): number[] {
  return readdirSync(directory)
    .flatMap((name) => LOCK_FILE.exec(name)?.[1] ?? [])
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

function refuseIfAlive(directory: string, pid: number): void {
  if (isAlive(pid)) throw inUse(directory, pid);
  rmSync(join(directory, `lock.${pid}`), { force: true });
}

function inUse(directory: string, pid: number): Error {
  return new Error(
    `The data folder ${directory} is in use by process ${pid}. Stop that process or choose another folder. ` +
      `If process ${pid} is something else, delete ${join(directory, `lock.${pid}`)}.`,
  );
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
