import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { lockDataDirectory } from '../../../../src/local/storage/data-lock.ts';
import { useDataFolder } from '../../../support/data-folder.ts';

const folder = useDataFolder();
const lockFile = (pid: number | string) => join(folder(), `lock.${pid}`);
const deadPid = () => spawnSync(process.execPath, ['--version']).pid;

test('creates the folder, holds it against a second lock, and gives it free', () => {
  const data = join(folder(), 'new', 'data');
  const unlock = lockDataDirectory(data);
  expect(() => lockDataDirectory(data)).toThrow(
    `The data folder ${data} is in use by process ${process.pid}`,
  );
  unlock();
  expect(readdirSync(data)).toEqual([]);
  lockDataDirectory(data)();
});

test('another living process is refused, and its lock stays', () => {
  writeFileSync(lockFile(process.ppid), '');
  expect(() => lockDataDirectory(folder())).toThrow(
    `in use by process ${process.ppid}. Stop that process or choose another folder. ` +
      `If process ${process.ppid} is something else, delete ${lockFile(process.ppid)}.`,
  );
  expect(readdirSync(folder())).toEqual([`lock.${process.ppid}`]);
});

test.each([
  ['a dead process', deadPid],
  ['our own process id from an earlier life', () => process.pid],
  ['process 0, which is none', () => 0],
])('the lock of %s does not count, and is cleared away', (_, pid) => {
  writeFileSync(lockFile(pid()), '');
  lockDataDirectory(folder())();
  expect(readdirSync(folder())).toEqual([]);
});

test('a file that is no lock does not count, and stays', () => {
  writeFileSync(lockFile('x'), '');
  lockDataDirectory(folder())();
  expect(readdirSync(folder())).toEqual(['lock.x']);
});

/** Locks the folders `0` to `rounds` (excluded) of the data folder, each at the moment at which all others do. */
const CONTENDER = `
  const { existsSync, writeFileSync } = await import('node:fs');
  const { lockDataDirectory } = await import(process.env.MODULE);
  const { DATA, ID, PEERS, ROUNDS } = process.env;
  process.chdir(DATA);
  const won = [];
  const giveUpAt = performance.now() + 30_000;
  for (let round = 0; round < ROUNDS; round += 1) {
    writeFileSync(round + '-' + ID, '');
    for (let peer = 0; peer < PEERS; peer += 1) {
      while (!existsSync(round + '-' + peer)) if (performance.now() > giveUpAt) process.exit(1);
    }
    try {
      lockDataDirectory(String(round));
      won.push(round);
    } catch (error) {
      if (!/in use/.test(error)) throw error;
    }
  }
  console.log(JSON.stringify(won));
  process.stdin.resume();
`;

test('of several that find the same dead lock at the same moment, never two hold the folder', async () => {
  const [peers, rounds, dead] = [3, 100, deadPid()];
  for (let round = 0; round < rounds; round += 1) {
    mkdirSync(join(folder(), String(round)));
    writeFileSync(join(folder(), String(round), `lock.${dead}`), '');
  }
  const MODULE = resolve('src/local/storage/data-lock.ts');
  const contenders = Array.from({ length: peers }, (_, ID) =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', CONTENDER], {
      env: { ...process.env, MODULE, DATA: folder(), ID: `${ID}`, PEERS: `${peers}`, ROUNDS: `${rounds}` },
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const exits = contenders.map((contender) => once(contender, 'exit'));
  const answers = contenders.map(async ({ stdout }) => {
    for await (const line of createInterface(stdout)) return JSON.parse(line) as number[];
    throw new Error('a contender ended without an answer');
  });
  const won = (await Promise.all(answers)).flat();
  // Until then all are alive.
  for (const { stdin } of contenders) stdin.end();
  await Promise.all(exits);
  expect(won.length).toBe(new Set(won).size);
}, 60_000);

test('releasing twice does not take away the lock of the next one', () => {
  const first = lockDataDirectory(folder());
  first();
  const second = lockDataDirectory(folder());
  expect(() => lockDataDirectory(folder())).toThrow('in use');
  second();
});
