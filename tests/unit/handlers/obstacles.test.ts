import type { Safety } from '../../../src/core/control.ts';
import { controlChanged } from '../../../src/handlers/control-changed.ts';
import { overdueCheck } from '../../../src/handlers/overdue-check.ts';
import { changeOf, DAY, NOW, OK_KEY, OK_POLICY, OK_SAFETY } from '../../support/memory/ok-values.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const idle = { lastActivity: NOW - 31 * DAY };
const workspaceOf = (world: MemoryWorld, key = OK_KEY) => world.rows.get(key) ?? {};
const kinds = (world: MemoryWorld, workspace = 'acme/ada') =>
  world.history.of(workspace).map(({ what, heldBackBy }) => (heldBackBy ? `${what} ${heldBackBy}` : what));

function worldWith(safety: Partial<Safety> = {}): MemoryWorld {
  const world = new MemoryWorld();
  world.safety = { ...OK_SAFETY, ...safety };
  world.control.item = { ...world.control.item, installation: world.safety };
  return world;
}

const CONTROL_RECORD = { ...changeOf('1', undefined), key: { kind: 'control', key: 'cleanup' } };

/** As the stream of CleanupControl would. */
const tellOfChange = (world: MemoryWorld) => controlChanged([CONTROL_RECORD], world.invocation().ports);

async function liveFor(world: MemoryWorld, seconds: number): Promise<void> {
  const end = world.clock.now() + seconds;
  for (let next = world.timers.pending()[0]; next && next.at <= end; next = world.timers.pending()[0]) {
    world.clock.set(Math.max(next.at, world.clock.now()));
    await world.wakeDue(OK_POLICY);
  }
  world.clock.set(end);
}

describe.each(['off', 'observe'] as const)('enforcement is %s', (enforcement) => {
  test('what is due is decided and recorded once, and nothing is touched', async () => {
    const world = worldWith({ enforcement });
    const before = world.addWorkspace(idle);
    world.tasks.run(OK_KEY);
    expect(await world.wake(OK_KEY, OK_POLICY)).toBe('rested');
    expect(await world.wake(OK_KEY, OK_POLICY)).toBe('rested');
    expect(world.deeds.done).toEqual([]);
    expect(kinds(world)).toEqual([`held-back ${enforcement}`]);
    expect(workspaceOf(world)).toMatchObject({
      ...before,
      heldBack: { matter: 'archive', reason: enforcement },
    });
    expect(world.timers.pending()).toEqual([]);
    expect(world.disagreements()).toEqual([]);
    expect(world.observer.counted('HeldBack')).toBe(1);
  });

  test('enforced, it is picked up within a minute, and then nothing waits any more', async () => {
    const world = worldWith({ enforcement });
    world.addWorkspace(idle);
    await world.wake(OK_KEY, OK_POLICY);
    world.control.set({ enforcement: 'enforce' });
    await tellOfChange(world);
    await liveFor(world, 120);
    expect(workspaceOf(world)).toMatchObject({ lifecycle: 'archived' });
    expect(workspaceOf(world)).not.toHaveProperty('heldBack');
    expect(kinds(world)).toEqual([`held-back ${enforcement}`, 'archiving', 'archived']);
    expect((await world.workspaces.waiting(undefined, 10)).keys).toEqual([]);
  });

  test('what is archived and paid for is given back all the same', async () => {
    const world = worldWith({ enforcement });
    world.addWorkspace({ lifecycle: 'archived', efsAccessPoint: undefined });
    await world.wake(OK_KEY, OK_POLICY);
    expect(workspaceOf(world)).toMatchObject({ lifecycle: 'active' });
  });

  test('its user comes back: nothing is held back any more, and the next deadline is armed', async () => {
    const world = worldWith({ enforcement });
    world.addWorkspace(idle);
    await world.wake(OK_KEY, OK_POLICY);
    world.change(OK_KEY, { lastActivity: NOW });
    await world.wake(OK_KEY, OK_POLICY);
    expect(workspaceOf(world)).not.toHaveProperty('heldBack');
    expect(workspaceOf(world)).not.toHaveProperty('waitingFor');
    expect(world.timers.pendingOf(OK_KEY)).toEqual([NOW + 30 * DAY + 1]);
  });
});

