import type { Policy } from '../../../src/core/policy.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const HOUR = 3_600;
const policy: Policy = {
  ...OK_POLICY,
  notice: { archive: 24 * HOUR, terminate: 72 * HOUR, minimumTerminate: 24 * HOUR },
};

/** A world with one workspace of which the reactor has armed the first wake-up. */
async function begin(change: Item = {}): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  world.addWorkspace(change);
  await wakeAt(world, NOW);
  return world;
}

/** Serves a wake-up at this second, and all that are due before it. */
async function wakeAt(world: MemoryWorld, at: number): Promise<void> {
  await liveUntil(world, at);
  await world.wake(OK_KEY, policy);
}

/** Serves the wake-ups as they come, to the end of `at`. */
async function liveUntil(world: MemoryWorld, at: number): Promise<void> {
  for (let next = world.timers.pending()[0]; next && next.at <= at; next = world.timers.pending()[0]) {
    world.clock.set(Math.max(next.at, world.clock.now()));
    await world.wakeDue(policy);
  }
  world.clock.set(Math.max(at, world.clock.now()));
}

/** What happened, by the history: when (seconds after NOW) and what. */
const story = (world: MemoryWorld) =>
  world.history
    .of('acme/ada')
    .map(({ at, what, loss, due }) => [
      Math.floor(at) - NOW,
      what,
      loss ?? '',
      due === undefined ? '' : due - NOW,
    ]);

const free = { subscriptionTier: 'free' };
const cancelled = { ...free, subscriptionStatus: 'cancelled' };
const archived = 7 * DAY + 1;

test('an idle free workspace: notice a day before, archived in the very second', async () => {
  const world = await begin(free);
  await liveUntil(world, NOW + 30 * DAY);
  expect(story(world)).toEqual([
    [archived - DAY, 'expiring', 'archive', archived],
    [archived, 'archiving', '', archived],
    [archived, 'archived', '', archived],
  ]);
  expect(world.disagreements()).toEqual([]);
});

test('a deadline that moves: the next notice is for the new one, and the old one counts for nothing', async () => {
  const world = await begin(free);
  await liveUntil(world, NOW + 6.5 * DAY);
  world.change(OK_KEY, { lastActivity: NOW + 6.5 * DAY });
  await liveUntil(world, NOW + 30 * DAY);
  expect(story(world)).toEqual([
    [archived - DAY, 'expiring', 'archive', archived],
    [archived + 5.5 * DAY, 'expiring', 'archive', archived + 6.5 * DAY],
    [archived + 6.5 * DAY, 'archiving', '', archived + 6.5 * DAY],
    [archived + 6.5 * DAY, 'archived', '', archived + 6.5 * DAY],
  ]);
});

test('a cancelled workspace: notice three days before, terminated in the very second', async () => {
  const world = await begin(cancelled);
  await liveUntil(world, NOW + 30 * DAY);
  expect(story(world)).toEqual([
    // Of the archive too: it would come first, were it not the same second.
    [archived - 3 * DAY, 'expiring', 'terminate', archived],
    [archived, 'terminating', '', archived],
    [archived, 'terminated', '', archived],
  ]);
});

test('cancelled when idle for weeks already: its client is given a day, to the second', async () => {
  const world = await begin({ ...cancelled, lastActivity: NOW - 100 * DAY, lifecycle: 'archived' });
  await liveUntil(world, NOW + DAY - 1);
  expect(world.rows.get(OK_KEY)).toMatchObject({ lifecycle: 'archived' });
  expect(story(world)).toEqual([[0, 'expiring', 'terminate', DAY]]);
  await liveUntil(world, NOW + DAY);
  expect(world.rows.get(OK_KEY)).toMatchObject({ lifecycle: 'terminated' });
});

