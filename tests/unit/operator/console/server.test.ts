import { request } from 'node:http';
import { connect } from 'node:net';
import type { Console } from '../../../../src/operator/console/console.ts';
import type {
  Overview,
  Session,
  WorkspaceDetail,
  WorkspacePage,
} from '../../../../src/operator/console/protocol.ts';
import { NOW } from '../../../support/memory/ok-values.ts';
import { startMemoryConsole } from '../../../support/memory-console.ts';
import { MemoryWorld } from '../../../support/memory-world.ts';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: <Body>() => Body;
}

let world: MemoryWorld;
let running: Console;
let base: string;
let cookie: string;

/** As a program sends it: fetch would not let us choose the host. */
function send(path: string, headers: Record<string, string> = {}, body?: unknown): Promise<Answer> {
  const { port } = new URL(running.link());
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, headers, method: body === undefined ? 'GET' : 'POST' },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: () => JSON.parse(text),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

const origin = () => new URL(running.link()).origin;
const get = <Body>(path: string) =>
  send(`${base}api/${path}`, { cookie }).then((answer) => answer.json<Body>());
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  send(
    `${base}api/${path}`,
    { cookie, origin: origin(), 'content-type': 'application/json', ...headers },
    body,
  );

async function open(options: Parameters<typeof startMemoryConsole>[1] = {}): Promise<void> {
  running = await startMemoryConsole(world, options);
  const entered = await send(running.link().replace(origin(), ''));
  base = String(entered.headers.location);
  [cookie = ''] = String(entered.headers['set-cookie']).split(';');
}

beforeEach(() => {
  world = new MemoryWorld();
  world.addWorkspace();
});
afterEach(() => running.close());

test('the link is exchanged for a cookie that no script sees and no other site sends, once', async () => {
  running = await startMemoryConsole(world);
  const path = running.link().replace(origin(), '');
  expect(path).toMatch(/^\/open\?token=[\w-]{22}$/);
  const entered = await send(path);
  expect(entered).toMatchObject({
    status: 303,
    headers: { location: expect.stringMatching(/^\/[\w-]{12}\/$/) },
  });
  const [setCookie] = entered.headers['set-cookie'] ?? [];
  expect(setCookie).toMatch(/^workspace-console=[\w-]{43}; Path=\/[\w-]{12}\/; HttpOnly; SameSite=Strict$/);
  const again = await send(path, { accept: 'text/html' });
  expect(again.status).toBe(403);
  expect(again.headers['set-cookie']).toBeUndefined();
  expect(again.text).toMatch(
    /^Not let in: this link was used already.*\n\nOpen the link that the console prints now/,
  );
  expect(running.link()).not.toContain(path);
});

test('every answer forbids what a page need not do', async () => {
  await open();
  for (const answer of [
    await send(base, { cookie }),
    await send('/nowhere'),
    await send(`${base}api/overview`, { cookie }),
  ]) {
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  }
});

test('it listens on loopback alone', async () => {
  await open();
  const { hostname, port } = new URL(running.link());
  expect(hostname).toBe('127.0.0.1');
  // Whoever listens on all interfaces answers here, too.
  const elsewhere = new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.2', port: Number(port) });
    socket
      .on('connect', () => resolve('connected'))
      .on('error', (error) => resolve((error as NodeJS.ErrnoException).code));
  });
  expect(await elsewhere).toBe('ECONNREFUSED');
});

