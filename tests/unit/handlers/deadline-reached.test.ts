import { RetryableError } from '../../../src/core/errors.ts';
import { LEASE_SECONDS } from '../../../src/handlers/claim-row.ts';
import { SLICES_PER_TURN, STOP_WAIT_SECONDS } from '../../../src/handlers/converge.ts';
import { deadlineReached } from '../../../src/handlers/deadline-reached.ts';
import type { Invocation } from '../../support/memory/invocation.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

/** Idle for longer than the 30 days of its tier. */
const DUE_TO_ARCHIVE = { lastActivity: NOW - 31 * DAY };
/** Cancelled, and idle for longer than the grace of 7 days, but not than the 30 days of its tier. */
const DUE_TO_TERMINATE = { lastActivity: NOW - 8 * DAY, subscriptionStatus: 'cancelled' };
/** Archived, of a client who pays again. */
const DUE_TO_RESTORE = { lastActivity: NOW - 8 * DAY, lifecycle: 'archived', efsAccessPoint: undefined };

function worldWith(change: Item): MemoryWorld {
  const world = new MemoryWorld();
  world.addWorkspace(change);
  if (change.efsAccessPoint === undefined && 'efsAccessPoint' in change) closeDoor(world);
  return world;
}

function closeDoor(world: MemoryWorld): void {
  for (const id of world.accessPoints.of(OK_KEY)) world.accessPoints.drop(id);
}

function wake(world: MemoryWorld, prepare?: (invocation: Invocation) => void, payload: unknown = OK_KEY) {
  const invocation = world.invocation();
  prepare?.(invocation);
  return deadlineReached(payload, OK_POLICY, invocation.ports);
}

const rowOf = (world: MemoryWorld) => world.rows.get(OK_KEY) ?? {};
const claimUntil = (until: number, change: Item = {}) => ({
  owner: 'somebody',
  until,
  action: 'archive',
  step: 'stop-tasks',
  origin: 'active',
  rule: 'retention-pro',
  since: NOW - DAY,
  decidedAt: until - LEASE_SECONDS,
  ...change,
});

describe('a wake-up that names no workspace', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'acme/ada'],
    ['no user', { clientId: 'acme' }],
    ['a path', { clientId: 'acme', userId: '../ada' }],
    ['ids too long together', { clientId: 'c'.repeat(60), userId: 'u'.repeat(60) }],
  ])('%s: does nothing and is counted', async (_, payload) => {
    const world = worldWith(DUE_TO_ARCHIVE);
    const invocation = world.invocation();
    expect(await deadlineReached(payload, OK_POLICY, invocation.ports)).toBe('invalid');
    expect(invocation.calls).toEqual([]);
    expect(world.observer.counted('InvalidWakeUp')).toBe(1);
    expect(world.observer.at('error')).toHaveLength(1);
  });
});

test('a row that is gone', async () => {
  expect(await wake(new MemoryWorld())).toBe('gone');
});

test.each([
  ['milliseconds', { lastActivity: NOW * 1000 }],
  ['the future', { lastActivity: NOW + 301 }],
  ['an unknown status', { subscriptionStatus: 'deleted' }],
  ['no tier', { subscriptionTier: undefined }],
  ['a retention of zero', { retentionDays: 0 }],
])('a row with %s: nothing is done to it', async (_, change) => {
  const world = worldWith({ ...DUE_TO_TERMINATE, ...change });
  const before = rowOf(world);
  expect(await wake(world)).toBe('invalid');
  expect(rowOf(world)).toEqual(before);
  expect(world.deeds.done).toEqual([]);
  expect(world.observer.counted('InvalidRow')).toBe(1);
  expect(world.observer.at('error')[0]?.fields).toMatchObject({ ...OK_KEY, problems: [expect.any(String)] });
});

