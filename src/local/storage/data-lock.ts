import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files that this very process has locked: its own pid in a file may also be left from an earlier life. */
const held = new Set<string>();

/**
 * Makes sure that only one process uses the data folder, which is created if it does not exist. Take it before
 * anything in the folder is opened. A lock whose process is dead is taken over. Returns a function that
 * releases it. Throws if another process, or this one, holds the folder.
 */
export function lockDataDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'lock');
  const own = `${file}.${process.pid}`;
  // Linking a finished file means that nobody ever reads a lock without its pid.
  writeFileSync(own, `${process.pid}\n`);
  try {
    if (!link(own, file)) {
      refuseIfHeld(directory, file);
      rmSync(file, { force: true });
      if (!link(own, file)) refuseIfHeld(directory, file);
    }
  } finally {
    rmSync(own);
  }
  held.add(file);
  return () => {
    if (held.delete(file)) rmSync(file, { force: true });
  };
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function refuseIfHeld(directory: string, file: string): void {
  const pid = Number(readFileSync(file, 'utf8'));
  const alive = pid === process.pid ? held.has(file) : isAlive(pid);
  if (!alive) return;
  throw new Error(
    `The data folder ${directory} is in use by process ${pid}. Stop that process or choose another folder. ` +
      `If process ${pid} is something else, delete ${file}.`,
  );
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