test('of two clients the one that is observed waits, and is woken when it no longer is', async () => {
  const world = worldWith();
  const bo = { clientId: 'globex', userId: 'bo' };
  world.addWorkspace(idle);
  world.addWorkspace({ ...bo, ...idle });
  world.control.set({ clients: { globex: 'observe' } });
  await world.wake(OK_KEY, OK_POLICY);
  await world.wake(bo, OK_POLICY);
  expect(workspaceOf(world)).toMatchObject({ lifecycle: 'archived' });
  expect(workspaceOf(world, bo)).not.toHaveProperty('lifecycle');
  world.control.set({ clients: {} });
  await tellOfChange(world);
  await liveFor(world, 120);
  expect(workspaceOf(world, bo)).toMatchObject({ lifecycle: 'archived' });
});

describe('a pause', () => {
  const pause = { at: NOW, by: 'ops', reason: 'a look' };

  test.each([0, 1, 2])(
    'that comes before step %i of a termination stops it there, and it goes on after',
    async (step) => {
      const world = worldWith();
      world.addWorkspace({ subscriptionStatus: 'cancelled', lastActivity: NOW - 8 * DAY });
      world.tasks.run(OK_KEY);
      const invocation = world.invocation();
      let reads = 0;
      invocation.gate = async (call) => {
        // The first read is that of the decision, the others those before each step.
        if (call === 'control.read') reads += 1;
        if (reads === step + 2 && call === 'control.read') world.control.set({ pause });
      };
      await world.wakeWith(invocation, OK_KEY, OK_POLICY);
      const deeds = ['stop-requested', 'access-removed', 'files-deleted'];
      expect(world.deeds.names()).toEqual(deeds.slice(0, step));
      expect(workspaceOf(world)).toMatchObject({ lifecycle: 'terminating', heldBack: { reason: 'paused' } });
      await liveFor(world, DAY);
      expect(world.deeds.names()).toEqual(deeds.slice(0, step));
      world.control.set({ pause: undefined });
      await tellOfChange(world);
      await liveFor(world, 600);
      expect(workspaceOf(world)).toMatchObject({ lifecycle: 'terminated' });
      expect(world.deeds.wrongs()).toEqual([]);
      expect(world.disagreements()).toEqual([]);
    },
  );

  test('stops the archive of a client who pays meanwhile, and the workspace is given back', async () => {
    const world = worldWith();
    world.addWorkspace({ ...idle, subscriptionStatus: 'suspended' });
    world.control.set({ pause });
    await world.wake(OK_KEY, OK_POLICY);
    expect(workspaceOf(world)).toMatchObject({ heldBack: { reason: 'paused' } });
    world.change(OK_KEY, { subscriptionStatus: 'active', subscriptionTier: 'enterprise' });
    await world.wake(OK_KEY, OK_POLICY);
    expect(workspaceOf(world)).not.toHaveProperty('heldBack');
    expect(world.deeds.done).toEqual([]);
  });
});

test.each([
  ['nonsense', { enforcement: 'sometimes' }],
  ['a percentage of 140', { rollout: { clients: [], percent: 140 } }],
  ['a pause that says nothing', { pause: true }],
  ['a negative budget', { budgets: { archive: -1 } }],
])('CleanupControl holds %s: nothing is taken from anybody', async (_, item) => {
  const world = worldWith();
  world.addWorkspace(idle);
  world.control.item = { ...item, revision: 7 };
  await world.wake(OK_KEY, OK_POLICY);
  expect(world.deeds.done).toEqual([]);
  expect(workspaceOf(world)).toMatchObject({ heldBack: { reason: 'control-invalid' } });
  expect(world.observer.counted('InvalidControl')).toBeGreaterThan(0);
});