test.each([
  ['has come is forgotten, so that it is not overdue for ever', NOW, undefined],
  ['lies ahead is not', NOW + 1, NOW + 1],
])('the wake-up of an invalid row that %s', async (_, armedFor, remembered) => {
  const world = worldWith({ ...DUE_TO_TERMINATE, retentionDays: 0, armedFor });
  expect(await wake(world)).toBe('invalid');
  expect(rowOf(world)?.armedFor).toBe(remembered);
  expect(world.deeds.done).toEqual([]);
});

test('an invalid row forgets what it was kept from: whoever mends it later is not left waiting for a change that has been', async () => {
  const heldBack = { matter: 'terminate', deadline: NOW - DAY, reason: 'paused', since: NOW - DAY };
  const waiting = { heldBack, waitingFor: 'control', waitingSince: NOW - DAY };
  const world = worldWith({ ...DUE_TO_TERMINATE, ...waiting, retentionDays: 0, armedFor: NOW });
  expect(await wake(world)).toBe('invalid');
  for (const name of ['armedFor', ...Object.keys(waiting)]) expect(rowOf(world)).not.toHaveProperty(name);
});

describe('nothing is due', () => {
  test('the next wake-up is armed for the exact second, and remembered', async () => {
    const world = worldWith({ armedFor: NOW - 1 });
    expect(await wake(world)).toBe('rested');
    const deadline = NOW + 30 * DAY + 1;
    expect(world.timers.pendingOf(OK_KEY)).toEqual([deadline]);
    expect(rowOf(world)).toMatchObject({ armedFor: deadline, armedDay: '2026-01-31' });
    expect(world.deeds.done).toEqual([]);
  });

  test.each([
    ['one second more before the deadline than is waited', -61, undefined, NOW],
    ['at the deadline', 0, 'archived', undefined],
    ['one second after it', 1, 'archived', undefined],
  ])('%s', async (_, offset, lifecycle, armedFor) => {
    const world = worldWith({ lastActivity: NOW - 30 * DAY - 1, armedFor: NOW - 61 });
    world.clock.set(NOW + offset);
    await wake(world);
    expect(world.clock.now()).toBe(NOW + offset);
    expect(rowOf(world)).toMatchObject(
      lifecycle === undefined ? { lastActivity: NOW - 30 * DAY - 1 } : { lifecycle },
    );
    expect(rowOf(world).armedFor).toBe(armedFor);
  });

  test.each([60, 1])(
    '%d s before the deadline it is waited for, as nothing can be armed that close',
    async (early) => {
      const world = worldWith({ lastActivity: NOW - 30 * DAY - 1, armedFor: NOW - early });
      world.clock.set(NOW - early);
      expect(await wake(world)).toBe('rested');
      expect(rowOf(world)).toMatchObject({ lifecycle: 'archived' });
      expect(world.history.of('acme/ada').map(({ what, at }) => [what, at])).toEqual([
        ['archiving', NOW],
        ['archived', NOW],
      ]);
    },
  );

  test('used while it is waited for: what is due then is armed', async () => {
    const world = worldWith({ lastActivity: NOW - 30 * DAY - 1, armedFor: NOW - 30 });
    world.clock.set(NOW - 30);
    const invocation = world.invocation();
    invocation.ports.clock = {
      ...invocation.ports.clock,
      now: () => world.clock.now(),
      waitUntil: async (at) => {
        world.clock.set(at);
        world.change(OK_KEY, { lastActivity: NOW - 1 });
        return true;
      },
    };
    await deadlineReached(OK_KEY, OK_POLICY, invocation.ports);
    expect(rowOf(world)).toMatchObject({ armedFor: NOW + 30 * DAY });
    expect(world.deeds.done).toEqual([]);
  });

  test.each([
    ['where somebody waits for the answer', 0, true],
    ['where the clock does not move by itself', 60, false],
  ])('it is not waited for %s: one is armed a minute ahead', async (_, patience, moves) => {
    const world = worldWith({ lastActivity: NOW - 30 * DAY - 1, armedFor: NOW - 30 });
    world.clock.set(NOW - 30);
    const { ports } = world.invocation();
    const clock = { now: () => world.clock.now(), wait: async () => {}, waitUntil: async () => moves };
    await deadlineReached(OK_KEY, OK_POLICY, { ...ports, clock }, patience);
    expect(rowOf(world)).toMatchObject({ armedFor: NOW + 30 });
  });

  test('a wake-up that comes early leaves the one that is armed', async () => {
    const world = worldWith({ armedFor: NOW + DAY });
    const invocation = world.invocation();
    await deadlineReached(OK_KEY, OK_POLICY, invocation.ports);
    expect(invocation.calls).toEqual(['workspaces.read', 'control.read']);
  });

  test('the wake-up is removed where nothing is ahead', async () => {
    const world = worldWith({ ...DUE_TO_ARCHIVE, lifecycle: 'archived', armedFor: NOW - 1 });
    expect(await wake(world)).toBe('rested');
    expect(rowOf(world).armedFor).toBeUndefined();
    expect(rowOf(world).armedDay).toBeUndefined();
    expect(world.timers.pending()).toEqual([]);
  });

  test('somebody arms an earlier one meanwhile: that one stays known', async () => {
    const world = worldWith({ armedFor: NOW - 1 });
    await wake(world, (invocation) =>
      invocation.before('workspaces.settleWakeUp', () => world.change(OK_KEY, { armedFor: NOW + DAY })),
    );
    expect(rowOf(world).armedFor).toBe(NOW + DAY);
  });

  test('a hold keeps it from every action until it ends', async () => {
    const world = worldWith({ ...DUE_TO_TERMINATE, hold: { until: NOW + DAY, reason: 'legal' } });
    expect(await wake(world)).toBe('rested');
    expect(world.deeds.done).toEqual([]);
    expect(rowOf(world).armedFor).toBe(NOW + DAY);
    world.clock.set(NOW + DAY);
    await wake(world);
    expect(rowOf(world).lifecycle).toBe('terminated');
  });
});

