import type { Policy } from '../../../src/core/policy.ts';
import { changeControl } from '../../../src/handlers/change-control.ts';
import { LEASE_SECONDS } from '../../../src/handlers/claim-row.ts';
import { holdWorkspace, releaseWorkspace } from '../../../src/handlers/keep-workspace.ts';
import { releaseWaiting } from '../../../src/handlers/release-waiting.ts';
import { type Death, type Invocation, ProcessDied } from '../../support/memory/invocation.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const policy: Policy = {
  ...OK_POLICY,
  notice: { archive: DAY, terminate: 3 * DAY, minimumTerminate: DAY },
};
const wake = async (invocation: Invocation, world: MemoryWorld) => {
  await world.wakeWith(invocation, OK_KEY, policy);
};

interface Scenario {
  row: Item;
  /** What is there before, beside the row. */
  prepare?: (world: MemoryWorld) => unknown;
  /** What dies in the middle, and is then done again. */
  run: (invocation: Invocation, world: MemoryWorld) => Promise<unknown>;
}

const idle = { lastActivity: NOW - 31 * DAY };
const pause = { at: NOW, by: 'ops', reason: 'a look' };
const SCENARIOS: Record<string, Scenario> = {
  'give notice of an archive': { row: { lastActivity: NOW - 29.5 * DAY }, run: wake },
  'give notice of a termination that is due': {
    row: { ...idle, subscriptionStatus: 'cancelled' },
    run: wake,
  },
  'keep back what is observed': {
    row: idle,
    prepare: (world) => world.control.set({ enforcement: 'observe' }),
    run: wake,
  },
  'put off what the hour has no room for': {
    row: idle,
    prepare: async (world) => {
      world.safety = { ...world.safety, budgets: { archive: 1, terminate: 1 } };
      await world.budgets.take('archive', '2026-01-01T00', 'globex', { total: 1, perClient: 1 });
    },
    run: wake,
  },
  'pause because too many had to wait': {
    row: idle,
    prepare: async (world) => {
      const safety = { budgets: { archive: 1, terminate: 1 }, pauseAtPutOff: { archive: 1, terminate: 1 } };
      world.safety = { ...world.safety, ...safety };
      await world.budgets.take('archive', '2026-01-01T00', 'globex', { total: 1, perClient: 1 });
      await world.budgets.countPutOff('archive', '2026-01-01T00');
    },
    run: wake,
  },
  'note other limits than before': {
    row: idle,
    prepare: (world) =>
      world.control.set({
        limits: {
          retentionDays: { free: 9, pro: 99, enterprise: 999 },
          cancelledGraceDays: 9,
          suspendedGraceDays: 9,
        },
      }),
    run: wake,
  },
  'wake what was kept back': {
    row: idle,
    prepare: async (world) => {
      world.control.set({ pause });
      await wake(world.invocation(), world);
      world.control.set({ pause: undefined });
    },
    run: (invocation) => releaseWaiting(invocation.ports),
  },
  'hold a workspace': {
    row: idle,
    run: (invocation) => holdWorkspace(OK_KEY, { by: 'ops', reason: 'legal' }, invocation.ports),
  },
  'release a workspace': {
    row: { ...idle, hold: { by: 'ops', reason: 'legal' } },
    run: async (invocation, world) => {
      // Who asks again after it was done is told that there is nothing to release.
      if (world.rows.get(OK_KEY)?.hold === undefined) return;
      await releaseWorkspace(OK_KEY, { by: 'ops' }, invocation.ports);
    },
  },
  'pause it by hand': {
    row: idle,
    run: (invocation) => changeControl({ kind: 'pause', reason: 'a look' }, 'ops', invocation.ports),
  },
};

async function begin({ row, prepare }: Scenario): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  world.addWorkspace(row);
  await prepare?.(world);
  return world;
}

async function liveFor(world: MemoryWorld, seconds: number): Promise<void> {
  const end = world.clock.now() + seconds;
  for (let next = world.timers.pending()[0]; next && next.at <= end; next = world.timers.pending()[0]) {
    world.clock.set(Math.max(next.at, world.clock.now()));
    await world.wakeDue(policy);
  }
  world.clock.set(end);
}

/** All that can be seen from outside after three days, but for when and how often it was written. */
function stateOf(world: MemoryWorld) {
  const {
    history: _,
    notices: __,
    heldBack,
    waitingSince: ___,
    armedFor: ____,
    armedDay: _____,
    ...row
  } = world.rows.get(OK_KEY) ?? {};
  const { pause: paused, revision: ______, history: _______, former, ...control } = world.control.item ?? {};
  return {
    row,
    heldBack: (heldBack as Item | undefined)?.reason,
    paused: (paused as Item | undefined)?.by,
    former: (former as unknown[] | undefined)?.length,
    control,
    accessPoints: world.accessPoints.of(OK_KEY).length,
    files: world.files.has(OK_KEY),
    wrongs: world.deeds.wrongs(),
    disagreements: world.disagreements(),
  };
}

describe.each(Object.entries(SCENARIOS))('%s', (name, scenario) => {
  async function undisturbed() {
    const world = await begin(scenario);
    const invocation = world.invocation();
    await scenario.run(invocation, world);
    await liveFor(world, 5 * DAY);
    return { calls: invocation.calls, end: stateOf(world) };
  }

  test('history and state tell the same', async () => {
    const { calls, end } = await undisturbed();
    expect(calls.length).toBeGreaterThan(1);
    expect([end.wrongs, end.disagreements]).toEqual([[], []]);
  });

  test('a process that dies at any call, and a retry: the same end, and the history tells the same as the state', async () => {
    const { calls, end } = await undisturbed();
    for (const [call, called] of calls.entries()) {
      for (const when of ['before', 'after'] satisfies Death['when'][]) {
        const where = `${name}: died ${when} call ${call}, ${called}`;
        const world = await begin(scenario);
        const dying = world.invocation();
        dying.death = { call, when };
        await expect(scenario.run(dying, world)).rejects.toThrow(ProcessDied);
        expect({ where, disagreements: world.disagreements() }).toEqual({ where, disagreements: [] });
        world.clock.advance(LEASE_SECONDS + 1);
        await scenario.run(world.invocation(), world);
        await liveFor(world, 5 * DAY);
        expect({ where, ...stateOf(world) }).toEqual({ where, ...end });
      }
    }
  });

  test('a call that fails, and a retry at once: the same end', async () => {
    const { calls, end } = await undisturbed();
    for (const [call, called] of calls.entries()) {
      const where = `${name}: call ${call} failed, ${called}`;
      const world = await begin(scenario);
      const failing = world.invocation().before(call, () => {
        throw new Error('throttled');
      });
      await Promise.resolve(scenario.run(failing, world)).catch(() => undefined);
      await scenario.run(world.invocation(), world);
      await liveFor(world, 5 * DAY);
      expect({ where, ...stateOf(world) }).toEqual({ where, ...end });
    }
  });
});