describe('budgets', () => {
  const budget = { budgets: { archive: 10, terminate: 3 }, pauseAtPutOff: { archive: 1_000, terminate: 6 } };
  const add = (world: MemoryWorld, count: number, clientId = 'acme') => {
    const keys = Array.from({ length: count }, (_, index) => ({ clientId, userId: `user-${index}` }));
    for (const key of keys)
      world.addWorkspace({ ...key, subscriptionStatus: 'cancelled', lastActivity: NOW - 100 * DAY });
    return keys;
  };
  const wakeAll = async (world: MemoryWorld, keys: readonly (typeof OK_KEY)[]) => {
    await Promise.all(keys.map((key) => world.wake(key, OK_POLICY)));
  };
  const terminated = (world: MemoryWorld) =>
    [...world.rows.items()].filter(({ lifecycle }) => lifecycle === 'terminated').length;

  test('so many an hour, each in the hour that it was given a turn in', async () => {
    const world = worldWith(budget);
    await wakeAll(world, add(world, 9));
    expect(terminated(world)).toBe(3);
    await liveFor(world, 3_600 - 1);
    expect(terminated(world)).toBe(3);
    await liveFor(world, 3_600);
    expect(terminated(world)).toBe(6);
    await liveFor(world, 3_600);
    expect(terminated(world)).toBe(9);
    expect(world.deeds.wrongs()).toEqual([]);
    expect(world.disagreements()).toEqual([]);
    expect(world.observer.counted('PutOff')).toBe(6);
  });

  test('when too many had to wait the system pauses itself, says so, and only a person ends it', async () => {
    const world = worldWith(budget);
    for (const key of add(world, 20)) await world.wake(key, OK_POLICY);
    expect(terminated(world)).toBe(3);
    expect(kinds(world, '#cleanup')).toEqual(['paused']);
    expect(world.observer.counted('Paused')).toBe(1);
    await liveFor(world, 5 * DAY);
    expect(terminated(world)).toBe(3);
    world.control.set({ pause: undefined });
    await tellOfChange(world);
    // Those that wait have been counted once, and do not pause it again.
    await liveFor(world, DAY);
    expect(terminated(world)).toBe(20);
    expect(kinds(world, '#cleanup')).toEqual(['paused']);
    for (let hour = 0; hour < 24; hour += 1)
      expect(world.budgets.takenIn('terminate', hourKey(NOW + 5 * DAY + hour * 3_600))).toBeLessThanOrEqual(
        3,
      );
    expect(world.disagreements()).toEqual([]);
  });

  test('however many look for a turn at the same moment, each finds the first hour with room', async () => {
    const world = worldWith({ ...budget, pauseAtPutOff: { archive: 1_000, terminate: 1_000 } });
    await wakeAll(world, add(world, 60));
    for (let hour = 1; hour < 20; hour += 1)
      expect(world.budgets.takenIn('terminate', hourKey(NOW + hour * 3_600))).toBe(3);
    await liveFor(world, 20 * 3_600);
    expect(terminated(world)).toBe(60);
  });

  test('a client has its share; the others do not wait for it', async () => {
    const world = worldWith({ ...budget, budgets: { archive: 10, terminate: 4 }, percentPerClient: 50 });
    await wakeAll(world, [...add(world, 4, 'acme'), ...add(world, 2, 'globex')]);
    const done = [...world.rows.items()].filter(({ lifecycle }) => lifecycle === 'terminated');
    expect(done.map(({ clientId }) => clientId).sort()).toEqual(['acme', 'acme', 'globex', 'globex']);
  });

  test('a client who pays again while it waits for its turn is not touched', async () => {
    const world = worldWith(budget);
    const keys = add(world, 6);
    await wakeAll(world, keys);
    for (const key of keys) world.change(key, { subscriptionStatus: 'active', lastActivity: NOW });
    await liveFor(world, 2 * 3_600);
    expect(terminated(world)).toBe(3);
    expect([...world.rows.items()].filter(({ heldBack }) => heldBack !== undefined)).toEqual([]);
  });

  test('how much of it is used up is counted with each action, in the hour in which it is done', async () => {
    const world = worldWith({ ...budget, budgets: { archive: 2, terminate: 3 }, percentPerClient: 100 });
    for (let user = 0; user < 4; user += 1) world.addWorkspace({ ...idle, userId: `user-${user}` });
    for (let user = 0; user < 4; user += 1) {
      await world.wake({ ...OK_KEY, userId: `user-${user}` }, OK_POLICY);
    }
    const archives = { loss: 'archive' };
    expect(world.observer.valuesOf('BudgetUsedPercent')).toEqual([
      [50, archives],
      [100, archives],
    ]);
    // The other two have their turns in the next hour.
    await liveFor(world, 2 * 3_600);
    expect(world.observer.valuesOf('BudgetUsedPercent').slice(2)).toEqual([
      [50, archives],
      [100, archives],
    ]);
  });

  test('a budget of 0 waits for another one', async () => {
    const world = worldWith();
    world.control.set({ budgets: { archive: 0 } });
    world.addWorkspace(idle);
    await world.wake(OK_KEY, OK_POLICY);
    await liveFor(world, DAY);
    expect(workspaceOf(world)).toMatchObject({ heldBack: { reason: 'budget' } });
    world.control.set({ budgets: {} });
    await tellOfChange(world);
    await liveFor(world, 120);
    expect(workspaceOf(world)).toMatchObject({ lifecycle: 'archived' });
  });

  test('what was stopped in between is counted in the hour in which it is done', async () => {
    const world = worldWith({ budgets: { archive: 10, terminate: 2 } });
    const keys = add(world, 4);
    const pause = { at: NOW, by: 'ops', reason: 'a look' };
    for (const key of keys.slice(0, 2)) {
      const invocation = world.invocation().before('accessPoints.find', () => world.control.set({ pause }));
      await world.wakeWith(invocation, key, OK_POLICY);
      world.control.set({ pause: undefined });
    }
    world.control.set({ pause });
    await wakeAll(world, keys);
    world.clock.set(NOW + 3 * 3_600);
    world.control.set({ pause: undefined });
    await tellOfChange(world);
    await liveFor(world, 3_600 - 1);
    expect(terminated(world)).toBe(2);
    await liveFor(world, 3_600);
    expect(terminated(world)).toBe(4);
    expect(world.deeds.wrongs()).toEqual([]);
  });

  test('what was claimed has been counted: taking it over in the same hour asks for no further turn', async () => {
    const world = worldWith({ budgets: { archive: 1, terminate: 1 } });
    world.addWorkspace(idle);
    const dying = world.invocation();
    dying.before('accessPoints.find', () => {
      throw new Error('EFS is away');
    });
    await expect(world.wakeWith(dying, OK_KEY, OK_POLICY)).rejects.toThrow('EFS is away');
    await liveFor(world, 600);
    expect(workspaceOf(world)).toMatchObject({ lifecycle: 'archived' });
    expect(world.observer.counted('PutOff')).toBe(0);
  });
});