test('a hold that is over, with what others have written into it, is in nobody’s way', async () => {
  const world = worldWith({ ...DUE_TO_ARCHIVE, hold: { until: NOW - 1, ticket: 'LEGAL-7', notes: ['a'] } });
  await wake(world);
  expect(rowOf(world).lifecycle).toBe('archived');
});

describe('transitions', () => {
  test('archive: tasks, then access; the files stay', async () => {
    const world = worldWith({ ...DUE_TO_ARCHIVE, armedFor: NOW - 1 });
    world.tasks.run(OK_KEY, 3);
    world.tasks.run(OK_KEY, 1);
    const before = rowOf(world);
    expect(await wake(world)).toBe('rested');
    const { efsAccessPoint, armedFor, ...rest } = before;
    const { history, ...row } = rowOf(world);
    expect(row).toEqual({ ...rest, lifecycle: 'archived', containerStatus: 'terminated' });
    expect(history).toMatchObject({ sequence: 2 });
    expect(world.disagreements()).toEqual([]);
    expect(world.deeds.names()).toEqual(['stop-requested', 'stop-requested', 'access-removed']);
    expect(world.deeds.wrongs()).toEqual([]);
    expect(world.accessPoints.has(String(efsAccessPoint))).toBe(false);
    expect(world.files.has(OK_KEY)).toBe(true);
    expect(armedFor).toBeDefined();
    expect(world.observer.counted('Archived')).toBe(1);
    expect(world.observer.counted('LatenessSeconds')).toBeGreaterThanOrEqual(DAY - 1);
  });

  test.each([
    ['of a workspace in use', {}, ['stop-requested', 'access-removed', 'files-deleted']],
    [
      'of an archived one',
      { lifecycle: 'archived', efsAccessPoint: undefined },
      ['stop-requested', 'files-deleted'],
    ],
  ])('terminate %s', async (_, change, deeds) => {
    const world = worldWith({ ...DUE_TO_TERMINATE, ...change });
    world.tasks.run(OK_KEY);
    expect(await wake(world)).toBe('rested');
    expect(rowOf(world)).toMatchObject({ lifecycle: 'terminated', containerStatus: 'terminated' });
    expect(rowOf(world)).not.toHaveProperty('claim');
    expect(rowOf(world)).not.toHaveProperty('efsAccessPoint');
    expect(rowOf(world)).not.toHaveProperty('armedFor');
    expect(world.deeds.names()).toEqual(deeds);
    expect(world.deeds.wrongs()).toEqual([]);
    expect(world.files.has(OK_KEY)).toBe(false);
    expect(world.observer.counted('Terminated')).toBe(1);
  });

  test('restore: an access point', async () => {
    const world = worldWith(DUE_TO_RESTORE);
    expect(await wake(world)).toBe('rested');
    const [accessPoint] = world.accessPoints.of(OK_KEY);
    expect(accessPoint).toBeDefined();
    expect(rowOf(world)).toMatchObject({ lifecycle: 'active', efsAccessPoint: accessPoint });
    expect(rowOf(world)).not.toHaveProperty('claim');
    expect(world.observer.counted('Restored')).toBe(1);
  });

  test('archived first and terminated later, each at its own second', async () => {
    const lastActivity = NOW - 2 * DAY - 1;
    const world = worldWith({ lastActivity, subscriptionStatus: 'cancelled', retentionDays: 2 });
    await wake(world);
    // The wake-up for the end of the lease is still to come, and arms the next.
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived', armedFor: NOW + LEASE_SECONDS });
    world.clock.set(NOW + LEASE_SECONDS);
    await wake(world);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived', armedFor: lastActivity + 7 * DAY + 1 });
    world.clock.set(lastActivity + 7 * DAY + 1);
    await wake(world);
    expect(rowOf(world).lifecycle).toBe('terminated');
  });

  test('only what belongs to the workspace is touched', async () => {
    const world = worldWith(DUE_TO_TERMINATE);
    const neighbours = [
      { clientId: 'acme', userId: 'bob' },
      { clientId: 'acme2', userId: 'ada' },
    ];
    for (const key of neighbours) {
      world.addWorkspace({ ...key, ...DUE_TO_TERMINATE });
      world.tasks.run(key);
    }
    await wake(world);
    for (const key of neighbours) {
      expect(world.accessPoints.of(key)).toHaveLength(1);
      expect(world.files.has(key)).toBe(true);
      expect(world.tasks.running(key)).toHaveLength(1);
    }
  });

  test('an access point that leads to somebody else is left alone, and a person is told', async () => {
    const world = worldWith(DUE_TO_ARCHIVE);
    const foreign = world.accessPoints.add('/workspace/acme/bob');
    world.change(OK_KEY, { efsAccessPoint: foreign });
    await wake(world);
    expect(world.accessPoints.has(foreign)).toBe(true);
    expect(world.observer.counted('AccessPointNotOurs')).toBe(1);
    expect(world.observer.at('error')).toHaveLength(1);
    expect(rowOf(world).lifecycle).toBe('archived');
  });

  test('every other door to the home goes with it', async () => {
    const world = worldWith(DUE_TO_ARCHIVE);
    const strays = [
      world.accessPoints.add('/workspace/acme/ada'),
      world.accessPoints.add('/workspace/acme/ada'),
    ];
    const others = world.accessPoints.add('/workspace/acme/bob');
    await wake(world);
    expect(strays.filter((id) => world.accessPoints.has(id))).toEqual([]);
    expect(world.accessPoints.has(others)).toBe(true);
  });

  test('a stray door to what was archived is closed before its files are deleted', async () => {
    const world = worldWith({ ...DUE_TO_TERMINATE, lifecycle: 'archived', efsAccessPoint: undefined });
    const stray = world.accessPoints.add('/workspace/acme/ada');
    await wake(world);
    expect(world.accessPoints.has(stray)).toBe(false);
    expect(world.deeds.names()).toEqual(['access-removed', 'files-deleted']);
    expect(world.deeds.wrongs()).toEqual([]);
  });

  test('who owned the files is noted before the access goes, and owns them again when it is given back', async () => {
    const world = worldWith({ ...DUE_TO_ARCHIVE, posixUid: undefined });
    closeDoor(world);
    const adopted = world.accessPoints.add('/workspace/acme/ada', 501);
    world.change(OK_KEY, { efsAccessPoint: adopted });
    await wake(world, (invocation) =>
      invocation.before('accessPoints.remove', () => expect(rowOf(world).posixUid).toBe(501)),
    );
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived', posixUid: 501 });
    world.change(OK_KEY, { lastActivity: NOW });
    await wake(world);
    expect(world.accessPoints.posixUidOf(String(rowOf(world).efsAccessPoint))).toBe(501);
  });

  test('somebody takes the claim over before the owner is noted: no access is removed by the one before', async () => {
    const world = worldWith({ ...DUE_TO_ARCHIVE, posixUid: undefined });
    const claim = {
      owner: 'other',
      until: NOW + LEASE_SECONDS,
      action: 'archive',
      step: 'stop-tasks',
      origin: 'active',
    };
    const result = await wake(world, (invocation) =>
      invocation.before('workspaces.keepPosixUid', () =>
        world.change(OK_KEY, { claim: { ...claim, rule: 'retention-pro', since: NOW, decidedAt: NOW } }),
      ),
    );
    expect(result).toBe('waiting');
    expect(world.deeds.names()).not.toContain('access-removed');
  });

  test('the task that the container itself has reported is stopped, whoever started it', async () => {
    const world = worldWith(DUE_TO_ARCHIVE);
    const task = world.tasks.run(OK_KEY, 1, { listed: false });
    world.change(OK_KEY, { taskArn: task });
    await wake(world);
    expect(world.tasks.running(OK_KEY)).toEqual([]);
    expect(world.deeds.wrongs()).toEqual([]);
  });

  test("a row that names another workspace's task: that is left alone, and a person is told", async () => {
    const bob = { clientId: 'globex', userId: 'bob' };
    const world = worldWith(DUE_TO_ARCHIVE);
    const bobs = world.tasks.run(bob);
    world.change(OK_KEY, { taskArn: bobs });
    await wake(world);
    expect(world.tasks.running(bob)).toEqual([bobs]);
    expect(world.observer.counted('TaskNotOurs')).toBe(1);
    expect(rowOf(world).lifecycle).toBe('archived');
  });

  test('a row that names nonsense as its task is archived all the same', async () => {
    const world = worldWith({ ...DUE_TO_ARCHIVE, taskArn: ['not', 'an', 'ARN'] });
    await wake(world);
    expect(rowOf(world).lifecycle).toBe('archived');
  });

  test('millions of files take several turns; until they are gone it is not terminated', async () => {
    const world = worldWith(DUE_TO_TERMINATE);
    world.files.slicesLeft = 2 * SLICES_PER_TURN + 1;
    expect(await wake(world)).toBe('unfinished');
    expect(rowOf(world)).toMatchObject({ lifecycle: 'terminating', claim: { step: 'delete-files' } });
    for (let turn = 0; turn < 2; turn += 1) {
      world.clock.advance(LEASE_SECONDS);
      await world.wakeDue(OK_POLICY);
    }
    expect(rowOf(world).lifecycle).toBe('terminated');
    expect(world.files.has(OK_KEY)).toBe(false);
    expect(world.deeds.wrongs()).toEqual([]);
  });

  test('files are retained where the installation does so, and it says so', async () => {
    const world = worldWith(DUE_TO_TERMINATE);
    world.files.mounted = false;
    await wake(world);
    expect(rowOf(world).lifecycle).toBe('terminated');
    expect(world.observer.counted('FilesRetained')).toBe(1);
  });
});

