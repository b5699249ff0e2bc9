import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { FileCalls } from '../../src/aws/file-calls.ts';
import { MountedHomes, type MountedHomesOptions } from '../../src/aws/mounted-homes.ts';
import { BadInputError } from '../../src/core/errors.ts';
import type { PurgeAnswer } from '../../src/core/purge-request.ts';
import { purge } from '../../src/handlers/purge.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { hashTree, listTree, makeTree, wrappedCalls, write } from '../support/file-trees.ts';

const folder = useDataFolder();
const root = () => join(folder(), 'workspace');
const home = () => join(root(), 'acme', 'ada');
const others = () => ['acme/bob', 'globex/ada'].map((path) => hashTree(join(root(), path)));
beforeEach(() => {
  for (const path of ['acme/bob', 'globex/ada'])
    makeTree(join(root(), path), { depth: 2, folders: 2, files: 3 });
});

const silent = () => {};
const observer = { info: silent, warn: silent, error: silent, count: silent };

/** The function `purge` as it is deployed, over the files of the test. */
function run(event: unknown = { path: '/workspace/acme/ada' }, options: MountedHomesOptions = {}) {
  return purge(event, { homes: new MountedHomes(root(), options), clock: { now: () => 1_000 }, observer });
}

/** Everything of the file system but the others' homes. */
const rest = () =>
  listTree(root())
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => !/^\/(acme\/bob|globex\/ada)/.test(path))
    .sort();
const REST_WHEN_DONE = [
  '/.purging',
  '/.tombstones',
  '/.tombstones/acme',
  '/.tombstones/acme/ada.json',
  '/acme',
  '/globex',
];
const tombstone = () => JSON.parse(readFileSync(join(root(), '.tombstones/acme/ada.json'), 'utf8'));

test('many files in a deep tree take several slices, at every time a few of them in hand', async () => {
  const entries = makeTree(home(), { depth: 6, folders: 3, files: 18 });
  expect(entries).toBeGreaterThan(20_000);
  const before = others();
  // A second passes at each look at the clock, which is once for some entries.
  let seconds = 0;
  const now = () => {
    seconds += 1;
    return seconds;
  };
  let [inHand, mostInHand] = [0, 0];
  const files = wrappedCalls(async (_name, _path, call) => {
    inHand += 1;
    mostInHand = Math.max(mostInHand, inHand);
    return call().finally(() => {
      inHand -= 1;
    });
  });
  const answers: PurgeAnswer[] = [];
  do answers.push(await run(undefined, { now, files }));
  while (!answers.at(-1)?.done && answers.length < 1_000);
  expect(answers.at(-1)?.done).toBe(true);
  expect(answers.length).toBeGreaterThan(3);
  expect(answers.reduce((sum, { removed }) => sum + removed, 0)).toBe(entries);
  expect(mostInHand).toBeLessThanOrEqual(8 * 32);
  expect(rest()).toEqual(REST_WHEN_DONE);
  expect(others()).toEqual(before);
}, 60_000);

/** Writes into a home as fast as it can, by a path that it is given and from where it stands, until it is ended. */
const WRITER = `
  const { mkdirSync, writeFileSync } = require('node:fs');
  const home = process.argv[1];
  process.chdir(home);
  const attempt = (write) => { try { write(); } catch {} };
  process.on('message', () => process.exit());
  let count = 0;
  const some = () => {
    for (let end = count + 50; count < end; count += 1) {
      attempt(() => writeFileSync('here-' + count, 'late'));
      // Not recursive: in a folder that has been deleted, Node would try for ever.
      attempt(() => { mkdirSync('folder-' + count % 7); });
      attempt(() => { mkdirSync('folder-' + count % 7 + '/' + count); });
      attempt(() => writeFileSync('folder-' + count % 7 + '/' + count + '/file', 'late'));
    }
    // The whole path again, now and then, as a program would that starts anew.
    attempt(() => { mkdirSync(home + '/again/' + count, { recursive: true }); });
    setImmediate(some);
  };
  some();
  process.send('writing');
`;

