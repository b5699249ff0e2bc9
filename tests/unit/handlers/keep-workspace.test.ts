import { BadInputError } from '../../../src/core/errors.ts';
import type { Policy } from '../../../src/core/policy.ts';
import { extendWorkspace, holdWorkspace, releaseWorkspace } from '../../../src/handlers/keep-workspace.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const policy: Policy = {
  ...OK_POLICY,
  notice: { archive: DAY, terminate: 3 * DAY, minimumTerminate: DAY },
};
const TEN_YEARS = 3_652 * DAY;
const by = { by: 'ops', reason: 'asked for' };

function begin(change: Item = {}): MemoryWorld {
  const world = new MemoryWorld();
  world.addWorkspace(change);
  return world;
}
const rowOf = (world: MemoryWorld) => world.rows.get(OK_KEY) ?? {};
const hold = (world: MemoryWorld, request: unknown) =>
  holdWorkspace(OK_KEY, request, world.invocation().ports);
const extend = (world: MemoryWorld, request: unknown) =>
  extendWorkspace(OK_KEY, request, policy, world.invocation().ports);
const release = (world: MemoryWorld, request: unknown) =>
  releaseWorkspace(OK_KEY, request, world.invocation().ports);

async function liveUntil(world: MemoryWorld, at: number): Promise<void> {
  await world.wake(OK_KEY, policy);
  for (let next = world.timers.pending()[0]; next && next.at <= at; next = world.timers.pending()[0]) {
    world.clock.set(Math.max(next.at, world.clock.now()));
    await world.wakeDue(policy);
  }
  world.clock.set(at);
}

describe('a hold', () => {
  test('keeps the workspace from every action, and is in row and history', async () => {
    const world = begin({ lastActivity: NOW - 40 * DAY });
    await hold(world, by);
    await liveUntil(world, NOW + 400 * DAY);
    expect(rowOf(world)).toMatchObject({ hold: by });
    expect(rowOf(world).lifecycle ?? 'active').toBe('active');
    expect(world.history.of('acme/ada')).toMatchObject([{ what: 'held', ...by, lifecycle: 'active' }]);
    expect(world.disagreements()).toEqual([]);
  });

  test('ends at its second: notice before, and then the rules are applied to the true idle time', async () => {
    const world = begin({ lastActivity: NOW - 40 * DAY });
    const until = NOW + 5 * DAY;
    await hold(world, { ...by, until });
    await liveUntil(world, until - 1);
    expect(rowOf(world)).toMatchObject({ notices: { archive: { deadline: until, at: until - DAY } } });
    await liveUntil(world, until);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
  });

  test('released: what was announced before it counts for nothing, a cancelled client has a new day', async () => {
    const world = begin({ subscriptionStatus: 'cancelled', lastActivity: NOW - 40 * DAY });
    await world.wake(OK_KEY, policy);
    expect(rowOf(world)).toMatchObject({ notices: { terminate: { at: NOW } } });
    await hold(world, by);
    await liveUntil(world, NOW + 10 * DAY);
    await release(world, by);
    await liveUntil(world, NOW + 11 * DAY - 1);
    expect(rowOf(world).lifecycle ?? 'active').toBe('active');
    await liveUntil(world, NOW + 11 * DAY);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'terminated' });
    expect(world.disagreements()).toEqual([]);
  });

  test('that comes in the middle sends the workspace back to where it was', async () => {
    const world = begin({ lastActivity: NOW - 40 * DAY });
    const invocation = world.invocation().before('accessPoints.find', () => hold(world, by));
    await world.wakeWith(invocation, OK_KEY, policy);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'active', hold: by });
    expect(world.accessPoints.of(OK_KEY)).toHaveLength(1);
    expect(world.disagreements()).toEqual([]);
  });
});

