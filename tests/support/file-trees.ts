import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  promises,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { FileCalls } from '../../src/aws/file-calls.ts';

/** Writes a small file, with the folders above it, and returns its path. */
export function write(...path: string[]): string {
  const file = join(...path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `content of ${file}`);
  return file;
}

/** Everything below a folder, one line each: kind, permissions, path, and what it holds. Two alike are byte-identical. */
export function listTree(folder: string | Buffer): string[] {
  const root = Buffer.from(folder);
  const lines: string[] = [];
  const open = [Buffer.alloc(0)];
  for (let at = open.pop(); at; at = open.pop()) {
    for (const name of readdirSync(Buffer.concat([root, at]), { encoding: 'buffer' })) {
      const path = Buffer.concat([at, Buffer.from('/'), name]);
      const full = Buffer.concat([root, path]);
      const found = lstatSync(full);
      if (found.isDirectory()) open.push(path);
      let holds = '';
      if (found.isFile()) holds = createHash('sha256').update(readFileSync(full)).digest('hex');
      if (found.isSymbolicLink()) holds = readlinkSync(full);
      lines.push(`${(found.mode & 0o177777).toString(8)} ${path.toString('latin1')} ${holds}`);
    }
  }
  return lines.sort();
}

/** One hash of all of it. */
export function hashTree(folder: string): string {
  return createHash('sha256').update(listTree(folder).join('\n')).digest('hex');
}

/** How a tree is made: every folder has `files` files and, down to `depth`, `folders` folders. */
export interface TreeShape {
  depth: number;
  folders: number;
  files: number;
}

/** Makes such a tree of small files and returns how many entries it has, the folder itself among them. */
export function makeTree(folder: string, { depth, folders, files }: TreeShape): number {
  mkdirSync(folder, { recursive: true });
  let entries = 1 + files;
  for (let file = 0; file < files; file += 1) writeFileSync(join(folder, `file-${file}`), `${file}`);
  if (depth === 0) return entries;
  for (let child = 0; child < folders; child += 1) {
    entries += makeTree(join(folder, `folder-${child}`), { depth: depth - 1, folders, files });
  }
  return entries;
}

/**
 * Makes folders within folders, deeper than any path can say: piece by piece, each put under the next by a rename.
 * `scratch` is a folder on the same file system. Returns how many folders there are, `folder` among them.
 */
export function makeChain(folder: string, scratch: string, pieces: number): number {
  const names = Array.from({ length: 12 }, (_, index) => `${index}-`.padEnd(200, 'x'));
  let top: string | undefined;
  for (let piece = 0; piece < pieces; piece += 1) {
    const next = join(scratch, `piece-${piece}`);
    const bottom = join(next, ...names);
    mkdirSync(bottom, { recursive: true });
    if (top) renameSync(top, join(bottom, 'below'));
    else writeFileSync(join(bottom, 'file'), 'deep');
    top = next;
  }
  if (top) renameSync(top, folder);
  return pieces * (names.length + 1);
}

export type CallName = keyof FileCalls;

/** The real calls, each of which goes through `around` with its name and its first path. */
export function wrappedCalls(
  around: (name: CallName, path: string, run: () => Promise<unknown>) => Promise<unknown>,
): FileCalls {
  const names: CallName[] = [
    'chmod',
    'lstat',
    'mkdir',
    'opendir',
    'readFile',
    'rename',
    'rmdir',
    'unlink',
    'writeFile',
  ];
  const wrap = (name: CallName) => {
    const call = promises[name] as (path: unknown, ...more: unknown[]) => Promise<unknown>;
    return (path: unknown, ...more: unknown[]) => around(name, String(path), () => call(path, ...more));
  };
  return Object.fromEntries(names.map((name) => [name, wrap(name)])) as unknown as FileCalls;
}
