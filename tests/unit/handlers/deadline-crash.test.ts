import { planLifecycle } from '../../../src/core/lifecycle.ts';
import { parseRow } from '../../../src/core/workspace-row.ts';
import { LEASE_SECONDS } from '../../../src/handlers/claim-row.ts';
import { deadlineReached } from '../../../src/handlers/deadline-reached.ts';
import { type Death, type Invocation, ProcessDied } from '../../support/memory/invocation.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

/** A row of each transition, with its home, two containers, and the wake-up that has just fired. */
const SCENARIOS: Record<string, Item> = {
  archive: { lastActivity: NOW - 31 * DAY },
  'archive what others have provisioned': { lastActivity: NOW - 31 * DAY, posixUid: undefined },
  terminate: { lastActivity: NOW - 8 * DAY, subscriptionStatus: 'cancelled' },
  'terminate what is archived': {
    lastActivity: NOW - 8 * DAY,
    subscriptionStatus: 'cancelled',
    lifecycle: 'archived',
    efsAccessPoint: undefined,
  },
  'terminate what takes several turns': {
    lastActivity: NOW - 8 * DAY,
    subscriptionStatus: 'cancelled',
    slices: 3,
  },
  restore: { lastActivity: NOW - 8 * DAY, lifecycle: 'archived', efsAccessPoint: undefined },
};

/** `slices`: how many calls leave files behind. */
async function begin({ slices, ...scenario }: Item): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  world.files.slicesLeft = Number(slices ?? 0);
  world.addWorkspace({ armedFor: NOW - 1, ...scenario });
  if ('efsAccessPoint' in scenario)
    for (const id of world.accessPoints.of(OK_KEY)) world.accessPoints.drop(id);
  if (scenario.lifecycle === undefined) {
    world.tasks.run(OK_KEY, 1);
    world.tasks.run(OK_KEY, 2);
  }
  return world;
}

async function wake(world: MemoryWorld, prepare?: (invocation: Invocation) => void): Promise<Invocation> {
  const invocation = world.invocation();
  prepare?.(invocation);
  await deadlineReached(OK_KEY, OK_POLICY, invocation.ports);
  return invocation;
}

/** Serves the wake-ups of the next hour as they come, each as often as it takes to be handled. */
async function liveOn(world: MemoryWorld): Promise<void> {
  const end = world.clock.now() + 3_600;
  for (let next = world.timers.pending()[0]; next && next.at <= end; next = world.timers.pending()[0]) {
    world.clock.set(Math.max(next.at, world.clock.now()));
    for (const _ of world.timers.takeDue()) await wake(world);
  }
}

/** All that can be seen from outside, once the lease is over and its wake-up has found nothing to do. */
function stateOf(world: MemoryWorld) {
  // How many entries there are depends on how often somebody died; that they tell the same as the row does not.
  const { history: _, ...row } = world.rows.get(OK_KEY) ?? {};
  return {
    row,
    disagreements: world.disagreements(),
    accessPoints: world.accessPoints.of(OK_KEY).length,
    files: world.files.has(OK_KEY),
    tasks: world.tasks.running(OK_KEY).length,
    wrongs: world.deeds.wrongs(),
  };
}

/** The number of calls that a scenario takes when nothing goes wrong, and the state that it ends in. */
async function undisturbed(scenario: Item) {
  const world = await begin(scenario);
  const { calls } = await wake(world);
  await liveOn(world);
  return { calls, end: stateOf(world) };
}

