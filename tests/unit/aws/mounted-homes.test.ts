import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { MountedHomes, type MountedHomesOptions } from '../../../src/aws/mounted-homes.ts';
import { InstallationError, InvariantError } from '../../../src/core/errors.ts';
import { useDataFolder } from '../../support/data-folder.ts';
import { listTree, makeChain, makeTree, wrappedCalls, write } from '../../support/file-trees.ts';
import { OK_KEY } from '../../support/memory/ok-values.ts';

const folder = useDataFolder();
const root = () => join(folder(), 'workspace');
const home = () => join(root(), 'acme', 'ada');
beforeEach(() => mkdirSync(root()));

/** Time stands still unless a test says otherwise. */
function remove({ key = OK_KEY, seconds = 60, at = 1_000, ...options }: Options = {}) {
  return new MountedHomes(root(), { now: () => 0, ...options }).remove(key, { seconds, at });
}
type Options = MountedHomesOptions & { key?: typeof OK_KEY; seconds?: number; at?: number };

const tombstonePath = () => join(root(), '.tombstones', 'acme', 'ada.json');
const tombstone = () => JSON.parse(readFileSync(tombstonePath(), 'utf8'));
const quarantines = () => readdirSync(join(root(), '.purging'), { recursive: true });
const isGone = () => !existsSync(home()) && quarantines().length === 0;

/** A clock that is a second later at every look. */
function tickingClock() {
  let time = 0;
  return () => {
    time += 1;
    return time;
  };
}

/** Calls with no time at all, each of which does the least that a call does, until one says that it is done. */
async function removeInSlices(limit = 10_000) {
  for (let slices = 1, removed = 0; slices <= limit; slices += 1) {
    const slice = await remove({ seconds: 0 });
    removed += slice.removed;
    if (slice.done) return { slices, removed };
  }
  throw new Error(`not done after ${limit} calls`);
}

describe('a home', () => {
  test('goes with all that is in it; neighbours stay', async () => {
    write(home(), 'deep', '.hidden', 'file');
    mkdirSync(join(home(), 'empty'));
    write(root(), 'acme', 'ada2', 'file');
    write(root(), 'acme2', 'ada', 'file');
    const others = () => listTree(root()).filter((line) => /^\d+ \/(?:acme\/ada2|acme2)(?:\/| )/.test(line));
    const before = others();
    expect(await remove()).toEqual({ done: true, removed: 5 });
    expect(isGone()).toBe(true);
    expect(others()).toEqual(before);
    expect(readdirSync(root()).sort()).toEqual(['.purging', '.tombstones', 'acme', 'acme2']);
  });

  test('that is not there is deleted', async () => {
    expect(await remove()).toEqual({ done: true, removed: 0 });
    expect(tombstone()).toEqual({
      path: '/workspace/acme/ada',
      startedAt: 1_000,
      finishedAt: 1_000,
      removed: 0,
    });
  });

  test('is in nobody’s reach while it is being deleted', async () => {
    makeTree(home(), { depth: 2, folders: 9, files: 40 });
    expect(await remove({ seconds: 0 })).toMatchObject({ done: false });
    expect(existsSync(home())).toBe(false);
    expect(statSync(join(root(), '.purging')).mode & 0o777).toBe(0o700);
  });

  test('of many slices loses nothing between them', async () => {
    const entries = makeTree(home(), { depth: 3, folders: 4, files: 40 });
    const { slices, removed } = await removeInSlices();
    expect(removed).toBe(entries);
    expect(slices).toBeGreaterThan(5);
    expect(isGone()).toBe(true);
    expect(tombstone()).toMatchObject({ removed: entries });
  });

  test('is deleted by several calls at the same time', async () => {
    makeTree(home(), { depth: 3, folders: 4, files: 20 });
    write(root(), 'acme', 'bob', 'file');
    const neighbour = listTree(join(root(), 'acme', 'bob'));
    const slices = await Promise.all(Array.from({ length: 5 }, () => remove()));
    expect(slices.every(({ done }) => done)).toBe(true);
    expect(isGone()).toBe(true);
    expect(tombstone()).toMatchObject({ finishedAt: 1_000 });
    expect(listTree(join(root(), 'acme', 'bob'))).toEqual(neighbour);
  });

  test('may be deeper than a path can be long', async () => {
    mkdirSync(join(root(), 'acme'));
    const folders = makeChain(home(), folder(), 8);
    expect(await remove()).toEqual({ done: true, removed: folders + 1 });
    expect(isGone()).toBe(true);
  });

  test('may have folders that its owner may not enter or change', async () => {
    for (const mode of [0o000, 0o100, 0o400, 0o500]) {
      write(home(), `mode-${mode.toString(8)}`, 'inner', 'file');
      chmodSync(join(home(), `mode-${mode.toString(8)}`, 'inner'), mode);
      chmodSync(join(home(), `mode-${mode.toString(8)}`), mode);
    }
    chmodSync(home(), 0o500);
    expect(await asNobody(() => remove())).toEqual({ done: true, removed: 13 });
    expect(isGone()).toBe(true);
  });
});

