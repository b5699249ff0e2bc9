import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findUnsavedWork } from '../../src/reporter/git.ts';
import { FolderSource } from '../../src/reporter/sources/folder.ts';
import { SocketSource, touchThrough } from '../../src/reporter/sources/socket.ts';
import { StatusFileSource } from '../../src/reporter/sources/status-file.ts';
import { TerminalSource } from '../../src/reporter/sources/terminals.ts';
import { REAL_TIME } from '../../src/reporter/time.ts';
import { until } from '../support/until.ts';
import { VirtualTime } from '../support/virtual-time.ts';

jest.setTimeout(180_000);

let root = '';
const sources: { stop(): void }[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'workspace-'));
});
afterEach(() => {
  for (const source of sources.splice(0)) source.stop();
  rmSync(root, { recursive: true, force: true });
});

const write = (...path: string[]) => {
  mkdirSync(join(root, ...path.slice(0, -1)), { recursive: true });
  writeFileSync(join(root, ...path), `${Math.random()}`);
};

/** Touches that come in, and a way to wait for the next one. */
function touches() {
  const seen: (number | undefined)[] = [];
  let wake = () => {};
  const touch = (at?: number) => {
    seen.push(at);
    wake();
  };
  const next = async (than = 0) => {
    while (seen.length <= than)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  return { seen, touch, next };
}

describe('files', () => {
  async function watched(options: { ignore?: string[]; except?: string[]; mostFolders?: number } = {}) {
    const lines: string[] = [];
    const source = new FolderSource({
      root,
      time: REAL_TIME,
      say: (line) => void lines.push(line),
      ...options,
    });
    sources.push(source);
    const { seen, touch, next } = touches();
    source.start(touch);
    await source.settled();
    return { source, seen, next, lines };
  }

  /** Resolves when every event until now has come in: they come in order, and this one the source ignores. */
  function allCameIn(): Promise<void> {
    return new Promise((resolve) => {
      const watcher = watch(root, (_kind, name) => {
        if (name !== 'coverage') return;
        watcher.close();
        resolve();
      });
      write('coverage', 'end');
    });
  }

  test('a change anywhere is use, also in a folder that is new', async () => {
    write('src', 'deep', 'er', 'a.ts');
    const { source, seen, next } = await watched();
    expect(source.size).toBe(4);
    write('src', 'deep', 'er', 'a.ts');
    await next();
    const before = seen.length;
    mkdirSync(join(root, 'new', 'one'), { recursive: true });
    await next(before);
    await source.settled();
    // The folder in it is found as the first one is looked through.
    await source.settled();
    const known = seen.length;
    write('new', 'one', 'b.ts');
    await next(known);
  });

  test.each([['.git'], ['node_modules'], ['dist'], ['my-cache']])(
    'what happens in %s is none',
    async (folder) => {
      write(folder, 'sub', 'a');
      write('src', 'a');
      const { source, seen, next } = await watched({ ignore: ['my-cache'] });
      expect(source.size).toBe(2);
      write(folder, 'sub', 'a');
      write(folder, 'b');
      rmSync(join(root, folder), { recursive: true });
      await allCameIn();
      expect(seen).toStrictEqual([]);
      write('src', 'a');
      await next();
    },
  );

  test('a folder that is moved or gone is watched no longer', async () => {
    write('old', 'a');
    const { source, next } = await watched();
    renameSync(join(root, 'old'), join(root, 'moved'));
    await next();
    await source.settled();
    rmSync(join(root, 'moved'), { recursive: true });
    await next(1);
    await source.settled();
    expect(source.size).toBeLessThanOrEqual(2);
  });

  test('a folder in place of another is watched, by the same name', async () => {
    write('src', 'a.ts');
    const { source, seen, next } = await watched();
    rmSync(join(root, 'src'), { recursive: true });
    write('src', 'b.ts');
    await next();
    await source.settled();
    const before = seen.length;
    write('src', 'b.ts');
    await next(before);
  });

  test('what is excepted does not count, nor what is written beside it on its way there', async () => {
    const { seen, next } = await watched({ except: [join(root, 'status.json')] });
    write('status.json.tmp');
    renameSync(join(root, 'status.json.tmp'), join(root, 'status.json'));
    await allCameIn();
    expect(seen).toStrictEqual([]);
    write('a');
    await next();
  });

  test('what only begins with the name of what is excepted counts', async () => {
    const { source, next } = await watched({ except: [root.slice(0, -1), join(root, 'run')] });
    expect(source.size).toBe(1);
    write('runner');
    await next();
  });

  test('what is in a folder that is excepted does not count', async () => {
    write('run', 'a');
    const { source, seen } = await watched({ except: [join(root, 'run')] });
    expect(source.size).toBe(1);
    write('run', 'a');
    await allCameIn();
    expect(seen).toStrictEqual([]);
  });

  test('too many folders are said, and those that are watched are', async () => {
    for (let index = 0; index < 5; index += 1) write(`folder-${index}`, 'a');
    const { source, lines } = await watched({ mostFolders: 3 });
    expect(source.size).toBe(3);
    expect(lines).toEqual([
      expect.stringMatching(/more than 3 folders are in .*: changes in the others are not seen/),
    ]);
  });

  test('a workspace that is not there is looked for again', async () => {
    rmSync(root, { recursive: true });
    const time = new VirtualTime(0);
    const lines: string[] = [];
    const source = new FolderSource({ root, time, say: (line) => void lines.push(line) });
    sources.push(source);
    const { touch, next } = touches();
    source.start(touch);
    await time.pass(40_000);
    mkdirSync(root);
    while (source.size === 0) await time.pass(30_000);
    expect(lines).toEqual([
      `${root} cannot be watched (ENOENT): it is looked for again`,
      `${root} is there again`,
    ]);
    write('a');
    await next();
  });
});

describe('the socket', () => {
  const path = () => join(root, 'run', 'reporter.sock');
  async function opened() {
    const { seen, touch } = touches();
    const lines: string[] = [];
    const source = new SocketSource({
      path: path(),
      status: () => ({ isBehind: false }),
      say: (line) => void lines.push(line),
    });
    sources.push(source);
    source.start(touch);
    await source.listening();
    return { seen, lines };
  }

  test('POST /touch is use, for this user alone, also where a dead one has left its socket', async () => {
    await opened();
    const { seen } = await opened();
    await touchThrough(path());
    await touchThrough(path());
    expect(seen).toHaveLength(2);
    expect(statSync(join(root, 'run')).mode & 0o777).toBe(0o700);
  });

  test('anything else is none', async () => {
    const { seen } = await opened();
    const ask = (route: string) =>
      new Promise<string>((resolve) => {
        get({ socketPath: path(), path: route }, async (answer) => {
          let body = '';
          for await (const chunk of answer) body += chunk;
          resolve(body);
        });
      });
    expect(await ask('/touch')).toMatch(/all there is/);
    expect(await ask('/status')).toBe('{"isBehind":false}');
    expect(seen).toStrictEqual([]);
  });

  test('nobody there is an error with the place', async () => {
    await expect(touchThrough(path())).rejects.toThrow(/ENOENT.*reporter\.sock/);
  });
});

test('the status file of older images: its second counts, nonsense is said once', async () => {
  const { seen, touch } = touches();
  const lines: string[] = [];
  const path = join(root, 'status.json');
  const source = new StatusFileSource({
    path,
    time: new VirtualTime(0),
    say: (line) => void lines.push(line),
  });
  await source.look(touch);
  for (const text of [
    '{"lastActivity":1767225600}',
    '{"lastActivity":1767225600',
    '{"lastActivity":1767225600000}',
    'null',
  ]) {
    writeFileSync(path, text);
    await source.look(touch);
    await source.look(touch);
  }
  expect(seen).toEqual([1_767_225_600_000]);
  expect(lines).toEqual([`${path} has no lastActivity in epoch seconds, e.g. {"lastActivity":1767225600}`]);
});

/** Tests that need a program that is not everywhere are skipped where it is missing. */
function has(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

(has('python3', '-c', 'import pty') ? test : test.skip)(
  'a terminal in which somebody types is in use; one that is open, or written to, is not',
  async () => {
    // A pseudo terminal whose keys are our lines: `type` is read by what runs in it, `print` is only shown.
    const script = `
import os, sys
master, slave = os.openpty()
print(os.ttyname(slave), flush=True)
for line in sys.stdin:
    if line.strip() == 'type':
        os.write(master, b'x\\n'); os.read(slave, 10)
        os.utime(os.ttyname(slave), ns=(__import__('time').time_ns() + 10**10, os.stat(slave).st_mtime_ns))
    else:
        os.write(slave, b'hello')
    print('done', flush=True)
`;
    const child = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      const lines: string[] = [];
      let wake = () => {};
      child.stdout.on('data', (data) => {
        lines.push(...String(data).split('\n').filter(Boolean));
        wake();
      });
      const line = async () => {
        while (lines.length === 0)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        return lines.shift();
      };
      const terminal = (await line()) ?? '';
      expect(terminal).toMatch(/^\/dev\/pts\/\d+$/);
      // In the folder of all terminals there are others, in which somebody may type just now.
      symlinkSync(terminal, join(root, '0'));
      const { seen, touch } = touches();
      const source = new TerminalSource({ folder: root, time: new VirtualTime(0) });
      await source.look(touch);
      const say = async (what: string) => {
        child.stdin.write(`${what}\n`);
        await line();
        await source.look(touch);
      };
      await say('print');
      expect(seen).toStrictEqual([]);
      await say('type');
      await until(async () => {
        await source.look(touch);
        return seen.length > 0;
      }, 'what was typed is seen');
      expect(seen).toEqual([expect.any(Number)]);
      expect(Math.abs(Number(seen[0]) - Date.now())).toBeLessThan(60_000);
    } finally {
      child.kill();
    }
  },
);

(has('git', '--version') ? describe : describe.skip)('unsaved work', () => {
  const git = (folder: string, ...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      stdio: 'pipe',
    });

  test('is what is not committed, and what is on no remote; with counts and no names', async () => {
    expect(await findUnsavedWork(root)).toBeUndefined();
    const [remote, project] = [join(root, '.remote'), join(root, 'project')];
    git(root, 'init', '-q', '--bare', remote);
    git(root, 'init', '-q', '-b', 'main', project);
    git(project, 'remote', 'add', 'origin', remote);
    write('project', 'a.txt');
    expect(await findUnsavedWork(root)).toEqual({ changes: 1, commits: 0 });
    git(project, 'add', '.');
    git(project, 'commit', '-qm', 'one');
    expect(await findUnsavedWork(root)).toEqual({ changes: 0, commits: 1 });
    git(project, 'push', '-q', 'origin', 'main');
    expect(await findUnsavedWork(root)).toEqual({ changes: 0, commits: 0 });
    write('project', 'a.txt');
    write('project', 'b.txt');
    git(project, 'stash', '-q');
    expect(await findUnsavedWork(root)).toEqual({ changes: 1, commits: 1 });
  });

  test('a look runs nothing that the repository says', async () => {
    const ran = `touch ${join(root, '.git', 'ran')}`;
    git(root, 'init', '-q', root);
    write('a.txt');
    write('.gitattributes');
    writeFileSync(join(root, '.gitattributes'), '*.txt filter=evil\n');
    git(root, 'add', '.');
    git(root, 'commit', '-qm', 'one');
    for (const [name, value] of [
      ['core.fsmonitor', ran],
      ['filter.evil.clean', ran],
      ['filter.evil.process', ran],
      ['filter.evil.required', 'true'],
      ['log.showSignature', 'true'],
      ['gpg.program', ran],
    ] as const)
      git(root, 'config', name, value);
    write('a.txt');
    expect(await findUnsavedWork(root)).toEqual({ changes: 1, commits: 1 });
    expect(existsSync(join(root, '.git', 'ran'))).toBe(false);
  });
});
