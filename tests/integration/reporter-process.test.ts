import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reporterFile } from '../../src/local/processes/reporter-file.ts';

jest.setTimeout(180_000);

interface Asked {
  authorization: string | undefined;
  body: Record<string, unknown>;
}

/** The API that reports go to. */
class Api {
  readonly asked: Asked[] = [];
  private readonly server: Server;
  private wake = () => {};

  constructor() {
    this.server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      this.asked.push({ authorization: request.headers.authorization, body: JSON.parse(body) });
      response.setHeader('content-type', 'application/json').end('{"recorded":true}');
      this.wake();
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => void this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async reports(count: number): Promise<Record<string, unknown>[]> {
    while (this.asked.length < count)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    return this.asked.map(({ body }) => body);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

let folder = '';
let api: Api;
let env: Record<string, string>;
let file = '';
const running: ChildProcess[] = [];

beforeAll(async () => {
  file = await reporterFile();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reporter-'));
  mkdirSync(join(folder, 'home'));
  api = new Api();
  env = {
    PATH: process.env.PATH ?? '',
    WORKSPACE_ROOT: join(folder, 'home'),
    REPORT_RUNTIME_DIR: join(folder, 'run'),
    WORKSPACE_TOKEN: 'a.b.c',
    WORKSPACE_API_URL: await api.open(),
  };
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  api.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the reporter; `ended` has its exit code and what it said. */
function start(args: string[], change: Record<string, string> = {}) {
  const child = spawn(process.execPath, [file, ...args], { env: { ...env, ...change }, stdio: 'pipe' });
  running.push(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += data));
  child.stderr.on('data', (data) => (stderr += data));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const says = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => stdout.includes(text) && resolve();
      child.stdout.on('data', look);
      look();
    });
  return { child, ended, says };
}

const touch = () =>
  new Promise<number>((resolve) => {
    execFile(process.execPath, [file, 'touch'], { env }, (error) => resolve(error ? Number(error.code) : 0));
  });

test('it is one small file that needs nothing beside it', () => {
  expect(statSync(file).size).toBeLessThan(60_000);
  const imported = [...readFileSync(file, 'utf8').matchAll(/\bfrom\s*["']([^"']+)["']/g)].map(
    ([, name]) => name,
  );
  expect(imported.filter((name) => !name?.startsWith('node:'))).toStrictEqual([]);
});

describe('wrapping a command', () => {
  const node = (script: string) => ['--', process.execPath, '-e', script];

  test.each([
    ['its exit code', 'process.exit(7)', 7],
    ['nothing wrong', '', 0],
    ['a signal', "process.kill(process.pid, 'SIGKILL')", 137],
  ])('ends as it does, with %s', async (_, script, code) => {
    expect((await start(node(script)).ended).code).toBe(code);
  });

  test('its streams are those of the command', async () => {
    const { child, ended } = start(
      node("process.stdin.on('data', (d) => { console.log('got ' + d); process.exit(0); })"),
    );
    child.stdin?.write('this');
    expect((await ended).stdout).toMatch(/got this/);
  });

  test('a signal goes to the command, and then it says that the container ends', async () => {
    const script =
      "process.on('SIGTERM', () => { console.log('asked'); process.exit(3); }); console.log('up'); setInterval(() => {}, 1e6)";
    const { child, ended, says } = start(node(script));
    await says('up');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 3, stdout: expect.stringMatching(/asked/) });
    expect(await api.reports(1)).toEqual([{ containerStatus: 'terminated' }]);
  });

  test.each([
    ['is not there', '/nowhere/command', 127],
    ['cannot be run', '/', 126],
  ])('a command that %s', async (_, command, code) => {
    expect(await start(['--', command]).ended).toMatchObject({
      code,
      stderr: expect.stringMatching(/cannot be started/),
    });
  });

  test.each([
    ['no token', { WORKSPACE_TOKEN: '' }, /WORKSPACE_TOKEN is not set/],
    ['no address', { WORKSPACE_API_URL: '' }, /WORKSPACE_API_URL is "", expected the address of the API/],
    ['an address that is none', { WORKSPACE_API_URL: 'api' }, /WORKSPACE_API_URL is "api"/],
    [
      'a workspace that is not there',
      { WORKSPACE_ROOT: '/nowhere' },
      /\/nowhere cannot be watched \(ENOENT\)/,
    ],
  ])('goes on with %s, and a line says why', async (_, change, line) => {
    const wrapped = await start(node("console.log('works')"), change).ended;
    expect(wrapped).toMatchObject({ code: 0, stdout: 'works\n', stderr: expect.stringMatching(line) });
  });

  test('a flag of the command is none of ours, and a wrong one of ours keeps nothing from running', async () => {
    const help = await start(['--', process.execPath, '--help']).ended;
    expect(help).toMatchObject({ code: 0, stdout: expect.stringMatching(/Usage: node/) });
    const wrong = await start(['--idle', '5m', ...node("console.log('works')")]).ended;
    expect(wrong).toMatchObject({
      code: 0,
      stdout: 'works\n',
      stderr: expect.stringMatching(/--idle is "5m"/),
    });
  });

  test('what a command writes when it is told to end is no use', async () => {
    const script = `
      const { writeFileSync } = require('node:fs');
      process.on('SIGTERM', () => { writeFileSync('${join(folder, 'home', 'last-words')}', 'x'); setTimeout(() => process.exit(0), 300); });
      console.log('up'); setInterval(() => {}, 1e6)`;
    const { child, ended, says } = start(node(script));
    await says('up');
    child.kill('SIGTERM');
    await ended;
    expect(api.asked.map(({ body }) => body)).toEqual([{ containerStatus: 'terminated' }]);
  });

  test('goes on with an API that nobody can reach', async () => {
    const url = env.WORKSPACE_API_URL ?? '';
    api.close();
    const wrapped = await start(node("console.log('works')"), { WORKSPACE_API_URL: url }).ended;
    expect(wrapped).toMatchObject({
      code: 0,
      stdout: 'works\n',
      stderr: expect.stringMatching(/fetch failed/),
    });
  });
});