/** Not as root, who may do everything. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return run();
  const nobody = 65_534;
  spawnSync('chown', ['-R', '-h', String(nobody), folder()]);
  chownSync(folder(), nobody, nobody);
  process.seteuid?.(nobody);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

describe('what a home may hold', () => {
  const outside = () => join(folder(), 'outside');
  test.each<[string, () => void]>([
    ['a link to another’s home', () => symlinkSync('../bob', join(home(), 'link'))],
    ['a link to the root', () => symlinkSync('/', join(home(), 'link'))],
    ['a link to a folder above', () => symlinkSync('..', join(home(), 'link'))],
    ['a link to itself', () => symlinkSync('link', join(home(), 'link'))],
    ['a link to a folder elsewhere', () => symlinkSync(outside(), join(home(), 'link'))],
    ['a link to nothing', () => symlinkSync('nowhere', join(home(), 'link'))],
    ['a hard link to a file elsewhere', () => linkSync(join(outside(), 'file'), join(home(), 'hard'))],
    ['a named pipe', () => void spawnSync('mkfifo', [join(home(), 'pipe')])],
    ['a name with a line feed', () => writeFileSync(join(home(), 'a\nb'), '')],
    ['a name of 255 bytes', () => mkdirSync(join(home(), 'x'.repeat(255)))],
    ['a name that is not UTF-8', () => writeFileSync(bytes('/\xff\xfe'), '')],
    ['a folder with a name that is not UTF-8', () => writeFileSync(bytes('/\xff'), '')],
    ['a name like those of the project', () => write(home(), '.purging', '.tombstones', 'acme', 'ada.json')],
    ['a name that a path would climb with', () => writeFileSync(join(home(), '...'), '')],
  ])('%s', async (_, put) => {
    for (const path of [join(root(), 'acme', 'bob'), outside(), join(home(), 'filled')]) write(path, 'file');
    const others = () => [...listTree(join(root(), 'acme', 'bob')), ...listTree(outside())];
    const before = others();
    put();
    expect(await remove()).toMatchObject({ done: true });
    expect(isGone()).toBe(true);
    expect(others()).toEqual(before);
  });
  const bytes = (name: string) => Buffer.concat([Buffer.from(home()), Buffer.from(name, 'latin1')]);

  test('a socket that somebody listens on', async () => {
    mkdirSync(home(), { recursive: true });
    const server = createServer();
    await new Promise<void>((listening) => server.listen(join(home(), 's'), listening));
    expect(await remove()).toEqual({ done: true, removed: 2 });
    await new Promise((closed) => server.close(closed));
    expect(isGone()).toBe(true);
  });
});

describe('refused, with nothing deleted', () => {
  const target = () => join(folder(), 'target');
  test.each<[string, string[]]>([
    ['the client', ['acme']],
    ['the home', ['acme', 'ada']],
    ['the quarantines', ['.purging']],
    ['the client’s quarantines', ['.purging', 'acme']],
    ['the quarantine', ['.purging', 'acme', 'ada']],
    ['the tombstones', ['.tombstones']],
    ['the client’s tombstones', ['.tombstones', 'acme']],
  ])('a symbolic link in the place of %s', async (_, segments) => {
    write(target(), 'file');
    write(target(), 'ada', 'file');
    write(target(), 'acme', 'ada', 'file');
    if (segments[0] !== 'acme') write(home(), 'file');
    const before = listTree(target());
    const link = join(root(), ...segments);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(target(), link);
    await expect(remove()).rejects.toThrow(InvariantError);
    await expect(remove()).rejects.toThrow(`${link} is a symbolic link, expected a folder`);
    expect(listTree(target())).toEqual(before);
  });

  test('a file in the place of the home', async () => {
    const file = write(home());
    await expect(remove()).rejects.toThrow(`${file} is a file, expected a folder`);
    expect(existsSync(file)).toBe(true);
  });

  test.each(['..', '.', '', '../acme', 'a/b', '/etc', '.purging', '.tombstones', 'a\0', 'x'.repeat(88)])(
    'the id %j',
    async (id) => {
      write(home(), 'file');
      const before = listTree(root());
      await expect(remove({ key: { clientId: 'acme', userId: id } })).rejects.toThrow(InvariantError);
      await expect(remove({ key: { clientId: id, userId: 'ada' } })).rejects.toThrow(InvariantError);
      expect(listTree(root())).toEqual(before);
    },
  );

  test('a file system that is not mounted', async () => {
    rmSync(root(), { recursive: true });
    await expect(remove()).rejects.toThrow(InstallationError);
    await expect(remove()).rejects.toThrow(
      `${root()} is not there, expected the homes: mount the file system`,
    );
  });
});

/** Mounting takes a privilege that not everybody has. */
const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0 && process.geteuid?.() === 0;
const testMount = canMount ? test : test.skip;
if (!canMount) console.warn('mount points are not tested here: this process may not mount');

