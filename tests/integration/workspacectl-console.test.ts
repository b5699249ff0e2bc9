import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { FleetReader } from '../../src/operator/console/fleet-reader.ts';
import type { Overview } from '../../src/operator/console/protocol.ts';
import { enterConsole } from '../support/console-client.ts';
import { bill, post, putRow, startTestStack, type TestStack } from '../support/local-stack.ts';

jest.setTimeout(120_000);

const COMMAND = resolve('src/operator/workspacectl.mjs');
let folder: string;
let stack: TestStack;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'workspace-cleanup-'));
  stack = await startTestStack(folder);
  await bill(stack, 'acme', 'active', 'free');
  for (const userId of ['ada', 'bo']) await post(stack, '/workspaces', { clientId: 'acme', userId });
  // The fleet's time is not that of this machine.
  await stack.advanceTo(stack.clock.now() + 3 * 86_400);
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  process: ChildProcess;
  /** The next line of what it says; undefined at its end. */
  line: () => Promise<string | undefined>;
  ended: Promise<{ code: number | null; error: string }>;
}

/** The command as an operator has it, against the stack. */
function start(...words: string[]): Running {
  const { PATH = '' } = process.env;
  const env = {
    PATH,
    AWS_ENDPOINT_URL: stack.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const child = spawn(process.execPath, [COMMAND, 'console', ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let error = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    error += chunk;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<{ code: number | null; error: string }>((done) => {
    child.on('close', (code) => done({ code, error }));
  });
  return { process: child, line: async () => (await lines.next()).value, ended };
}

const linkIn = (line: string | undefined) => /http:\S+/.exec(line ?? '')?.[0] ?? '';

test('the console reads the tables with the credentials of whoever starts it, by their clock, and ends when told to', async () => {
  const running = start('--read-only', '--by', 'maria');
  const link = linkIn(await running.line());
  expect(await running.line()).toBe('read-only; on this machine alone; Ctrl-C ends it');
  const client = await enterConsole(link);
  // That link was used: the next one is told.
  const next = linkIn(await running.line());
  expect(next).not.toBe(link);
  expect((await fetch(link)).status).toBe(403);
  let overview: Overview;
  do overview = await client.get<Overview>('overview');
  while (overview.loading.kind === 'reading');
  expect(overview).toMatchObject({ total: 2, loading: { kind: 'ready', rows: 2 }, lifecycle: { active: 2 } });
  expect(Math.abs(overview.now - stack.clock.now())).toBeLessThan(60);
  expect(await client.get('session')).toMatchObject({
    by: 'maria',
    readOnly: true,
    table: 'WorkspaceStatus',
  });
  expect(await client.post('pause', { reason: 'x' })).toEqual({
    status: 403,
    body: { error: expect.stringContaining('--read-only') },
  });
  const page = await fetch(client.base, { headers: { cookie: client.cookie } });
  expect(await page.text()).toContain('Workspace cleanup');
  running.process.kill('SIGTERM');
  expect(await running.ended).toEqual({ code: 0, error: '' });
});

test('what is in the way is said in a line, and what was expected', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => other.once('listening', listening));
  const { port } = other.address() as AddressInfo;
  expect(await start('--port', String(port)).ended).toEqual({
    code: 2,
    error: expect.stringMatching(
      /^workspacectl: Port \d+ on 127\.0\.0\.1 is in use\. Stop what uses it, or choose another/,
    ),
  });
  other.close();
  expect(await start('--port', 'x').ended).toEqual({
    code: 2,
    error: 'workspacectl: --port is "x", expected a whole number from 0 to 65535\n',
  });
});

test('rows are read in parts, at no more than the rate, and again by their keys', async () => {
  for (let user = 0; user < 60; user += 1)
    await putRow(stack, { clientId: 'many', userId: `u${user}`, padding: 'x'.repeat(60_000) });
  const reader = new FleetReader(stack.clients.dynamodb, 'WorkspaceStatus');
  const seen: string[] = [];
  let [pages, units, waited] = [0, 0, 0];
  await reader.readAll({
    unitsPerSecond: 100,
    onPage: (rows, taken) => {
      pages += 1;
      units += taken;
      seen.push(...rows.map(({ clientId, userId }) => `${clientId}/${userId}`));
    },
    wait: async (seconds) => {
      waited += seconds;
    },
    isStopped: () => false,
  });
  expect(seen).toHaveLength(62);
  expect(new Set(seen).size).toBe(62);
  expect(pages).toBeGreaterThan(4);
  // Half a unit for each 4 KB: 60 rows of 60 KB.
  expect(units).toBeGreaterThan(400);
  // Four segments, each waits for its share; the last page of each waits for nobody.
  expect(waited).toBeGreaterThan(0);
  const keys = seen.map((id) => ({ clientId: id.split('/')[0] ?? '', userId: id.split('/')[1] ?? '' }));
  const again = await reader.readKeys([...keys, { clientId: 'many', userId: 'nobody' }]);
  expect(again).toHaveLength(62);
});
