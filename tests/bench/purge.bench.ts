import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MountedHomes } from '../../src/aws/mounted-homes.ts';

/** Seconds that a slice is given, each of them really waited for. */
const SLICE_SECONDS = 5;
const KEY = { clientId: 'acme', userId: 'ada' };
/** A folder has this many files, and as many folders as it takes, down to this depth. */
const FILES_PER_FOLDER = 20;
const DEPTH = 40;

export interface PurgeFigures {
  files: number;
  entries: number;
  /** Bytes of the longest path in the home. */
  deepestPath: number;
  slices: number;
  seconds: number;
  entriesPerSecond: number;
  /** MiB before, and the most that was seen between slices or a tenth of a second apart. */
  rss: { before: number; most: number };
  heap: { before: number; most: number };
}

/** How fast a home of so many small files in a deep tree is deleted, in slices, and what memory that takes. */
export async function benchPurge(files: number): Promise<PurgeFigures> {
  const root = mkdtempSync(join(tmpdir(), 'workspace-cleanup-bench-'));
  try {
    const tree = makeDeepTree(join(root, KEY.clientId, KEY.userId), files);
    return { files, ...tree, ...(await measure(root)) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function measure(root: string): Promise<Omit<PurgeFigures, 'files' | 'entries' | 'deepestPath'>> {
  globalThis.gc?.();
  const [before, most] = [memory(), memory()];
  const look = () => {
    const { rss, heap } = memory();
    most.rss = Math.max(most.rss, rss);
    most.heap = Math.max(most.heap, heap);
  };
  const timer = setInterval(look, 100);
  const homes = new MountedHomes(root);
  const begin = performance.now();
  let [slices, removed, done] = [0, 0, false];
  while (!done) {
    const slice = await homes.remove(KEY, { seconds: SLICE_SECONDS, at: Date.now() / 1000 });
    slices += 1;
    removed += slice.removed;
    done = slice.done;
    look();
  }
  clearInterval(timer);
  const seconds = (performance.now() - begin) / 1000;
  return {
    slices,
    seconds,
    entriesPerSecond: removed / seconds,
    rss: { before: before.rss, most: most.rss },
    heap: { before: before.heap, most: most.heap },
  };
}

/** Chains of folders side by side, each folder with its files. */
function makeDeepTree(home: string, files: number): { entries: number; deepestPath: number } {
  mkdirSync(home, { recursive: true });
  let [left, entries, deepestPath] = [files, 1, 0];
  for (let chain = 0; left > 0; chain += 1) {
    let folder = join(home, `chain-${chain}`);
    for (let depth = 0; depth < DEPTH && left > 0; depth += 1) {
      mkdirSync(folder);
      entries += 1;
      for (let file = 0; file < FILES_PER_FOLDER && left > 0; file += 1, left -= 1, entries += 1) {
        writeFileSync(join(folder, `file-${file}`), 'x');
      }
      deepestPath = Math.max(deepestPath, folder.length - home.length);
      folder = join(folder, `folder-at-depth-${depth}`);
    }
  }
  return { entries, deepestPath };
}

function memory(): { rss: number; heap: number } {
  const { rss, heapUsed } = process.memoryUsage();
  return { rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 };
}
