import { hourOf } from '../../../../src/core/budget.ts';
import type { HistoryEntry } from '../../../../src/core/history.ts';
import { keepCurrent, readFleet } from '../../../../src/operator/console/keep-current.ts';
import { LiveFleet } from '../../../../src/operator/console/live-fleet.ts';
import { NOW } from '../../../support/memory/ok-values.ts';
import { memoryConsolePorts } from '../../../support/memory-console.ts';
import { MemoryWorld } from '../../../support/memory-world.ts';

const DAY = 86_400;
const reading = { wait: async () => true, unitsPerSecond: 500 };

/** Rounds of the loop, `before` each of them. */
function rounds(count: number, before: (round: number) => void = () => {}) {
  let round = 0;
  return async () => {
    round += 1;
    before(round);
    return round <= count;
  };
}

function archivedEntry(
  workspace: string,
  sequence: number,
  latenessSeconds: number,
  at = NOW - 60,
): HistoryEntry {
  return { workspace, sequence, at, what: 'archived', by: 'policy', latenessSeconds };
}

async function loaded(world: MemoryWorld) {
  const ports = memoryConsolePorts(world);
  const fleet = new LiveFleet(ports);
  await readFleet(fleet, ports, reading);
  return { fleet, ports };
}

test('the fleet is read once, and says how far it is and what it took', async () => {
  const world = new MemoryWorld();
  world.addWorkspace();
  world.addWorkspace({ userId: 'bo' });
  const { fleet } = await loaded(world);
  expect(fleet.loading).toMatchObject({ kind: 'ready', rows: 2, readUnits: 12.5, problem: undefined });
  expect(fleet.overview()).toMatchObject({ total: 2, tier: { pro: 2 } });
});

test('what cannot be read is said, and nothing is thrown', async () => {
  const world = new MemoryWorld();
  const ports = memoryConsolePorts(world);
  ports.fleet.readAll = async () => {
    throw Object.assign(new Error('no such table'), { name: 'ResourceNotFoundException' });
  };
  const fleet = new LiveFleet(ports);
  await readFleet(fleet, ports, reading);
  expect(fleet.loading).toMatchObject({
    kind: 'failed',
    problem: 'ResourceNotFoundException: no such table',
  });
});

test('read again, rows that are gone are gone', async () => {
  const world = new MemoryWorld();
  world.addWorkspace();
  world.addWorkspace({ userId: 'bo' });
  const { fleet, ports } = await loaded(world);
  world.rows.delete({ clientId: 'acme', userId: 'bo' });
  await readFleet(fleet, ports, reading);
  expect(fleet.overview().total).toBe(1);
});

test('only what is on a screen and what was woken is read again, and only while somebody looks', async () => {
  const world = new MemoryWorld();
  world.addWorkspace({ userId: 'seen' });
  world.addWorkspace({ userId: 'woken', armedFor: NOW - 5 });
  world.addWorkspace({ userId: 'asleep', armedFor: NOW + 9 * DAY });
  const { fleet, ports } = await loaded(world);
  let isWatched = false;
  const options = { isWatched: () => isWatched, visible: () => ['acme/seen'], unitsPerSecond: 500 };
  await keepCurrent(fleet, ports, { ...options, wait: rounds(3) });
  expect(ports.reads).toEqual([]);
  isWatched = true;
  world.change({ clientId: 'acme', userId: 'woken' }, { lifecycle: 'archived', armedFor: undefined });
  // Nobody looks at it, and its wake-up lies ahead.
  world.change({ clientId: 'acme', userId: 'asleep' }, { subscriptionTier: 'free' });
  await keepCurrent(fleet, ports, { ...options, wait: rounds(2) });
  // Its wake-up is no longer armed, so nobody has to ask for it again.
  expect(ports.reads).toEqual([['acme/seen', 'acme/woken'], ['acme/seen']]);
  expect(fleet.overview()).toMatchObject({ lifecycle: { active: 2, archived: 1 }, tier: { pro: 3 } });
});

test('a workspace that nobody here has seen is found by its wake-up, within five minutes', async () => {
  const world = new MemoryWorld();
  world.addWorkspace();
  const { fleet, ports } = await loaded(world);
  const options = { isWatched: () => true, visible: () => [], unitsPerSecond: 500 };
  world.addWorkspace({ userId: 'new', armedFor: NOW + 3_600 });
  await keepCurrent(fleet, ports, { ...options, wait: rounds(29) });
  expect(fleet.overview().total).toBe(1);
  await keepCurrent(fleet, ports, { ...options, wait: rounds(30) });
  expect(fleet.overview().total).toBe(2);
  expect(ports.reads).toEqual([['acme/new']]);
});

