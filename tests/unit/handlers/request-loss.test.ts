import type { Policy } from '../../../src/core/policy.ts';
import { extendWorkspace, holdWorkspace, releaseWorkspace } from '../../../src/handlers/keep-workspace.ts';
import { requestLoss, requestReturn } from '../../../src/handlers/request-loss.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const policy: Policy = {
  ...OK_POLICY,
  notice: { archive: DAY, terminate: 3 * DAY, minimumTerminate: DAY },
};
const by = { by: 'ops', reason: 'left the company' };

function begin(change: Item = {}): MemoryWorld {
  const world = new MemoryWorld();
  world.addWorkspace({ lastActivity: NOW - 60, ...change });
  return world;
}
const rowOf = (world: MemoryWorld) => world.rows.get(OK_KEY) ?? {};
const request = (world: MemoryWorld, action: string) =>
  requestLoss(OK_KEY, { action, ...by }, policy, world.invocation().ports);
const giveBack = (world: MemoryWorld) => requestReturn(OK_KEY, by, policy, world.invocation().ports);

/** Time passes, and every wake-up comes that is armed. */
async function liveUntil(world: MemoryWorld, at: number): Promise<void> {
  await world.wake(OK_KEY, policy);
  for (let next = world.timers.pending()[0]; next && next.at <= at; next = world.timers.pending()[0]) {
    world.clock.set(Math.max(next.at, world.clock.now()));
    await world.wakeDue(policy);
  }
  world.clock.set(at);
}
const told = (world: MemoryWorld) =>
  world.history.of('acme/ada').map(({ what, by: who, rule, reason }) => ({ what, by: who, rule, reason }));

describe('to archive', () => {
  test('is written with its entry, and carried out as anything else is, in the name of who has asked', async () => {
    const world = begin();
    expect(await request(world, 'archive')).toMatchObject({ row: { requested: { at: NOW } }, due: NOW });
    expect(rowOf(world)).toMatchObject({ requested: { action: 'archive', at: NOW, ...by } });
    await liveUntil(world, NOW + 300);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
    const rule = 'operator-request';
    expect(told(world)).toEqual([
      { what: 'requested', ...by, rule: undefined },
      { what: 'archiving', ...by, rule },
      { what: 'archived', ...by, rule },
    ]);
    expect(world.disagreements()).toEqual([]);
  });

  test('stays archived when time passes, and when the client pays', async () => {
    const world = begin();
    await request(world, 'archive');
    await liveUntil(world, NOW + 300);
    world.rows.put({ ...rowOf(world), subscriptionTier: 'enterprise', subscriptionEventAt: NOW + 300 });
    await liveUntil(world, NOW + 100 * DAY);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
  });

  test('is over when an operator gives it back: it is restored, and the rules are applied as always', async () => {
    const world = begin();
    await request(world, 'archive');
    await liveUntil(world, NOW + 300);
    await giveBack(world);
    expect(rowOf(world)).not.toHaveProperty('requested');
    expect(told(world).at(-1)).toMatchObject({ what: 'returned', ...by });
    await liveUntil(world, NOW + 600);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'active' });
    expect(world.disagreements()).toEqual([]);
  });

  test('is over when it is released', async () => {
    const world = begin();
    await request(world, 'archive');
    await liveUntil(world, NOW + 300);
    await releaseWorkspace(OK_KEY, by, world.invocation().ports);
    await liveUntil(world, NOW + 600);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'active' });
    expect(rowOf(world)).not.toHaveProperty('requested');
  });
});

test.each<[string, (world: MemoryWorld) => unknown]>([
  [
    'its user',
    (world) =>
      world.workspaces.recordActivity({ key: OK_KEY, lastActivity: NOW, containerStatus: undefined }),
  ],
  ['a hold', (world) => holdWorkspace(OK_KEY, by, world.invocation().ports)],
  ['a release', (world) => releaseWorkspace(OK_KEY, by, world.invocation().ports)],
])('%s takes it back', async (_, takeBack) => {
  const world = begin();
  await request(world, 'archive');
  await takeBack(world);
  await liveUntil(world, NOW + DAY);
  expect(rowOf(world).lifecycle ?? 'active').toBe('active');
  expect(world.deeds.names()).toEqual([]);
});

