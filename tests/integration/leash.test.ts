import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { spawnOnLeash } from '../../src/local/processes/leash.ts';
import { isAlive, until } from '../support/until.ts';

const options = { cwd: '.', env: { PATH: process.env.PATH ?? '' } };
const node = (script: string) => spawnOnLeash(process.execPath, ['-e', script], options);

/** The processes of a leashed process's group: itself, its watcher, what it left behind. */
function groupOf(pid: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,pgid=,stat=']).toString().trim().split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, group, state]) => Number(group) === pid && !state?.startsWith('Z'))
    .map(([own]) => Number(own));
}

const goneWithGroup = (pid: number) => until(() => groupOf(pid).length === 0, `group ${pid} is gone`);

/** Another process that holds `script` on a leash, and its leashed process's id. */
async function parentOf(script: string): Promise<{ parent: ChildProcess; pid: number }> {
  const program = `
    import { spawnOnLeash } from ${JSON.stringify(resolve('src/local/processes/leash.ts'))};
    const child = await spawnOnLeash(process.execPath, ['-e', ${JSON.stringify(script)}], { cwd: '.', env: {} });
    child.stdout.once('data', () => console.log(child.pid));
  `;
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(parent.stdout as NodeJS.ReadableStream), 'line');
  return { parent, pid: Number(line) };
}

test('kill -9 of the parent takes the child and the watcher with it', async () => {
  const { parent, pid } = await parentOf('console.log("ready"); setInterval(() => {}, 1e6)');
  expect(groupOf(pid)).toHaveLength(2);
  parent.kill('SIGKILL');
  await goneWithGroup(pid);
});

test('kill -9 of the parent takes a child that ignores SIGTERM, and its own children', async () => {
  const { parent, pid } = await parentOf(`
    process.on('SIGTERM', () => {});
    require('node:child_process').spawn('sleep', ['1000']).on('spawn', () => console.log('ready'));
  `);
  expect(groupOf(pid)).toHaveLength(3);
  parent.kill('SIGKILL');
  await goneWithGroup(pid);
});

test('a child that ends by itself gives its exit code and leaves no watcher', async () => {
  const child = await node('process.exit(7)');
  expect(await child.exited).toEqual({ code: 7, signal: null });
  await goneWithGroup(child.pid);
});

test('the process id is the command’s own, not a shell’s', async () => {
  const child = await node('console.log(process.pid)');
  const [output] = await once(child.stdout, 'data');
  expect(Number(output)).toBe(child.pid);
  await child.exited;
});

test('stop ends a child by SIGTERM, well within the grace', async () => {
  const child = await node(
    'process.on("SIGTERM", () => process.exit(3)); console.log("ready"); setInterval(() => {}, 1e6)',
  );
  await once(child.stdout, 'data');
  expect(await child.stop({ termGraceMs: 60_000 })).toEqual({ code: 3, signal: null });
  await goneWithGroup(child.pid);
});

test('stop ends a child that ignores SIGTERM by SIGKILL, and can be called again', async () => {
  const child = await node(
    'process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1e6)',
  );
  await once(child.stdout, 'data');
  expect(await child.stop({ termGraceMs: 50 })).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await child.stop({ termGraceMs: 50 })).toEqual({ code: null, signal: 'SIGKILL' });
  expect(isAlive(child.pid)).toBe(false);
  await goneWithGroup(child.pid);
});

test('the child has no standard input, nothing inherited but what is given, and a session of its own', async () => {
  const child = await spawnOnLeash('/bin/sh', ['-c', 'read -r line; echo "[$line] [$HOME] [$GIVEN]"'], {
    cwd: '.',
    env: { GIVEN: 'yes' },
  });
  const [output] = await once(child.stdout, 'data');
  expect(String(output)).toBe('[] [] [yes]\n');
  await child.exited;
});

test('a command that does not exist is exit code 127, a folder that does not exist rejects', async () => {
  const child = await spawnOnLeash('/no/such/command', [], options);
  expect(await child.exited).toEqual({ code: 127, signal: null });
  await expect(spawnOnLeash('true', [], { ...options, cwd: '/no/such/folder' })).rejects.toThrow('ENOENT');
});
