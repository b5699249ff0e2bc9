import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MountedFiles } from '../../../src/aws/mounted-files.ts';
import { InvariantError } from '../../../src/core/errors.ts';
import { OK_KEY } from '../../support/memory/ok-values.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mounted-files-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(...path: string[]): string {
  const file = join(root, ...path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, 'content');
  return file;
}
const remove = (key = OK_KEY) => new MountedFiles(root).remove(key);

test('without a file system the files are retained', async () => {
  expect(await new MountedFiles(undefined).remove(OK_KEY)).toBe('retained');
});

test('the home goes with all that is in it; neighbours stay', async () => {
  write('workspace', 'acme', 'ada', 'deep', '.hidden', 'file');
  const neighbours = [
    write('workspace', 'acme', 'ada2', 'file'),
    write('workspace', 'acme2', 'ada', 'file'),
    write('elsewhere', 'file'),
  ];
  expect(await remove()).toBe('deleted');
  expect(readdirSync(join(root, 'workspace', 'acme'))).toEqual(['ada2']);
  for (const file of neighbours) expect(existsSync(file)).toBe(true);
});

test('again, or where there was none: deleted', async () => {
  expect(await remove()).toBe('deleted');
  write('workspace', 'acme', 'bob', 'file');
  expect(await remove()).toBe('deleted');
});

test('symbolic links in a home are removed, never what they lead to', async () => {
  const [kept, bobs] = [write('kept', 'file'), write('workspace', 'acme', 'bob', 'file')];
  write('workspace', 'acme', 'ada', 'file');
  const home = join(root, 'workspace', 'acme', 'ada');
  symlinkSync(join(root, 'kept'), join(home, 'to-folder'));
  symlinkSync(bobs, join(home, 'to-file'));
  symlinkSync('../bob', join(home, 'to-neighbour'));
  symlinkSync('nowhere', join(home, 'dangling'));
  expect(await remove()).toBe('deleted');
  expect([kept, bobs].every(existsSync)).toBe(true);
  expect(existsSync(home)).toBe(false);
});

test.each([
  ['workspace', ['workspace']],
  ['the client', ['workspace', 'acme']],
  ['the user', ['workspace', 'acme', 'ada']],
])('a symbolic link in the place of %s is refused', async (_, segments) => {
  const target = write('target', 'file');
  write('target', 'ada', 'file');
  write('target', 'acme', 'ada', 'file');
  const link = join(root, ...segments);
  mkdirSync(join(link, '..'), { recursive: true });
  symlinkSync(join(target, '..'), link);
  await expect(remove()).rejects.toThrow(InvariantError);
  await expect(remove()).rejects.toThrow('a symbolic link');
  expect(readdirSync(join(root, 'target')).sort()).toEqual(['acme', 'ada', 'file']);
});

test('a file in the place of the home is refused', async () => {
  const file = write('workspace', 'acme', 'ada');
  await expect(remove()).rejects.toThrow('a file');
  expect(existsSync(file)).toBe(true);
});

test.each(['..', '.', '', '../acme', 'a/b', '/etc'])('the id %j reaches no path', async (userId) => {
  const file = write('workspace', 'acme', 'ada', 'file');
  await expect(remove({ clientId: 'acme', userId })).rejects.toThrow();
  expect(existsSync(file)).toBe(true);
});
