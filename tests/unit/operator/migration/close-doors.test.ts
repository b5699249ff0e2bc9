import { hourOf } from '../../../../src/core/budget.ts';
import { workspacePath } from '../../../../src/core/workspace-key.ts';
import { closeDoors } from '../../../../src/operator/migration/close-doors.ts';
import { mend } from '../../../../src/operator/migration/mend.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../../support/memory/ok-values.ts';
import type { Item } from '../../../support/memory/table.ts';
import { MemoryWorld } from '../../../support/memory-world.ts';

const rules = { policy: OK_POLICY, by: 'ops' };
const closed = { lifecycle: 'archived', lastActivity: NOW - 40 * DAY, efsAccessPoint: undefined };

/** An archived workspace with an access point that its row does not name. */
function openWorld(change: Item = {}): MemoryWorld {
  const world = new MemoryWorld();
  world.addWorkspace({ ...closed, ...change });
  return world;
}

const doors = (world: MemoryWorld) => world.accessPoints.of(OK_KEY).length;

test('an archived workspace is archived once more: its door goes, its files stay, its history says so', async () => {
  const world = openWorld();
  expect(doors(world)).toBe(1);
  expect(await closeDoors(OK_KEY, rules, world.invocation().ports)).toBe('mended');
  expect(doors(world)).toBe(0);
  expect(world.rows.get(OK_KEY)).toMatchObject({ lifecycle: 'archived', posixUid: 70_000 });
  expect(world.rows.get(OK_KEY)).not.toHaveProperty('claim');
  expect(world.files.has(OK_KEY)).toBe(true);
  expect(world.history.of('acme/ada').map(({ what, by, reason }) => ({ what, by, reason }))).toEqual([
    { what: 'archiving', by: 'ops', reason: 'reconcile' },
    { what: 'archived', by: 'ops', reason: 'reconcile' },
  ]);
  expect(world.disagreements()).toEqual([]);
});

test.each([
  ['held', { hold: { reason: 'legal' } }, {}, 'it is held'],
  ['active by now', { lifecycle: 'active' }, {}, 'it is active by now'],
  ['that the rules give back', { lastActivity: NOW }, {}, 'the rules give it back'],
  ['of a client that is observed', {}, { clients: { acme: 'observe' as const } }, '(observe)'],
  ['while the cleanup is paused', {}, { pause: { at: NOW, by: 'ops', reason: 'x' } }, '(paused)'],
  ['with a row that is not valid', { lastActivity: 'x' }, {}, 'its row is not valid'],
])('nothing is taken from one %s', async (_, change, settings, why) => {
  const world = openWorld(change);
  world.control.set(settings);
  expect(await closeDoors(OK_KEY, rules, world.invocation().ports)).toContain(why);
  expect(doors(world)).toBe(1);
});

const THIS_HOUR = hourOf(NOW);

test.each([
  ['archived', {}],
  ['terminated', { lifecycle: 'terminated', subscriptionStatus: 'cancelled' }],
])(
  'no more doors of %s workspaces are closed within an hour than the budget has room for',
  async (_, change) => {
    const world = openWorld(change);
    const eve = { clientId: 'globex', userId: 'eve' };
    world.addWorkspace({ ...closed, ...eve, ...change });
    world.control.set({ budgets: { archive: 1 } });
    const { ports } = world.invocation();
    expect(await closeDoors(eve, rules, ports)).toBe('mended');
    const before = world.rows.get(OK_KEY);
    expect(await closeDoors(OK_KEY, rules, ports)).toBe(
      'it waits for its turn: the budget of archives is used up for this hour',
    );
    expect(doors(world)).toBe(1);
    // It takes no place of an hour in which nobody would come for it, and counts as none that has to wait.
    expect(world.rows.get(OK_KEY)).toEqual(before);
    expect(world.budgets.takenIn('archive', THIS_HOUR)).toBe(1);
    expect(world.budgets.takenIn('archive', hourOf(NOW, 1))).toBe(0);
    expect(await world.budgets.countPutOff('archive', THIS_HOUR)).toBe(1);
  },
);

