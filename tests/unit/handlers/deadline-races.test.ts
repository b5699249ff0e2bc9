import fc from 'fast-check';
import { deadlineReached } from '../../../src/handlers/deadline-reached.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const SCENARIOS: Item[] = [
  { lastActivity: NOW - 31 * DAY },
  { lastActivity: NOW - 8 * DAY, subscriptionStatus: 'cancelled' },
];
/** One wake-up came twice or three times; somebody may write the row meanwhile. */
const RACES = fc.record({
  scenario: fc.constantFrom(...SCENARIOS),
  duplicates: fc.integer({ min: 2, max: 3 }),
  looksToStop: fc.array(fc.nat({ max: 4 }), { maxLength: 2 }),
  write: fc.constantFrom<Item | undefined>(
    undefined,
    { subscriptionStatus: 'active', lastActivity: NOW - DAY },
    { hold: { reason: 'legal' } },
    { armedFor: NOW + 61 },
  ),
  scheduler: fc.scheduler(),
});
async function serveWakeUps(world: MemoryWorld): Promise<void> {
  for (let next = world.timers.pending()[0]; next && next.at < NOW + DAY; next = world.timers.pending()[0]) {
    world.clock.set(Math.max(next.at, world.clock.now()));
    for (const _ of world.timers.takeDue()) {
      await deadlineReached(OK_KEY, OK_POLICY, world.invocation().ports);
    }
  }
}

test('duplicates of a wake-up, in any order of their calls, always act under exactly one live claim', async () => {
  await fc.assert(
    fc.asyncProperty(RACES, async ({ scenario, duplicates, looksToStop, write, scheduler }) => {
      const world = new MemoryWorld();
      world.addWorkspace({ ...scenario, armedFor: NOW - 1 });
      for (const looks of looksToStop) world.tasks.run(OK_KEY, looks);
      const handlers = Array.from({ length: duplicates }, () => {
        const invocation = world.invocation();
        invocation.gate = (call) => scheduler.schedule(Promise.resolve(), call);
        return deadlineReached(OK_KEY, OK_POLICY, invocation.ports);
      });
      if (write) void scheduler.schedule(Promise.resolve(), 'write').then(() => world.change(OK_KEY, write));
      await scheduler.waitFor(Promise.all(handlers));
      await scheduler.waitIdle();
      await serveWakeUps(world);

      expect(world.deeds.wrongs()).toEqual([]);
      const removals = world.deeds.names().filter((deed) => deed === 'access-removed');
      const given = world.deeds.names().filter((deed) => deed === 'access-given');
      expect(removals.length - given.length).toBeLessThanOrEqual(1);
      const row = world.rows.get(OK_KEY) ?? {};
      expect(row).not.toHaveProperty('claim');
      const lifecycle = row.lifecycle ?? 'active';
      expect(world.accessPoints.of(OK_KEY)).toHaveLength(lifecycle === 'active' ? 1 : 0);
      expect(world.files.has(OK_KEY)).toBe(lifecycle !== 'terminated');
      if (write === undefined || 'armedFor' in write)
        expect(lifecycle).toBe('subscriptionStatus' in scenario ? 'terminated' : 'archived');
    }),
    { numRuns: 400 },
  );
});

test('a workspace with nothing due, woken twice in any order, always ends with its deadline armed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const world = new MemoryWorld();
      world.addWorkspace({ armedFor: NOW - 1 });
      const handlers = [world.invocation(), world.invocation()].map((invocation) => {
        invocation.gate = (call) => scheduler.schedule(Promise.resolve(), call);
        return deadlineReached(OK_KEY, OK_POLICY, invocation.ports);
      });
      await scheduler.waitFor(Promise.all(handlers));
      const deadline = NOW + 30 * DAY + 1;
      expect(world.rows.get(OK_KEY)?.armedFor).toBe(deadline);
      expect(world.timers.pendingOf(OK_KEY)).toEqual([deadline]);
      expect(world.deeds.done).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