describe('what waits', () => {
  test('is woken when an item that was not understood is mended by hand, whatever its number', async () => {
    const world = worldWith();
    world.addWorkspace(idle);
    world.control.item = { enforcement: 'sometimes', revision: 7 };
    await tellOfChange(world);
    await world.wake(OK_KEY, OK_POLICY);
    world.control.item = { enforcement: 'observe', revision: 7 };
    await tellOfChange(world);
    world.control.item = { enforcement: 'enforce', revision: 7 };
    await tellOfChange(world);
    await liveFor(world, 120);
    expect(workspaceOf(world)).toMatchObject({ lifecycle: 'archived' });
  });

  test('is looked for a second time: the index follows the table with a delay', async () => {
    const world = worldWith({ enforcement: 'observe' });
    world.addWorkspace(idle);
    await world.wake(OK_KEY, OK_POLICY);
    world.control.set({ enforcement: 'enforce' });
    const { ports } = world.invocation();
    const behind = {
      waiting: async () => ({ keys: [], more: false }),
      rememberWakeUp: ports.workspaces.rememberWakeUp,
    };
    await controlChanged([CONTROL_RECORD], { ...ports, workspaces: behind });
    expect(world.timers.pending()).toEqual([]);
    world.clock.advance(900);
    await overdueCheck(world.invocation().ports);
    await liveFor(world, 120);
    expect(workspaceOf(world)).toMatchObject({ lifecycle: 'archived' });
  });

  test('does not if the row was changed between the decision and its note', async () => {
    const world = worldWith({ enforcement: 'observe' });
    world.addWorkspace(idle);
    const invocation = world
      .invocation()
      .before('workspaces.holdBack', () => world.change(OK_KEY, { lastActivity: NOW }));
    await world.wakeWith(invocation, OK_KEY, OK_POLICY);
    expect(kinds(world)).toEqual([]);
    expect(workspaceOf(world)).not.toHaveProperty('heldBack');
    expect(world.timers.pendingOf(OK_KEY)).toEqual([NOW + 30 * DAY + 1]);
  });

  test('does not if enforcement starts between the decision and its note', async () => {
    const world = worldWith({ enforcement: 'observe' });
    world.addWorkspace(idle);
    const invocation = world
      .invocation()
      .before('workspaces.holdBack', () => world.control.set({ enforcement: 'enforce' }));
    await world.wakeWith(invocation, OK_KEY, OK_POLICY);
    expect(workspaceOf(world)).toMatchObject({ lifecycle: 'archived' });
  });
});

function hourKey(at: number): string {
  return new Date(at * 1_000).toISOString().slice(0, 13);
}