test('an activity between the decision and the claim wins', async () => {
  const world = begin();
  await request(world, 'archive');
  const { ports } = world.invocation();
  const claim = ports.workspaces.claim.bind(ports.workspaces);
  ports.workspaces.claim = async (...given) => {
    world.rows.put({ ...rowOf(world), lastActivity: NOW + 1 });
    return claim(...given);
  };
  const { deadlineReached } = await import('../../../src/handlers/deadline-reached.ts');
  await deadlineReached(OK_KEY, policy, ports);
  expect(rowOf(world).lifecycle ?? 'active').toBe('active');
});

describe('what was archived by it stays archived', () => {
  const extendUntil = (until: number) => (world: MemoryWorld) =>
    extendWorkspace(OK_KEY, { ...by, until }, policy, world.invocation().ports);
  const hold = (world: MemoryWorld) =>
    holdWorkspace(OK_KEY, { ...by, until: NOW + DAY }, world.invocation().ports);
  const cancelled = { subscriptionStatus: 'cancelled' };

  async function archived(change: Item = {}): Promise<MemoryWorld> {
    const world = begin(change);
    await request(world, 'archive');
    await liveUntil(world, NOW + 300);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
    return world;
  }

  test('when it is held, and when the hold is over', async () => {
    const world = await archived();
    await hold(world);
    expect(rowOf(world)).toMatchObject({ hold: by, requested: { action: 'archive', at: NOW } });
    await liveUntil(world, NOW + 20 * DAY);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
    expect(world.disagreements()).toEqual([]);
  });

  test('when its end is moved for a client who has cancelled', async () => {
    const world = await archived(cancelled);
    const until = NOW + 60 * DAY;
    await extendUntil(until)(world);
    await liveUntil(world, until - 1);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived', requested: { action: 'archive' } });
    await liveUntil(world, until);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'terminated' });
    expect(told(world).map(({ what }) => what)).not.toContain('restoring');
    expect(world.disagreements()).toEqual([]);
  });

  test.each([
    ['a hold', hold],
    ['an extension', extendUntil(NOW + 40 * DAY)],
  ])('when it was to be terminated too and %s takes back that', async (_, keep) => {
    const world = await archived();
    await request(world, 'terminate');
    await keep(world);
    expect(rowOf(world)).toMatchObject({ requested: { action: 'archive', at: NOW, ...by } });
    await liveUntil(world, NOW + 50 * DAY);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
    expect(world.deeds.names()).not.toContain('files-deleted');
    expect(world.disagreements()).toEqual([]);
  });

  test('and is archived though its end is moved in the middle', async () => {
    const world = begin(cancelled);
    await request(world, 'archive');
    world.clock.set(NOW + 60);
    const invocation = world
      .invocation()
      .before('accessPoints.find', extendUntil(NOW + 60 * DAY).bind(null, world));
    await world.wakeWith(invocation, OK_KEY, policy);
    await liveUntil(world, NOW + 300);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived', requested: { action: 'archive' } });
    expect(world.disagreements()).toEqual([]);
  });

  test.each<[string, (world: MemoryWorld) => unknown]>([
    ['a release', (world) => releaseWorkspace(OK_KEY, by, world.invocation().ports)],
    ['its return', giveBack],
  ])('until %s, an extension or not', async (_, takeBack) => {
    const world = await archived(cancelled);
    await extendUntil(NOW + 60 * DAY)(world);
    await takeBack(world);
    await liveUntil(world, NOW + 600);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'active' });
    expect(rowOf(world)).not.toHaveProperty('requested');
  });
});

