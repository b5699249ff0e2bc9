import { OVERDUE_AFTER_SECONDS, overdueCheck } from '../../../src/handlers/overdue-check.ts';
import { DAY, NOW, OK_KEY, OK_ROW } from '../../support/memory/ok-values.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

test.each([
  ['one second before it counts as overdue', NOW - OVERDUE_AFTER_SECONDS + 1, 0],
  ['when it does', NOW - OVERDUE_AFTER_SECONDS, 1],
  ['after two weeks', NOW - 14 * DAY, 1],
  ['still ahead', NOW + DAY, 0],
])('a wake-up %s', async (_, armedFor, found) => {
  const world = new MemoryWorld();
  world.rows.put({ ...OK_ROW, armedFor });
  expect(await overdueCheck(world.invocation().ports)).toBe(found);
  expect(world.timers.pendingOf(OK_KEY)).toEqual(found ? [NOW + 60] : []);
  expect(world.rows.get(OK_KEY)?.armedFor).toBe(found ? NOW + 60 : armedFor);
  expect(world.observer.counted('Overdue')).toBe(found);
  expect(world.observer.at('error').map(({ fields }) => fields)).toEqual(
    found ? [{ ...OK_KEY, armedFor, at: NOW + 60 }] : [],
  );
});

test('it asks the index and nothing else', async () => {
  const world = new MemoryWorld();
  world.rows.put(OK_ROW);
  const invocation = world.invocation();
  await overdueCheck(invocation.ports);
  const released = ['workspaces.waiting', 'control.noteRelease'];
  expect(invocation.calls).toEqual([
    'workspaces.armedBetween',
    'control.read',
    'control.readRelease',
    ...released,
  ]);
  const next = world.invocation();
  await overdueCheck(next.ports);
  expect(next.calls).toEqual(['workspaces.armedBetween', 'control.read', 'control.readRelease']);
});

test('one that cannot be armed fails the run; the others are armed, and the next run takes it up', async () => {
  const world = new MemoryWorld();
  for (let index = 0; index < 40; index += 1)
    world.rows.put({ ...OK_ROW, userId: `user-${index}`, armedFor: NOW - DAY });
  const invocation = world.invocation();
  invocation.before('timers.arm', () => {
    throw new Error('throttled');
  });
  await expect(overdueCheck(invocation.ports)).rejects.toThrow('throttled');
  expect(world.timers.pending()).toHaveLength(39);
  expect(await overdueCheck(world.invocation().ports)).toBe(1);
  expect(world.timers.pending()).toHaveLength(40);
});

test('it says how long the cleanup has been paused, and 0 where it is not', async () => {
  const world = new MemoryWorld();
  await overdueCheck(world.invocation().ports);
  world.control.set({ pause: { at: NOW - DAY, by: 'olga', reason: 'a look at the bills' } });
  await overdueCheck(world.invocation().ports);
  // Whoever paused it may have a clock that is ahead.
  world.control.set({ pause: { at: NOW + 5, by: 'olga', reason: 'a look at the bills' } });
  await overdueCheck(world.invocation().ports);
  expect(world.observer.valuesOf('PausedSeconds')).toEqual([
    [0, {}],
    [DAY, {}],
    [0, {}],
  ]);
});