describe('a mount point is never crossed', () => {
  const mount = (...options: string[]) => expect(spawnSync('mount', options).status).toBe(0);
  const bind = (at: string) => mount('--bind', join(folder(), 'beyond'), at);
  const tmpfs = (at: string) => {
    mount('-t', 'tmpfs', 'none', at);
    write(at, 'ada', 'file');
    write(at, 'file');
  };
  testMount.each<[string, string[], (at: string) => void]>([
    ['the client, of the same device', [], bind],
    ['the client, of another', [], tmpfs],
    ['the home, of the same device', ['ada'], bind],
    ['the home, of another', ['ada'], tmpfs],
    ['a folder in the home, of the same device', ['ada', 'inner'], bind],
    ['a folder in the home, of another', ['ada', 'inner'], tmpfs],
    ['a folder deep in the home', ['ada', 'a', 'b', 'c'], bind],
  ])('%s', async (_, segments, mountAt) => {
    write(folder(), 'beyond', 'file');
    write(folder(), 'beyond', 'ada', 'file');
    mkdirSync(home(), { recursive: true });
    const at = join(root(), 'acme', ...segments);
    mkdirSync(at, { recursive: true });
    mountAt(at);
    // The mount moves along with the folder that it is in, so this second way to it is for looking.
    const beyond = join(folder(), 'looking-glass');
    mkdirSync(beyond);
    mount('--bind', at, beyond);
    try {
      const before = listTree(beyond);
      expect(before).not.toEqual([]);
      await expect(remove()).rejects.toThrow(InvariantError);
      await expect(remove()).rejects.toThrow(/is a mount point \((EBUSY|EXDEV|of device \d+)\)/);
      expect(listTree(beyond)).toEqual(before);
    } finally {
      for (const path of mountsUnder(folder())) expect(spawnSync('umount', [path]).status).toBe(0);
    }
  });
});

function mountsUnder(path: string): string[] {
  const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return lines.map((line) => line.split(' ')[1] ?? '').filter((at) => at.startsWith(`${path}/`));
}

describe('somebody who writes meanwhile', () => {
  test('and makes the home anew: it goes as well', async () => {
    write(home(), 'file');
    let left = 3;
    const files = wrappedCalls(async (name, path, run) => {
      const result = await run();
      if (name === 'rmdir' && path.includes('.purging') && left > 0) {
        left -= 1;
        write(home(), 'again');
      }
      return result;
    });
    expect(await remove({ files })).toEqual({ done: true, removed: 8 });
    expect(isGone()).toBe(true);
  });

  test('and never ends: the call ends nevertheless, and the next goes on', async () => {
    write(home(), 'file');
    let writes = true;
    const files = wrappedCalls(async (name, _, run) => {
      const result = await run();
      if (name === 'rmdir' && writes) write(home(), 'again');
      return result;
    });
    expect(await remove({ files, now: tickingClock(), seconds: 20 })).toMatchObject({ done: false });
    writes = false;
    expect(await remove({ files })).toMatchObject({ done: true });
    expect(isGone()).toBe(true);
  });

  test('into a folder that is being deleted: it is looked at again', async () => {
    write(home(), 'a', 'b', 'file');
    let left = 5;
    const files = wrappedCalls(async (name, path, run) => {
      if (name === 'rmdir' && left > 0 && existsSync(path)) {
        left -= 1;
        write(path, `late-${left}`);
        write(path, `late-folder-${left}`, 'file');
      }
      return run();
    });
    expect(await remove({ files })).toMatchObject({ done: true });
    expect(left).toBe(0);
    expect(isGone()).toBe(true);
  });

  test.each(['rmdir', 'rename', 'opendir', 'lstat', 'unlink'] as const)(
    'and swaps a symbolic link in just before %s: it is not followed',
    async (call) => {
      write(home(), 'folder', 'file');
      write(home(), 'folder', 'victim', 'file');
      write(home(), 'folder', 'victim', 'deep', 'file');
      write(folder(), 'outside', 'file');
      write(folder(), 'outside', 'deep', 'file');
      const before = listTree(join(folder(), 'outside'));
      let swapped = false;
      // What lies right in the quarantine is ours alone; all below may still be changed by those who have it open.
      const files = wrappedCalls(async (name, path, run) => {
        if (name === call && !swapped) swapped = swapVictim();
        if (name === call && path.endsWith('/victim')) swapped = swapped || swapVictim();
        return run();
      });
      const swapVictim = () => {
        const found = readdirSync(folder(), { recursive: true, encoding: 'utf8' }).find(
          (path) => path.endsWith('/victim') && path.includes('.purging'),
        );
        if (!found) return false;
        renameSync(join(folder(), found), join(folder(), 'moved-away'));
        symlinkSync(join(folder(), 'outside'), join(folder(), found));
        return true;
      };
      expect(await remove({ files })).toMatchObject({ done: true });
      expect(swapped).toBe(true);
      expect(isGone()).toBe(true);
      expect(listTree(join(folder(), 'outside'))).toEqual(before);
    },
  );

  test('and puts a folder in the place of a file, just before it is deleted', async () => {
    write(home(), 'file');
    const files = wrappedCalls(async (name, path, run) => {
      if (name === 'unlink' && path.endsWith('/file') && statSync(path).isFile()) {
        unlinkSync(path);
        write(path, 'inner');
      }
      return run();
    });
    expect(await remove({ files })).toMatchObject({ done: true });
    expect(isGone()).toBe(true);
  });
});