describe('tasks that do not stop', () => {
  test('are waited for, and then left to the next wake-up, claim and access point kept', async () => {
    const world = worldWith(DUE_TO_ARCHIVE);
    const stubborn = world.tasks.run(OK_KEY, Number.POSITIVE_INFINITY);
    expect(await wake(world)).toBe('unfinished');
    expect(world.clock.now()).toBeGreaterThanOrEqual(NOW + STOP_WAIT_SECONDS);
    expect(world.clock.now()).toBeLessThan(NOW + STOP_WAIT_SECONDS + 5);
    expect(rowOf(world)).toMatchObject({
      lifecycle: 'archiving',
      claim: { owner: 'invocation-1', until: NOW + LEASE_SECONDS },
      armedFor: NOW + LEASE_SECONDS,
    });
    expect(world.accessPoints.of(OK_KEY)).toHaveLength(1);
    expect(world.timers.pendingOf(OK_KEY)).toEqual([NOW + LEASE_SECONDS]);

    world.tasks.letStop(stubborn);
    world.clock.set(NOW + LEASE_SECONDS);
    expect(await wake(world)).toBe('rested');
    expect(rowOf(world).lifecycle).toBe('archived');
    expect(world.deeds.names()).toEqual(['stop-requested', 'access-removed']);
    expect(world.deeds.wrongs()).toEqual([]);
  });

  test('a task that is started while the others stop is stopped too', async () => {
    const world = worldWith(DUE_TO_ARCHIVE);
    world.tasks.run(OK_KEY, 2);
    await wake(world, (invocation) => invocation.before('clock.wait', () => world.tasks.run(OK_KEY, 2)));
    expect(world.deeds.names()).toEqual(['stop-requested', 'stop-requested', 'access-removed']);
    expect(world.deeds.wrongs()).toEqual([]);
  });
});