test.each<[string, Item, (world: MemoryWorld) => unknown]>([
  ['a hold', {}, (world) => holdWorkspace(OK_KEY, { ...by, until: NOW + DAY }, world.invocation().ports)],
  [
    'an extension',
    { lifecycle: 'archived', lastActivity: NOW - 40 * DAY },
    (world) => extendWorkspace(OK_KEY, { ...by, until: NOW + 60 * DAY }, policy, world.invocation().ports),
  ],
])('%s takes back that it is to be terminated', async (_, change, keep) => {
  const world = begin(change);
  await request(world, 'terminate');
  await keep(world);
  expect(rowOf(world)).not.toHaveProperty('requested');
});

describe('to terminate', () => {
  test('is announced at once and done when the notice has been out for a day', async () => {
    const world = begin();
    expect((await request(world, 'terminate')).due).toBe(NOW + DAY);
    await liveUntil(world, NOW + DAY - 1);
    expect(rowOf(world)).toMatchObject({ notices: { terminate: { deadline: NOW } } });
    expect(rowOf(world).lifecycle ?? 'active').toBe('active');
    await liveUntil(world, NOW + DAY + 300);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'terminated' });
    expect(told(world).map(({ what }) => what)).toEqual([
      'requested',
      'expiring',
      'terminating',
      'terminated',
    ]);
    expect(told(world)[1]).toMatchObject(by);
  });

  test('waits while the cleanup is paused, and while only observed', async () => {
    const world = begin();
    world.control.item = { pause: { at: NOW, by: 'ops', reason: 'a look' } };
    await request(world, 'terminate');
    await liveUntil(world, NOW + 3 * DAY);
    expect(rowOf(world)).toMatchObject({ heldBack: { reason: 'paused', matter: 'terminate' } });
    expect(rowOf(world).lifecycle ?? 'active').toBe('active');
  });
});

test('what is asked for is not replaced by another, in either direction, until it is released', async () => {
  const world = begin();
  for (const [first, other] of [
    ['terminate', 'archive'],
    ['archive', 'terminate'],
  ] as const) {
    await request(world, first);
    await expect(request(world, other)).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('already, as ops has asked: left the company; release it first'),
    });
    expect(rowOf(world)).toMatchObject({ requested: { action: first } });
    await releaseWorkspace(OK_KEY, by, world.invocation().ports);
  }
  expect(told(world).map(({ what }) => what)).toEqual(['requested', 'released', 'requested', 'released']);
});

test('what was archived as asked can be asked to be terminated, and is archived until its notice has run', async () => {
  const world = begin();
  await request(world, 'archive');
  await liveUntil(world, NOW + 300);
  expect((await request(world, 'terminate')).due).toBe(NOW + 300 + DAY);
  await liveUntil(world, NOW + 300 + DAY - 1);
  expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
  await liveUntil(world, NOW + DAY + 600);
  expect(rowOf(world)).toMatchObject({ lifecycle: 'terminated' });
  expect(world.disagreements()).toEqual([]);
});

test.each<[string, Item, string, number]>([
  ['a workspace that is not there', { gone: true }, 'there is no workspace', 404],
  ['a row that is not understood', { lastActivity: 'noon' }, 'is not valid', 409],
  ['a workspace that is held', { hold: {} }, 'is held', 409],
])('%s is refused, and nothing is written', async (_, change, message, status) => {
  const world = begin(change);
  if (change.gone) world.rows.delete(OK_KEY);
  const before = world.rows.get(OK_KEY);
  await expect(request(world, 'archive')).rejects.toThrow(
    expect.objectContaining({ message: expect.stringContaining(message), status }),
  );
  expect(world.rows.get(OK_KEY)).toEqual(before);
  expect(told(world)).toEqual([]);
});

test.each<[string, Item, string]>([
  ['is open', {}, 'is open already'],
  [
    'is not paid for',
    { lifecycle: 'archived', subscriptionStatus: 'suspended', lastActivity: NOW - 9 * DAY },
    'is archived and its client is suspended',
  ],
  ['is terminated', { lifecycle: 'terminated' }, 'is terminated'],
])('what %s cannot be given back', async (_, change, message) => {
  const world = begin(change);
  await expect(giveBack(world)).rejects.toThrow(message);
  expect(told(world)).toEqual([]);
});