describe.each(Object.entries(SCENARIOS))('%s', (name, scenario) => {
  /** Every call with both ways to die there; the loop stands in the test, as the calls are known only by running. */
  async function forEachDeath(check: (world: MemoryWorld, death: Death, call: string) => Promise<void>) {
    const { calls } = await undisturbed(scenario);
    for (const [call, called] of calls.entries()) {
      for (const when of ['before', 'after'] as const) {
        const world = await begin(scenario);
        const dying = wake(world, (invocation) => {
          invocation.death = { call, when };
        });
        await expect(dying).rejects.toThrow(ProcessDied);
        await check(world, { call, when }, `${name}: died ${when} call ${call}, ${called}`);
      }
    }
  }

  test('it calls what is expected of it', async () => {
    const { calls, end } = await undisturbed(scenario);
    expect(calls.length).toBeGreaterThan(5);
    expect(end.wrongs).toEqual([]);
    expect(end.disagreements).toEqual([]);
    const parsed = parseRow(end.row, NOW);
    if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('; '));
    expect(planLifecycle(parsed.row, OK_POLICY, NOW).kind).toBe('rest');
  });

  test('a process that dies at any call, and a retry past the lease: the same end', async () => {
    const { end } = await undisturbed(scenario);
    await forEachDeath(async (world, _, where) => {
      world.clock.advance(LEASE_SECONDS + 1);
      await wake(world);
      await liveOn(world);
      expect({ where, ...stateOf(world) }).toEqual({ where, ...end });
    });
  });

  test('a process that dies once it has claimed: its own wake-up picks it up', async () => {
    const { end } = await undisturbed(scenario);
    await forEachDeath(async (world, _, where) => {
      if (world.rows.get(OK_KEY)?.claim === undefined) return;
      await liveOn(world);
      expect({ where, ...stateOf(world) }).toEqual({ where, ...end });
    });
  });

  test('a retry while the lease lasts touches nothing', async () => {
    await forEachDeath(async (world, _, where) => {
      if (world.rows.get(OK_KEY)?.claim === undefined) return;
      const deeds = world.deeds.done.length;
      await wake(world);
      expect({ where, deeds: world.deeds.done.length }).toEqual({ where, deeds });
    });
  });

  test('a call that fails, and a retry at once: the same end', async () => {
    const { calls, end } = await undisturbed(scenario);
    for (const [call, called] of calls.entries()) {
      const where = `${name}: call ${call} failed, ${called}`;
      const world = await begin(scenario);
      const failing = wake(world, (invocation) =>
        invocation.before(call, () => {
          throw new Error('throttled');
        }),
      );
      await expect(failing).rejects.toThrow('throttled');
      await wake(world);
      await liveOn(world);
      expect({ where, ...stateOf(world) }).toEqual({ where, ...end });
    }
  });

  test('two processes die one after the other at any two calls: the same end', async () => {
    const { calls, end } = await undisturbed(scenario);
    for (let first = 0; first < calls.length; first += 1) {
      for (let second = 0; second < calls.length; second += 1) {
        const where = `${name}: died before call ${first}, then before call ${second} of the next`;
        const world = await begin(scenario);
        for (const call of [first, second]) {
          // The second may have less left to do than there are calls, and live.
          await wake(world, (invocation) => {
            invocation.death = { call, when: 'before' };
          }).catch(() => undefined);
          world.clock.advance(LEASE_SECONDS + 1);
        }
        await wake(world);
        await liveOn(world);
        expect({ where, ...stateOf(world) }).toEqual({ where, ...end });
      }
    }
  });
});

describe('a client subscribes again at any moment of', () => {
  test.each(['terminate', 'terminate what is archived'])(
    '%s: what is active in the end has its home and a way there',
    async (name) => {
      const scenario = SCENARIOS[name] ?? {};
      const { calls } = await undisturbed(scenario);
      const ends = new Set<unknown>();
      for (const [call, called] of calls.entries()) {
        for (const dies of [false, true]) {
          const where = `before call ${call}, ${called}${dies ? ', where it dies' : ''}`;
          const world = await begin(scenario);
          await wake(world, (invocation) => {
            invocation.before(call, () => world.change(OK_KEY, { subscriptionStatus: 'active' }));
            if (dies) invocation.death = { call, when: 'before' };
          }).catch(() => undefined);
          world.clock.advance(LEASE_SECONDS + 1);
          await wake(world);
          await liveOn(world);
          const { row, accessPoints, files, wrongs } = stateOf(world);
          const lifecycle = row?.lifecycle ?? 'active';
          const there = lifecycle === 'active';
          expect(['active', 'terminated']).toContain(lifecycle);
          expect({ where, files, accessPoints, wrongs }).toEqual({
            where,
            files: there,
            accessPoints: there ? 1 : 0,
            wrongs: [],
          });
          expect(row?.efsAccessPoint).toBe(world.accessPoints.of(OK_KEY)[0]);
          ends.add(lifecycle);
        }
      }
      expect(ends).toEqual(new Set(['active', 'terminated']));
    },
  );
});

describe('a client cancels at any moment of', () => {
  // Its access point may exist before the row names it.
  test('restore: what is terminated in the end has neither a home nor a way there', async () => {
    const scenario = SCENARIOS.restore ?? {};
    const { calls } = await undisturbed(scenario);
    for (const [call, called] of calls.entries()) {
      for (const dies of [false, true]) {
        const where = `before call ${call}, ${called}${dies ? ', where it dies' : ''}`;
        const world = await begin(scenario);
        await wake(world, (invocation) => {
          invocation.before(call, () => world.change(OK_KEY, { subscriptionStatus: 'cancelled' }));
          if (dies) invocation.death = { call, when: 'before' };
        }).catch(() => undefined);
        world.clock.advance(LEASE_SECONDS + 1);
        await wake(world);
        await liveOn(world);
        const { row, accessPoints, files, wrongs } = stateOf(world);
        expect({ where, lifecycle: row?.lifecycle, files, accessPoints, wrongs }).toEqual({
          where,
          lifecycle: 'terminated',
          files: false,
          accessPoints: 0,
          wrongs: [],
        });
      }
    }
  });
});