test('reactivated within that day: given back, and cancelled again it has another day', async () => {
  const world = await begin({
    ...cancelled,
    lastActivity: NOW - 100 * DAY,
    subscriptionEventAt: NOW - 5,
  });
  await liveUntil(world, NOW + 0.9 * DAY);
  world.change(OK_KEY, { subscriptionStatus: 'active', subscriptionTier: 'enterprise', retentionDays: 200 });
  world.change(OK_KEY, { subscriptionEventAt: NOW + 0.9 * DAY });
  await wakeAt(world, NOW + 1.5 * DAY);
  expect(world.rows.get(OK_KEY)?.lifecycle ?? 'active').toBe('active');
  world.change(OK_KEY, { subscriptionStatus: 'cancelled', subscriptionEventAt: NOW + 2 * DAY });
  await wakeAt(world, NOW + 2 * DAY);
  await liveUntil(world, NOW + 3 * DAY - 1);
  expect(world.rows.get(OK_KEY)?.lifecycle ?? 'active').toBe('active');
  await liveUntil(world, NOW + 3 * DAY);
  expect(world.rows.get(OK_KEY)).toMatchObject({ lifecycle: 'terminated' });
  expect(story(world).filter(([, what]) => what === 'expiring')).toHaveLength(2);
});

test('suspended when idle for long: archived at once, as its deadline is now', async () => {
  const world = await begin({ ...free, subscriptionStatus: 'suspended', lastActivity: NOW - 5 * DAY });
  expect(world.rows.get(OK_KEY)).toMatchObject({ lifecycle: 'archived' });
});

test('a limit of one day: notice at half of it, not at every heartbeat', async () => {
  const world = await begin({ ...free, retentionDays: 1 });
  for (let minute = 1; minute <= 600; minute += 1) {
    world.change(OK_KEY, { lastActivity: NOW + minute * 60 });
    await liveUntil(world, NOW + minute * 60);
  }
  expect(story(world)).toEqual([]);
  await liveUntil(world, NOW + 3 * DAY);
  const end = 600 * 60 + DAY + 1;
  expect(story(world).slice(0, 2)).toEqual([
    [end - DAY / 2, 'expiring', 'archive', end],
    [end, 'archiving', '', end],
  ]);
});

test('limits that are shortened: nobody loses a workspace sooner than a day after they are told', async () => {
  const world = await begin({ ...free, lastActivity: NOW - 6 * DAY - 1 });
  expect(story(world)).toEqual([[0, 'expiring', 'archive', DAY]]);
  const shorter: Policy = { ...policy, retentionDays: { ...policy.retentionDays, free: 3 } };
  world.clock.set(NOW + 3_600);
  await world.wake(OK_KEY, shorter);
  expect(world.rows.get(OK_KEY)?.lifecycle ?? 'active').toBe('active');
  expect(story(world).at(-1)).toEqual([3_600, 'expiring', 'archive', 3_600 + DAY]);
  world.clock.set(NOW + 3_600 + DAY - 61);
  await world.wake(OK_KEY, shorter);
  expect(world.rows.get(OK_KEY)?.lifecycle ?? 'active').toBe('active');
  world.clock.set(NOW + 3_600 + DAY);
  await world.wake(OK_KEY, shorter);
  expect(world.rows.get(OK_KEY)).toMatchObject({ lifecycle: 'archived' });
});

test('a wake-up that is delivered twice gives one notice', async () => {
  const world = await begin(free);
  await liveUntil(world, NOW + archived - DAY - 1);
  world.clock.set(NOW + archived - DAY);
  await Promise.all([world.wake(OK_KEY, policy), world.wake(OK_KEY, policy)]);
  expect(story(world)).toEqual([[archived - DAY, 'expiring', 'archive', archived]]);
  expect(world.disagreements()).toEqual([]);
});

test.each([
  ['with counts', { changes: 3, commits: 1 }, { changes: 3, commits: 1 }],
  ['without, where there is none', { changes: 0, commits: 0 }, undefined],
])('a notice comes %s of unsaved work', async (_, unsavedWork, told) => {
  const world = await begin({ ...free, unsavedWork });
  await wakeAt(world, NOW + archived - 24 * HOUR);
  const [notice] = world.history.of('acme/ada');
  expect(notice).toMatchObject({ what: 'expiring', loss: 'archive' });
  expect(notice?.inputs?.unsavedWork).toEqual(told);
});