describe('beside the others', () => {
  test('a call of touch is use; at the end it says so, and no use', async () => {
    const { child, ended } = start([]);
    // It listens a moment after its start.
    while ((await touch()) !== 0);
    const [first] = await api.reports(1);
    expect(first).toEqual({ lastActivity: expect.any(Number), containerStatus: 'active' });
    expect(Math.abs(Number(first?.lastActivity) - Date.now() / 1_000)).toBeLessThan(60);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    expect((await api.reports(2))[1]).toEqual({ containerStatus: 'terminated' });
    expect(api.asked.map(({ authorization }) => authorization)).toEqual(['Bearer a.b.c', 'Bearer a.b.c']);
  });

  test('a file that changes is use', async () => {
    start(['--no-socket', '--no-terminals']);
    let stop = false;
    const writing = (async () => {
      while (!stop) {
        writeFileSync(join(folder, 'home', 'a.txt'), 'x');
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    expect(await api.reports(1)).toMatchObject([{ containerStatus: 'active' }]);
    stop = true;
    await writing;
  });

  test('touch without a reporter fails with the place', async () => {
    expect(await touch()).toBe(1);
  });

  test.each([
    ['without a token', [], { WORKSPACE_TOKEN: '' }, /nothing is reported/],
    ['with a flag that nobody knows', ['--every'], {}, /'--every'/],
    [
      'with an interval that is none',
      ['--interval', 'often'],
      {},
      /--interval is "often", expected whole seconds from 10 to 86400/,
    ],
    ['with one in the environment', [], { REPORT_IDLE: '1' }, /--idle is "1"/],
  ])('%s it ends with a line', async (_, args, change, line) => {
    expect(await start(args, change as Record<string, string>).ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(line),
    });
  });

  test('--help', async () => {
    expect(await start(['--help']).ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/usage: workspace-reporter/),
    });
  });
});