test('a row that names no access point loses every one that leads to its home', async () => {
  const world = worldWith({ ...DUE_TO_ARCHIVE, efsAccessPoint: undefined });
  const others = world.accessPoints.add('/workspace/globex/bob');
  for (let count = 0; count < 2; count += 1) world.accessPoints.add('/workspace/acme/ada');
  await wake(world);
  expect(rowOf(world).lifecycle).toBe('archived');
  expect(world.accessPoints.of(OK_KEY)).toEqual([]);
  expect(world.accessPoints.has(others)).toBe(true);
});

describe('claims', () => {
  test('a live claim of somebody else: waits, and touches nothing', async () => {
    const claim = claimUntil(NOW + 100);
    const world = worldWith({ ...DUE_TO_ARCHIVE, lifecycle: 'archiving', claim, armedFor: NOW + 100 });
    const before = rowOf(world);
    expect(await wake(world)).toBe('waiting');
    expect(rowOf(world)).toEqual(before);
    expect(world.deeds.done).toEqual([]);
  });

  test('a live claim without a wake-up known: one is armed for the end of its lease', async () => {
    const claim = claimUntil(NOW + 100);
    const world = worldWith({ ...DUE_TO_ARCHIVE, lifecycle: 'archiving', claim });
    expect(await wake(world)).toBe('waiting');
    expect(world.timers.pendingOf(OK_KEY)).toEqual([NOW + 100]);
    expect(rowOf(world)).toMatchObject({ claim, armedFor: NOW + 100 });
  });

  test.each([
    ['one second before its end', NOW + 1, 'waiting'],
    ['at its end', NOW, 'rested'],
    ['long after', NOW - DAY, 'rested'],
  ])('the lease of somebody else, %s', async (_, until, result) => {
    const world = worldWith({ ...DUE_TO_ARCHIVE, lifecycle: 'archiving', claim: claimUntil(until) });
    expect(await wake(world)).toBe(result);
    expect(rowOf(world).lifecycle).toBe(result === 'rested' ? 'archived' : 'archiving');
    expect(world.deeds.wrongs()).toEqual([]);
  });

  test.each([
    ['stop-tasks', 'active'],
    ['remove-access', 'active'],
    ['delete-files', 'terminated'],
  ])('terminating, left at %s by a client who has subscribed again: %s', async (step, lifecycle) => {
    const claim = claimUntil(NOW, { action: 'terminate', step });
    const world = worldWith({ lifecycle: 'terminating', claim });
    if (step === 'delete-files') closeDoor(world);
    await wake(world);
    expect(rowOf(world).lifecycle).toBe(lifecycle);
    expect(world.files.has(OK_KEY)).toBe(lifecycle === 'active');
    expect(world.accessPoints.of(OK_KEY)).toHaveLength(lifecycle === 'active' ? 1 : 0);
    expect(rowOf(world).efsAccessPoint).toBe(world.accessPoints.of(OK_KEY)[0]);
  });

  test('a row in between without a claim is taken up', async () => {
    const world = worldWith({ ...DUE_TO_ARCHIVE, lifecycle: 'archiving' });
    expect(await wake(world)).toBe('rested');
    expect(rowOf(world).lifecycle).toBe('archived');
  });

  test('an error keeps the lease: retries wait for its end and arm nothing, then it is taken over', async () => {
    const world = worldWith(DUE_TO_ARCHIVE);
    const throttled = new Error('throttled');
    const failing = wake(world, (invocation) =>
      invocation.before('accessPoints.remove', () => {
        throw throttled;
      }),
    );
    await expect(failing).rejects.toBe(throttled);
    expect(rowOf(world)).toMatchObject({
      lifecycle: 'archiving',
      claim: { step: 'remove-access', until: NOW + LEASE_SECONDS },
    });
    for (const later of [60, 180]) {
      world.clock.set(NOW + later);
      expect(await wake(world)).toBe('waiting');
    }
    expect(world.timers.pendingOf(OK_KEY)).toEqual([NOW + LEASE_SECONDS]);
    world.clock.set(NOW + LEASE_SECONDS);
    expect(await wake(world)).toBe('rested');
    expect(rowOf(world).lifecycle).toBe('archived');
  });

  test('an error once files may be gone: they are not given back, even to a client who has subscribed again', async () => {
    const world = worldWith(DUE_TO_TERMINATE);
    const failing = wake(world, (invocation) =>
      invocation.before('files.remove', () => {
        world.change(OK_KEY, { subscriptionStatus: 'active' });
        throw new Error('the file system is gone');
      }),
    );
    await expect(failing).rejects.toThrow('the file system is gone');
    world.clock.set(NOW + LEASE_SECONDS);
    await wake(world);
    expect(rowOf(world).lifecycle).toBe('terminated');
    expect(world.files.has(OK_KEY)).toBe(false);
  });
});