describe('an extension', () => {
  test('moves the next deadline to its second, with a notice before that', async () => {
    const world = begin();
    const until = NOW + 45 * DAY;
    await extend(world, { ...by, until });
    await liveUntil(world, until - 1);
    expect(rowOf(world).lifecycle ?? 'active').toBe('active');
    expect(rowOf(world)).toMatchObject({ notices: { archive: { deadline: until, at: until - DAY } } });
    await liveUntil(world, until);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
  });

  test('does not stand in the way of a user who comes back', async () => {
    const world = begin({ lastActivity: NOW - 31 * DAY });
    await extend(world, { ...by, until: NOW + 10 * DAY });
    world.change(OK_KEY, { lastActivity: NOW + 9 * DAY });
    await liveUntil(world, NOW + 20 * DAY);
    expect(rowOf(world).lifecycle ?? 'active').toBe('active');
    await liveUntil(world, NOW + 39 * DAY + 1);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
  });

  test('of what is archived postpones its end, and gives nothing back', async () => {
    const world = begin({
      subscriptionStatus: 'cancelled',
      lifecycle: 'archived',
      lastActivity: NOW - 40 * DAY,
    });
    const until = NOW + 30 * DAY;
    await extend(world, { ...by, until });
    await liveUntil(world, until - 1);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
    await liveUntil(world, until);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'terminated' });
  });

  test('is ended by a release', async () => {
    const world = begin();
    await extend(world, { ...by, until: NOW + 45 * DAY });
    await release(world, { by: 'ops' });
    expect(rowOf(world)).not.toHaveProperty('extension');
    await liveUntil(world, NOW + 30 * DAY + 1);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
  });
});

const range = 'expected a time from 2026-01-01T00:00:01Z to 2036-01-01T00:00:00Z, ten years from now';
test.each<[string, (world: MemoryWorld) => Promise<unknown>, number, string]>([
  [
    'a hold in the past',
    (world) => hold(world, { ...by, until: NOW - 1 }),
    400,
    `until is 2025-12-31T23:59:59Z, ${range}`,
  ],
  ['a hold until now', (world) => hold(world, { ...by, until: NOW }), 400, range],
  [
    'a hold in milliseconds',
    (world) => hold(world, { ...by, until: NOW * 1_000 }),
    400,
    'whole epoch seconds',
  ],
  [
    'a hold without a reason',
    (world) => hold(world, { by: 'ops', reason: ' ' }),
    400,
    'a reason of 1 to 500 characters',
  ],
  ['a hold by nobody', (world) => hold(world, { reason: 'why' }), 400, 'who it is'],
  [
    'an extension beyond ten years',
    (world) => extend(world, { ...by, until: NOW + TEN_YEARS + 1 }),
    400,
    range,
  ],
  [
    'an extension to before the deadline',
    (world) => extend(world, { ...by, until: NOW + 5 * DAY }),
    400,
    'the next deadline of workspace acme/ada',
  ],
  ['an end without an extension', (world) => extend(world, by), 400, 'until is missing'],
  ['a release of what is not held', (world) => release(world, by), 409, 'neither held nor extended'],
  [
    'a hold of nothing',
    (world) => holdWorkspace({ clientId: 'acme', userId: 'no' }, by, world.invocation().ports),
    404,
    'there is no workspace acme/no',
  ],
])('%s is refused, and what was there stays', async (_, act, status, message) => {
  const world = begin();
  const before = rowOf(world);
  const refused: unknown = await act(world).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BadInputError);
  expect(refused).toMatchObject({ status, message: expect.stringContaining(message) });
  expect(rowOf(world)).toEqual(before);
  expect(world.history.entries).toEqual([]);
});

test.each([
  ['terminated', { lifecycle: 'terminated' }, 410],
  [
    'being deleted',
    {
      lifecycle: 'terminating',
      claim: {
        owner: 'a',
        until: NOW + 9,
        action: 'terminate',
        step: 'delete-files',
        origin: 'active',
        rule: 'subscription-cancelled',
        since: NOW,
        decidedAt: NOW,
      },
    },
    409,
  ],
])('a workspace that is %s cannot be kept any more', async (_, row, status) => {
  const world = begin(row);
  await expect(hold(world, by)).rejects.toMatchObject({ status });
});

test('ten years ahead is not too far', async () => {
  const world = begin();
  await extend(world, { ...by, until: NOW + TEN_YEARS });
  expect(rowOf(world)).toMatchObject({ extension: { until: NOW + TEN_YEARS } });
});

test('a row that changes while it is written to is read again', async () => {
  const world = begin();
  const invocation = world
    .invocation()
    .before('workspaces.keep', () => world.change(OK_KEY, { hold: { reason: 'other' } }));
  await holdWorkspace(OK_KEY, by, invocation.ports);
  expect(rowOf(world)).toMatchObject({ hold: by });
  expect(invocation.calls.filter((call) => call === 'workspaces.read')).toHaveLength(2);
});