test('what the budget is by now counts, not what it was when the command began', async () => {
  const world = openWorld();
  world.control.set({ budgets: { archive: 0 } });
  expect(await closeDoors(OK_KEY, rules, world.invocation().ports)).toContain('waits for its turn');
  world.control.set({ budgets: { archive: 1 } });
  expect(await closeDoors(OK_KEY, rules, world.invocation().ports)).toBe('mended');
});

test('a user who comes back in between keeps the door', async () => {
  const world = openWorld();
  const invocation = world
    .invocation()
    .before('workspaces.claim', () => world.change(OK_KEY, { lifecycle: 'restoring', lastActivity: NOW }));
  expect(await closeDoors(OK_KEY, rules, invocation.ports)).toContain('somebody has changed its row');
  expect(doors(world)).toBe(1);
});

test('a pause that comes in between stops it before the door', async () => {
  const world = openWorld();
  const pause = { at: NOW, by: 'ops', reason: 'x' };
  const invocation = world.invocation().before('workspaces.advance', () => world.control.set({ pause }));
  // The question before each step is asked of the table, not of what was read in the beginning.
  invocation.before('tasks.unstopped', () => world.control.set({ pause }));
  expect(await closeDoors(OK_KEY, rules, invocation.ports)).toContain('not done yet (stopped)');
  expect(doors(world)).toBe(1);
});

test('the door of a terminated workspace goes, unless a task of it runs; nothing is claimed', async () => {
  const world = openWorld({ lifecycle: 'terminated', subscriptionStatus: 'cancelled' });
  const task = world.tasks.run(OK_KEY);
  expect(await closeDoors(OK_KEY, rules, world.invocation().ports)).toContain(
    `task ${task} of it is running`,
  );
  expect(doors(world)).toBe(1);
  world.tasks.end(task);
  const before = world.rows.get(OK_KEY);
  expect(await closeDoors(OK_KEY, rules, world.invocation().ports)).toBe('mended');
  expect(doors(world)).toBe(0);
  expect(world.rows.get(OK_KEY)).toEqual(before);
  expect(world.files.has(OK_KEY)).toBe(true);
});

test('a lost access point is replaced under a claim, and of a held workspace it is not', async () => {
  const world = new MemoryWorld();
  const { efsAccessPoint } = world.addWorkspace();
  world.accessPoints.drop(String(efsAccessPoint));
  world.change(OK_KEY, { hold: { reason: 'legal' } });
  expect(await mend('access-point-gone', OK_KEY, rules, world.invocation().ports)).toContain('held');
  world.change(OK_KEY, { hold: undefined });
  expect(await mend('access-point-gone', OK_KEY, rules, world.invocation().ports)).toBe('mended');
  expect(world.accessPoints.of(OK_KEY)).toEqual([world.rows.get(OK_KEY)?.efsAccessPoint]);
});

test('a missing wake-up is armed and noted, and one that came meanwhile is not armed again', async () => {
  const world = new MemoryWorld();
  world.addWorkspace();
  expect(await mend('no-wake-up', OK_KEY, rules, world.invocation().ports)).toBe('mended');
  expect(world.timers.pendingOf(OK_KEY)).toEqual([NOW + 30 * DAY + 1]);
  expect(world.rows.get(OK_KEY)).toMatchObject({ armedFor: NOW + 30 * DAY + 1 });
  expect(await mend('no-wake-up', OK_KEY, rules, world.invocation().ports)).toBe('mended');
  expect(world.timers.pending()).toHaveLength(1);
  expect(await mend('stray-access-point', OK_KEY, rules, world.invocation().ports)).toBe('left');
  expect(workspacePath(OK_KEY)).toBe('/workspace/acme/ada');
});