/** Writes that change the decision, as others make them: none of them may be overrun. */
const WRITES: [string, Item, (world: MemoryWorld) => unknown][] = [
  [
    'activity',
    DUE_TO_TERMINATE,
    (world) =>
      world.workspaces.recordActivity({ key: OK_KEY, lastActivity: NOW, containerStatus: undefined }),
  ],
  [
    'billing',
    DUE_TO_TERMINATE,
    (world) =>
      world.workspaces.carrySubscription(OK_KEY, {
        clientId: 'acme',
        revision: 2,
        entitlement: { status: 'active', tier: 'pro' },
        eventAt: NOW,
        fanOut: undefined,
      }),
  ],
  ['a better tier', DUE_TO_ARCHIVE, (world) => world.change(OK_KEY, { subscriptionTier: 'enterprise' })],
  ['a hold', DUE_TO_TERMINATE, (world) => world.change(OK_KEY, { hold: { reason: 'legal' } })],
  ['retentionDays', DUE_TO_ARCHIVE, (world) => world.change(OK_KEY, { retentionDays: 60 })],
];

describe('written between the read and the claim', () => {
  test.each(WRITES)('%s: the claim is lost, it is decided again, nothing is done', async (_, row, write) => {
    const world = worldWith(row);
    world.tasks.run(OK_KEY);
    const result = await wake(world, (invocation) =>
      invocation.before('workspaces.claim', () => write(world)),
    );
    expect(result).toBe('rested');
    expect(world.deeds.names()).toEqual([]);
    expect(rowOf(world)).not.toHaveProperty('claim');
    expect(rowOf(world).lifecycle ?? 'active').toBe('active');
    expect(world.observer.counted('ClaimLost')).toBe(1);
  });

  test('a write that changes the decision to another one is followed', async () => {
    const world = worldWith(DUE_TO_ARCHIVE);
    await wake(world, (invocation) =>
      invocation.before('workspaces.claim', () => world.change(OK_KEY, { subscriptionStatus: 'cancelled' })),
    );
    expect(rowOf(world).lifecycle).toBe('terminated');
    expect(world.deeds.wrongs()).toEqual([]);
  });

  test('a row that is written again and again is left to the next wake-up', async () => {
    const world = worldWith(DUE_TO_ARCHIVE);
    let writes = 0;
    const invocation = world.invocation();
    const write = () => {
      writes += 1;
      world.change(OK_KEY, { lastActivity: NOW - 31 * DAY - writes });
      invocation.before('workspaces.claim', write);
    };
    invocation.before('workspaces.claim', write);
    await expect(deadlineReached(OK_KEY, OK_POLICY, invocation.ports)).rejects.toThrow(RetryableError);
    expect(world.deeds.names()).toEqual([]);
    expect(rowOf(world)).not.toHaveProperty('claim');
  });
});