test('a round that fails is said, and the next one makes it good', async () => {
  const world = new MemoryWorld();
  world.addWorkspace();
  const { fleet, ports } = await loaded(world);
  const { readKeys } = ports.fleet;
  const problems: (string | undefined)[] = [];
  ports.fleet.readKeys = async () => {
    throw new Error('throttled');
  };
  const wait = rounds(2, (round) => {
    problems.push(fleet.loading.problem);
    if (round === 2) ports.fleet.readKeys = readKeys;
  });
  await keepCurrent(fleet, ports, {
    isWatched: () => true,
    visible: () => ['acme/ada'],
    wait,
    unitsPerSecond: 500,
  });
  expect(problems).toEqual([undefined, 'not up to date: Error: throttled', undefined]);
});

test('what happened lately is asked of those workspaces alone that something happened to', async () => {
  const world = new MemoryWorld();
  world.addWorkspace();
  world.addWorkspace({ userId: 'bo', lifecycle: 'archived', history: { sequence: 2, at: NOW - 60 } });
  world.history.put(archivedEntry('acme/bo', 1, 3, NOW - 90));
  world.history.put(archivedEntry('acme/bo', 2, 7));
  const asked: string[] = [];
  const page = world.history.page.bind(world.history);
  world.history.page = async (workspace, limit, before) => {
    asked.push(`${workspace} ${limit}`);
    return page(workspace, limit, before);
  };
  const { fleet } = await loaded(world);
  expect(asked).toEqual(['acme/bo 3', '#cleanup 20']);
  expect(fleet.overview().lateness.map(({ seconds }) => seconds)).toEqual([3, 7]);
  world.history.put(archivedEntry('acme/bo', 3, 1, NOW - 10));
  world.change({ clientId: 'acme', userId: 'bo' }, { history: { sequence: 3, at: NOW - 10 } });
  const changed = new Promise<void>((resolve) => {
    fleet.onChange(() => {
      if (fleet.overview().lateness.length === 3) resolve();
    });
  });
  fleet.applyRow('acme/bo', world.rows.get({ clientId: 'acme', userId: 'bo' }));
  await changed;
  expect(asked.slice(2)).toEqual(['acme/bo 1']);
  expect(fleet.overview().recent[0]).toMatchObject({ sequence: 3 });
});

test('actions per day are those that the budgets have counted', async () => {
  const world = new MemoryWorld();
  const allowance = { total: 10, perClient: 10 };
  await world.budgets.take('archive', hourOf(NOW), 'acme', allowance);
  await world.budgets.take('archive', hourOf(NOW, -30), 'acme', allowance);
  await world.budgets.take('terminate', hourOf(NOW), 'acme', allowance);
  // A turn of a later hour has not been used yet.
  await world.budgets.take('archive', hourOf(NOW, 1), 'acme', allowance);
  const { fleet } = await loaded(world);
  const { actions, control } = fleet.overview();
  expect(actions).toHaveLength(30);
  expect(actions.reduce((sum, { archive }) => sum + archive, 0)).toBe(2);
  expect(actions.at(-1)).toMatchObject({ archive: 1, terminate: 1 });
  expect(control.budgets).toMatchObject({ archive: { used: 1 }, terminate: { used: 1 } });
});

test('the limits that the deployed functions have noted count, not those of the console', async () => {
  const world = new MemoryWorld();
  world.addWorkspace({ lastActivity: NOW - 3 * DAY });
  const { fleet } = await loaded(world);
  const at = () => fleet.overview().upcoming[0]?.next?.at;
  expect(at()).toBe(NOW + 27 * DAY + 1);
  world.control.set({
    limits: {
      retentionDays: { free: 7, pro: 40, enterprise: 90 },
      cancelledGraceDays: 7,
      suspendedGraceDays: 3,
    },
  });
  await fleet.readControl();
  expect(at()).toBe(NOW + 37 * DAY + 1);
});

test('a control that is not understood stands in the overview with its problems', async () => {
  const world = new MemoryWorld();
  world.control.item = { revision: 1, enforcement: 'maybe' };
  const { fleet } = await loaded(world);
  expect(fleet.overview().control.problems.join()).toContain('enforcement is "maybe"');
});

test('a history that cannot be read is said, until it can', async () => {
  const world = new MemoryWorld();
  world.addWorkspace();
  const { fleet } = await loaded(world);
  const page = world.history.page.bind(world.history);
  const happen = async (sequence: number) => {
    const changed = new Promise<void>((resolve) => {
      let times = 0;
      fleet.onChange(() => {
        times += 1;
        if (times === 2) resolve();
      });
    });
    world.change({ clientId: 'acme', userId: 'ada' }, { history: { sequence, at: NOW } });
    fleet.applyRow('acme/ada', world.rows.get({ clientId: 'acme', userId: 'ada' }));
    await changed;
    return fleet.overview().loading.problem;
  };
  world.history.page = async () => {
    throw new Error('throttled');
  };
  expect(await happen(1)).toMatch(/^the history could not be read/);
  world.history.page = page;
  expect(await happen(2)).toBeUndefined();
});