test.each<[string, Record<string, string>, number]>([
  ['another origin', { origin: 'https://evil.example' }, 403],
  ['a rebound host name', { host: 'evil.example' }, 403],
  ['no token', { cookie: '' }, 401],
  ['a form of another page', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['a page of another port of this machine', { 'sec-fetch-site': 'same-site' }, 403],
])('a hold with %s changes nothing', async (_, headers, status) => {
  await open();
  const answer = await post('workspaces/acme/ada/hold', { reason: 'x' }, headers);
  expect(answer.status).toBe(status);
  expect(world.rows.get({ clientId: 'acme', userId: 'ada' })).not.toHaveProperty('hold');
  expect(world.history.entries).toEqual([]);
  // And with everything in its place it does.
  expect((await post('workspaces/acme/ada/hold', { reason: 'x' })).status).toBe(200);
  expect(world.rows.get({ clientId: 'acme', userId: 'ada' })).toMatchObject({
    hold: { reason: 'x', by: 'ops' },
  });
});

test('read-only refuses every change on the server, whatever the page shows', async () => {
  await open({ readOnly: true });
  const changes: [string, object][] = [
    ['pause', { reason: 'x' }],
    ['unpause', {}],
    ['workspaces/acme/ada/hold', { reason: 'x' }],
    ['workspaces/acme/ada/extend', { reason: 'x', until: NOW + 90 * 86_400 }],
    ['workspaces/acme/ada/release', {}],
    ['workspaces/acme/ada/resume', { reason: 'x' }],
    ['workspaces/acme/ada/activity', {}],
    ['sample/step', {}],
    ['sample/speed', { speed: 1 }],
    ['sample/subscription', { clientId: 'acme', status: 'active', tier: 'pro' }],
  ];
  for (const [path, body] of changes) {
    const answer = await post(path, body);
    expect({ path, status: answer.status, text: answer.text }).toEqual({
      path,
      status: 403,
      text: expect.stringContaining('read-only'),
    });
  }
  expect(world.history.entries).toEqual([]);
  expect((await get<Session>('session')).readOnly).toBe(true);
  expect((await get<Overview>('overview')).total).toBe(1);
});

test('a workspace is held, extended and released, and the page is told what came of it', async () => {
  await open();
  expect(
    (await post('workspaces/acme/ada/extend', { reason: 'away', until: NOW + 50 * 86_400 })).status,
  ).toBe(200);
  expect((await post('workspaces/acme/ada/hold', { reason: 'legal' })).status).toBe(200);
  const held = await get<WorkspaceDetail>('workspaces/acme/ada');
  expect(held.line.state).toBe('held');
  expect(held.history.map(({ what, reason, by }) => [what, reason, by])).toEqual([
    ['held', 'legal', 'ops'],
    ['extended', 'away', 'ops'],
  ]);
  expect((await post('workspaces/acme/ada/release', {})).status).toBe(200);
  expect((await get<WorkspacePage>('workspaces?state=held')).total).toBe(0);
});

test('an archived workspace is resumed, by its name in the history; one that is open is not', async () => {
  world.addWorkspace({ userId: 'bo', lifecycle: 'archived', lastActivity: NOW - 20 * 86_400 });
  await open();
  expect((await post('workspaces/acme/bo/resume', { reason: 'asked for' })).status).toBe(200);
  expect(world.rows.get({ clientId: 'acme', userId: 'bo' })).toMatchObject({ lastActivity: Math.floor(NOW) });
  expect(world.history.of('acme/bo')).toMatchObject([{ what: 'returned', by: 'ops', reason: 'asked for' }]);
  expect(world.observer.counted('Resumed')).toBe(1);
  const open2 = await post('workspaces/acme/ada/resume', { reason: 'x' });
  expect([open2.status, open2.json()]).toEqual([409, { error: 'workspace acme/ada is open already' }]);
});

test('the cleanup is paused and goes on', async () => {
  await open();
  expect((await post('pause', { reason: 'a look' })).status).toBe(200);
  expect((await get<Overview>('overview')).control.pause).toMatchObject({ by: 'ops', reason: 'a look' });
  expect((await post('pause', { reason: '' })).json()).toEqual({
    error: expect.stringContaining('a reason of 1 to 500 characters'),
  });
  expect((await post('unpause', {})).status).toBe(200);
  const overview = await get<Overview>('overview');
  expect(overview.control.pause).toBeUndefined();
  expect(overview.recent.map(({ what }) => what)).toEqual(['unpaused', 'paused']);
});

test.each<[string, unknown, number, string]>([
  ['workspaces/acme/nobody/hold', { reason: 'x' }, 404, 'there is no workspace acme/nobody'],
  ['workspaces/acme/..%2F..%2Fetc/hold', { reason: 'x' }, 404, 'names no workspace'],
  ['workspaces/acme/%E0%A4%A/hold', { reason: 'x' }, 404, 'names no workspace'],
  ['workspaces/acme/ada/delete', {}, 404, 'nothing is known by the name of delete'],
  ['workspaces/acme/ada/hold', { reason: '' }, 400, 'a reason of 1 to 500 characters'],
  ['workspaces/acme/ada/hold', { reason: 'x', until: 12 }, 400, 'until is 12'],
  ['workspaces/acme/ada/hold', { reason: 'x', by: 'somebody else' }, 400, 'by'],
  ['workspaces/acme/ada/extend', { reason: 'x', until: NOW + 1 }, 400, 'expected a time after'],
  ['workspaces/acme/ada/release', {}, 409, 'neither held nor extended'],
  ['workspaces/acme/ada/activity', {}, 404, 'no sample fleet'],
  ['sample/step', {}, 404, 'no sample fleet'],
  ['elsewhere', {}, 404, 'nothing by that name'],
  ['pause', '{"reason":', 400, 'not JSON'],
  ['pause', { reason: 'x'.repeat(20_000) }, 413, 'more than 16384 bytes'],
])('%s with %j is refused with %i: %s', async (path, body, status, message) => {
  await open();
  const answer = await post(path, body);
  expect({ status: answer.status, text: answer.text }).toEqual({
    status,
    text: expect.stringContaining(message),
  });
  expect(world.history.entries).toEqual([]);
});

test('what is asked of the table is checked', async () => {
  await open();
  const answer = await send(`${base}api/workspaces?sort=secret`, { cookie });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('sort');
  expect((await get<WorkspacePage>('workspaces?q=ACME%2Fa&tier=pro&page=0&size=10')).total).toBe(1);
});

test('AWS that does not answer is told with what to look at', async () => {
  await open();
  world.workspaces.read = async () => {
    throw Object.assign(new Error('The security token is expired'), { name: 'ExpiredTokenException' });
  };
  const answer = await send(`${base}api/workspaces/acme/ada`, { cookie });
  expect(answer.status).toBe(502);
  expect(answer.json()).toEqual({
    error: expect.stringMatching(/^ExpiredTokenException: .*Look at the credentials, the Region/),
  });
});

test('pages that look are told when something is different', async () => {
  await open();
  const told = new Promise<string[]>((resolve) => {
    const events: string[] = [];
    const { port } = new URL(running.link());
    const sent = request(
      { host: '127.0.0.1', port, path: `${base}api/events`, headers: { cookie } },
      (response) => {
        expect(response.headers['content-type']).toBe('text/event-stream');
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          events.push(chunk);
          if (events.length === 1)
            running.rowChanged('acme/zoe', {
              ...world.rows.get({ clientId: 'acme', userId: 'ada' }),
              userId: 'zoe',
            });
          if (events.length === 2) {
            sent.destroy();
            resolve(events);
          }
        });
      },
    );
    sent.end();
  });
  const [first, second] = (await told).map((text) => JSON.parse(text.replace('data: ', '')));
  expect(first).toMatchObject({ now: NOW, speed: 1 });
  expect(second.version).toBeGreaterThan(first.version);
  expect((await get<WorkspacePage>('workspaces?q=zoe')).total).toBe(1);
});