describe('written between two steps', () => {
  const others = WRITES.filter(([name]) => name !== 'activity');
  test.each(others)('%s: the transition goes the way back', async (_, row, write) => {
    const world = worldWith(row);
    world.tasks.run(OK_KEY);
    const result = await wake(world, (invocation) =>
      invocation.before('workspaces.advance', () => write(world)),
    );
    expect(result).toBe('rested');
    expect(world.deeds.names()).toEqual(['stop-requested']);
    expect(rowOf(world)).toMatchObject({
      lifecycle: 'active',
      efsAccessPoint: world.accessPoints.of(OK_KEY)[0],
    });
    expect(world.files.has(OK_KEY)).toBe(true);
    expect(rowOf(world)).not.toHaveProperty('claim');
  });

  test('activity is refused: what has been claimed is not brought back by a container that is stopping', async () => {
    const world = worldWith(DUE_TO_ARCHIVE);
    const report = { key: OK_KEY, lastActivity: NOW, containerStatus: undefined };
    await wake(world, (invocation) =>
      invocation.before('workspaces.advance', async () => {
        expect(await world.workspaces.recordActivity(report)).toMatchObject({ recorded: false });
      }),
    );
    expect(rowOf(world).lifecycle).toBe('archived');
  });

  test('access that was removed is given back', async () => {
    const world = worldWith(DUE_TO_TERMINATE);
    await wake(world, (invocation) =>
      invocation.before('accessPoints.remove', () => world.change(OK_KEY, { subscriptionStatus: 'active' })),
    );
    expect(world.deeds.names()).toEqual(['access-removed', 'access-given']);
    expect(rowOf(world)).toMatchObject({
      lifecycle: 'active',
      efsAccessPoint: world.accessPoints.of(OK_KEY)[0],
    });
  });

  test('a hold sends what was archived back to being archived', async () => {
    const world = worldWith({ ...DUE_TO_TERMINATE, lifecycle: 'archived', efsAccessPoint: undefined });
    await wake(world, (invocation) =>
      invocation.before('workspaces.advance', () => world.change(OK_KEY, { hold: { reason: 'legal' } })),
    );
    expect(rowOf(world).lifecycle).toBe('archived');
    expect(world.accessPoints.of(OK_KEY)).toEqual([]);
    expect(world.files.has(OK_KEY)).toBe(true);
  });

  test('somebody took the claim over: nothing more is done under it', async () => {
    const world = worldWith(DUE_TO_TERMINATE);
    const result = await wake(world, (invocation) =>
      invocation.before('workspaces.advance', () => world.change(OK_KEY, { claim: claimUntil(NOW + 300) })),
    );
    expect(result).toBe('waiting');
    expect(world.deeds.names()).toEqual([]);
    expect(rowOf(world).claim).toMatchObject({ owner: 'somebody' });
  });
});