describe('the tombstone', () => {
  const PATH = '/workspace/acme/ada';
  test('says since when, and the end', async () => {
    makeTree(home(), { depth: 1, folders: 20, files: 40 });
    await remove({ seconds: 0, at: 1_000 });
    expect(tombstone()).toMatchObject({ path: PATH, startedAt: 1_000 });
    expect(tombstone()).not.toHaveProperty('finishedAt');
    await remove({ at: 1_060 });
    const done = { path: PATH, startedAt: 1_000, finishedAt: 1_060, removed: 21 + 21 * 40 };
    expect(tombstone()).toEqual(done);
    expect(await remove({ at: 2_000 })).toEqual({ done: true, removed: 0 });
    expect(tombstone()).toEqual(done);
  });

  test('of a workspace that was made anew and terminated again says so', async () => {
    for (const at of [1_000, 2_000, 3_000]) {
      write(home(), 'file');
      await remove({ at });
    }
    expect(tombstone()).toEqual({
      path: PATH,
      startedAt: 3_000,
      finishedAt: 3_000,
      removed: 2,
      earlier: [1_000, 2_000].map((at) => ({ startedAt: at, finishedAt: at, removed: 2 })),
    });
  });

  test('of ids that look alike are apart', async () => {
    for (const userId of ['ada', 'ada.json']) await remove({ key: { clientId: 'acme', userId } });
    for (const clientId of ['acme', 'acme.json']) await remove({ key: { clientId, userId: 'ada' } });
    expect(readdirSync(join(root(), '.tombstones', 'acme')).sort()).toEqual(['ada.json', 'ada.json.json']);
  });

  test.each(['', 'no JSON', '{"path":1}'])(
    'that cannot be read, %j, is no reason to keep files',
    async (text) => {
      mkdirSync(join(tombstonePath(), '..'), { recursive: true });
      writeFileSync(tombstonePath(), text);
      write(home(), 'file');
      expect(await remove()).toEqual({ done: true, removed: 2 });
      expect(tombstone()).toMatchObject({ startedAt: 1_000, finishedAt: 1_000 });
    },
  );
});

describe('an error of the file system', () => {
  const failing = (call: string, code: string, times = Number.POSITIVE_INFINITY) => {
    let left = times;
    return wrappedCalls(async (name, path, run) => {
      // Of the renames, those of folders in a home.
      const place = name === 'rename' ? /\.purging\/acme\/ada\/[^/]+\/./ : /\.purging\/acme\/ada\/./;
      if (name !== call || !place.test(path) || left <= 0) return run();
      left -= 1;
      throw Object.assign(new Error(`${code}: ${call} '${path}'`), { code });
    });
  };

  test.each(['unlink', 'rmdir', 'opendir', 'lstat', 'rename'])('in %s says which path', async (call) => {
    write(home(), 'a', 'file');
    await expect(remove({ files: failing(call, 'EIO') })).rejects.toThrow(
      /EIO: \w+ '.*\.purging\/acme\/ada\//,
    );
    expect(await remove()).toMatchObject({ done: true });
    expect(isGone()).toBe(true);
  });

  test.each(['EACCES', 'EPERM'])('%s is the operator’s to mend', async (code) => {
    write(home(), 'file');
    const removing = remove({ files: failing('unlink', code) });
    await expect(removing).rejects.toThrow(InstallationError);
    await expect(removing).rejects.toThrow(
      /\/file must not be changed .* elasticfilesystem:ClientRootAccess/,
    );
  });

  test('no room for a folder in the quarantine: it waits where it is', async () => {
    write(home(), 'a', 'b', 'file');
    write(home(), 'c', 'd', 'file');
    expect(await remove({ files: failing('rename', 'EMLINK', 3) })).toEqual({ done: true, removed: 7 });
    expect(isGone()).toBe(true);
  });
});
