import { activity, recordActivity } from '../../../src/handlers/activity.ts';
import { LARGEST_BODY_BYTES } from '../../../src/handlers/http.ts';
import { NOW, OK_KEY, OK_ROW } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

async function post(report: Item | string, row?: Item) {
  const world = new MemoryWorld(NOW + 100.5);
  if (row) world.rows.put({ ...OK_ROW, ...row });
  const invocation = world.invocation();
  const body = typeof report === 'string' ? report : JSON.stringify({ ...OK_KEY, ...report });
  const answer = await activity({ body, headers: {} }, invocation.ports);
  return { answer, calls: invocation.calls, row: world.rows.get(OK_KEY), world };
}

test('without a time it means now, in whole seconds, and is one call', async () => {
  const { answer, calls, row } = await post({}, {});
  expect(answer).toEqual({ status: 200, body: { recorded: true } });
  expect(row).toEqual({ ...OK_ROW, lastActivity: NOW + 100 });
  expect(calls).toEqual(['workspaces.recordActivity']);
});

test('with a time and a status', async () => {
  const { row } = await post({ lastActivity: NOW + 7, containerStatus: 'idle' }, {});
  expect(row).toEqual({ ...OK_ROW, lastActivity: NOW + 7, containerStatus: 'idle' });
});

test('a status alone is no activity', async () => {
  const { row } = await post({ containerStatus: 'idle' }, {});
  expect(row).toEqual({ ...OK_ROW, containerStatus: 'idle' });
});

describe('refused', () => {
  test.each([
    ['no JSON', '{', /not JSON/],
    ['nothing', '', /not JSON/],
    ['null', 'null', /the input is null/],
    ['a list', '[]', /the input is \[\]/],
    ['no user', JSON.stringify({ clientId: 'acme' }), /userId is missing/],
    ['a user that climbs', { userId: '../bob' }, /userId is "\.\.\/bob"/],
    ['milliseconds', { lastActivity: NOW * 1000 }, /lastActivity is 1767225600000/],
    ['text', { lastActivity: 'now' }, /lastActivity is "now"/],
    ['null for a time', { lastActivity: null }, /lastActivity is null/],
    ['the future', { lastActivity: NOW + 401 }, /lies in the future/],
    ['an unknown status', { containerStatus: 'running' }, /containerStatus is "running"/],
  ])('%s', async (_, report, reason) => {
    const { answer, calls, world } = await post(report, {});
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(reason);
    expect(calls).toEqual([]);
    expect(world.observer.at('warn')).toHaveLength(1);
  });

  test('a body that is too large, by its bytes', async () => {
    const { answer, calls } = await post(`"${'ä'.repeat(LARGEST_BODY_BYTES / 2)}"`);
    expect(answer.status).toBe(413);
    expect(calls).toEqual([]);
  });

  test('a workspace that is unknown', async () => {
    const { answer, row } = await post({});
    expect(answer.status).toBe(404);
    expect(row).toBeUndefined();
  });

  test.each(['archiving', 'archived', 'restoring', 'terminating', 'terminated'])(
    'a workspace in %s: its user has to resume it',
    async (lifecycle) => {
      const { answer, row } = await post({}, { lifecycle });
      expect(answer.status).toBe(409);
      expect(row).toEqual({ ...OK_ROW, lifecycle });
    },
  );

  test('five minutes ahead is believed', async () => {
    const { row } = await post({ lastActivity: NOW + 400 }, {});
    expect(row?.lastActivity).toBe(NOW + 400);
  });
});

test.each([
  ['the same', NOW],
  ['an older one', NOW - 1],
])('%s again is no error, and changes nothing', async (_, lastActivity) => {
  const { answer, row } = await post({ lastActivity }, {});
  expect(answer).toMatchObject({ status: 200, body: { recorded: false } });
  expect(row).toEqual(OK_ROW);
});

test('the last words of a container that is being stopped are taken, its activity never', async () => {
  const lifecycle = 'archiving';
  const said = await post({ containerStatus: 'terminated' }, { lifecycle });
  expect(said.answer.status).toBe(200);
  expect(said.row).toEqual({ ...OK_ROW, lifecycle, containerStatus: 'terminated' });
  const active = await post({ containerStatus: 'terminated', lastActivity: NOW + 1 }, { lifecycle });
  expect(active.answer.status).toBe(409);
  expect(active.row?.lastActivity).toBe(NOW);
});

test('a table that fails is the server’s fault, and thrown', async () => {
  const invocation = new MemoryWorld().invocation();
  invocation.before('workspaces.recordActivity', () => {
    throw new Error('throttled');
  });
  await expect(activity({ body: JSON.stringify(OK_KEY), headers: {} }, invocation.ports)).rejects.toThrow(
    'throttled',
  );
});

test.each([
  ['recorded', {}, NOW + 1],
  ['not-newer', {}, NOW],
  ['not-active', { lifecycle: 'archived' }, NOW + 1],
  ['unknown-workspace', undefined, NOW],
])('the library call answers %s', async (expected, row, lastActivity) => {
  const world = new MemoryWorld();
  if (row) world.rows.put({ ...OK_ROW, ...row });
  const heartbeat = { key: OK_KEY, lastActivity, containerStatus: undefined };
  expect(await recordActivity(heartbeat, world.workspaces)).toBe(expected);
});