test('a home that another process writes to while it is deleted comes to its end', async () => {
  makeTree(home(), { depth: 3, folders: 4, files: 20 });
  const before = others();
  const writer: ChildProcess = spawn(process.execPath, ['-e', WRITER, home()], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    await once(writer, 'message');
    // Against a writer that never ends a call still ends, after a number of looks at the clock.
    for (let call = 0; call < 20; call += 1) {
      let looks = 0;
      await run(undefined, { now: () => 3 * looks++ });
    }
    const ended = once(writer, 'exit');
    writer.send('end');
    await ended;
  } finally {
    writer.kill('SIGKILL');
  }
  expect(await run()).toMatchObject({ done: true });
  expect(rest()).toEqual(REST_WHEN_DONE);
  expect(others()).toEqual(before);
}, 60_000);

test.each([
  '/workspace/acme/../globex/ada',
  '/workspace/globex/../acme/bob',
  '/workspace/acme/..',
  '/workspace/acme/%2e%2e%2fglobex',
  '/workspace/acme/bob/..',
  '/workspace/acme',
  '/workspace/.tombstones/acme',
  '/workspace/acme/ada\0/../bob',
])('a forged path, %j, deletes nothing at all', async (path) => {
  write(home(), 'file');
  const before = hashTree(root());
  await expect(run({ path })).rejects.toThrow(BadInputError);
  expect(hashTree(root())).toBe(before);
});

describe('a crash', () => {
  /** A small home with something of everything, and its own remains of an earlier call. */
  function makeHome(): void {
    write(home(), 'file');
    write(home(), 'a', 'b', 'c', 'file');
    mkdirSync(join(home(), 'empty'));
    symlinkSync('../bob', join(home(), 'link'));
  }

  /** The calls of a process that dies `when` it makes the call of this number, and makes none after it. */
  function dyingAt(number: number, when: 'before' | 'after'): { files: FileCalls; made: () => number } {
    let made = 0;
    let dead = false;
    const files = wrappedCalls(async (_name, _path, call) => {
      made += 1;
      const dies = made === number;
      if (dead || (dies && when === 'before')) {
        dead = true;
        throw new Error('crash');
      }
      dead ||= dies;
      const result = await call();
      if (!dies) return result;
      // What a process has open is closed with it.
      await (result as { close?: () => Promise<void> } | undefined)?.close?.();
      throw new Error('crash');
    });
    return { files, made: () => made };
  }

  test.each(['before', 'after'] as const)(
    '%s any call leaves what the next call can end',
    async (when) => {
      const before = others();
      makeHome();
      const counting = dyingAt(0, when);
      await run(undefined, counting);
      const calls = counting.made();
      expect(calls).toBeGreaterThan(40);
      for (let number = 1; number <= calls; number += 1) {
        rmSync(join(root(), '.tombstones'), { recursive: true, force: true });
        makeHome();
        await expect(run(undefined, dyingAt(number, when))).rejects.toThrow('crash');
        expect(await run()).toMatchObject({ done: true });
        expect([number, ...rest()]).toEqual([number, ...REST_WHEN_DONE]);
        expect(tombstone()).toMatchObject({
          path: '/workspace/acme/ada',
          startedAt: 1_000,
          finishedAt: 1_000,
        });
        expect(tombstone()).not.toHaveProperty('earlier');
        expect(others()).toEqual(before);
      }
      expect(existsSync(home())).toBe(false);
    },
    60_000,
  );

  test('in every call, one after another, still comes to the end', async () => {
    const before = others();
    makeHome();
    // Each process gets a little further than the one before it, or as far.
    for (let number = 1; number <= 80; number += 1) {
      await run(undefined, dyingAt(number, number % 2 ? 'before' : 'after')).catch(silent);
    }
    expect(await run()).toMatchObject({ done: true });
    expect(rest()).toEqual(REST_WHEN_DONE);
    expect(others()).toEqual(before);
  });
});
