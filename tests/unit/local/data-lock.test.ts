import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataDirectory } from '../../../src/local/storage/data-lock.ts';
import { useDataFolder } from '../../support/data-folder.ts';

const folder = useDataFolder();
const lockFile = () => join(folder(), 'lock');
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
  writeFileSync(lockFile(), `${process.ppid}\n`);
  expect(() => lockDataDirectory(folder())).toThrow(`in use by process ${process.ppid}`);
  expect(readdirSync(folder())).toEqual(['lock']);
});

test.each([
  ['a dead process', () => `${deadPid()}\n`],
  ['our own process id from an earlier life', () => `${process.pid}\n`],
  ['nothing that is a process id', () => 'x'],
])('the lock of %s is taken over', (_, content) => {
  writeFileSync(lockFile(), content());
  lockDataDirectory(folder())();
  expect(existsSync(lockFile())).toBe(false);
});

test('releasing twice does not take away the lock of the next one', () => {
  const first = lockDataDirectory(folder());
  first();
  const second = lockDataDirectory(folder());
  expect(() => lockDataDirectory(folder())).toThrow('in use');
  second();
});
