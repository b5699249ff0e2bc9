import { LEASE_SECONDS } from '../../../src/handlers/claim-row.ts';
import { resume } from '../../../src/handlers/resume.ts';
import type { Invocation } from '../../support/memory/invocation.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const ARCHIVED = { lifecycle: 'archived', efsAccessPoint: undefined, containerStatus: 'terminated' };

/** A workspace that was archived when it had been idle for 40 days: its home is there, and no way to it. */
function worldWith(change: Item = {}): MemoryWorld {
  const world = new MemoryWorld();
  world.addWorkspace({ ...ARCHIVED, lastActivity: NOW - 40 * DAY, ...change });
  if (change.lifecycle === undefined)
    for (const id of world.accessPoints.of(OK_KEY)) world.accessPoints.drop(id);
  return world;
}

function post(world: MemoryWorld, body: unknown = {}, prepare?: (invocation: Invocation) => void) {
  const invocation = world.invocation();
  prepare?.(invocation);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return resume({ body: text, headers: {}, parameters: { ...OK_KEY } }, OK_POLICY, invocation.ports);
}

/** The wake-up for the end of the lease comes first, finds nothing to do, and arms the next. */
async function nextDeadline(world: MemoryWorld): Promise<number | undefined> {
  world.clock.advance(LEASE_SECONDS);
  await world.wakeDue(OK_POLICY);
  return world.timers.pendingOf(OK_KEY)[0];
}

const rowOf = (world: MemoryWorld): Item => world.rows.get(OK_KEY) ?? {};

describe('an archived workspace whose client is entitled', () => {
  test('is given back at once, with its files and their owner, as used now', async () => {
    const world = worldWith();
    const { posixUid } = rowOf(world);
    const answer = await post(world);
    const [efsAccessPoint = ''] = world.accessPoints.of(OK_KEY);
    expect(answer).toEqual({
      status: 200,
      body: {
        resumed: true,
        task: undefined,
        efsAccessPoint,
        token: await world.tokens.mint({ ...OK_KEY, accessPoint: efsAccessPoint }, NOW),
        startedBy: 'acme/ada',
        efsVolumeConfiguration: {
          fileSystemId: 'fs-0123456789abcdef0',
          transitEncryption: 'ENABLED',
          authorizationConfig: { accessPointId: efsAccessPoint, iam: 'ENABLED' },
        },
        environment: {
          WORKSPACE_STATUS_TABLE: 'WorkspaceStatus',
          WORKSPACE_API_URL: 'https://api.example',
          AWS_REGION: 'us-east-1',
          CLIENT_ID: 'acme',
          USER_ID: 'ada',
          SUBSCRIPTION_STATUS: 'active',
          SUBSCRIPTION_TIER: 'pro',
          EFS_ACCESS_POINT: efsAccessPoint,
        },
      },
    });
    expect(rowOf(world)).toMatchObject({ lifecycle: 'active', lastActivity: NOW, efsAccessPoint });
    expect(world.accessPoints.posixUidOf(efsAccessPoint)).toBe(posixUid);
    expect(world.files.has(OK_KEY)).toBe(true);
    expect(await nextDeadline(world)).toBe(NOW + 30 * DAY + 1);
    expect(world.observer.counted('Resumed')).toBe(1);
  });

  test('is started on request, without a body it is not', async () => {
    const world = worldWith();
    const { body } = await post(world, { start: true });
    expect(world.tasks.running(OK_KEY)).toEqual([body.task]);
    const quiet = worldWith();
    expect((await post(quiet, '')).status).toBe(200);
    expect(quiet.tasks.running(OK_KEY)).toEqual([]);
  });

  test.each([
    ['suspended for less than its grace', { subscriptionStatus: 'suspended', retentionDays: 1 }, 2 * DAY],
    ['suspended for exactly its grace', { subscriptionStatus: 'suspended', retentionDays: 1 }, 3 * DAY],
    ['cancelled for exactly its grace', { subscriptionStatus: 'cancelled', retentionDays: 1 }, 7 * DAY],
    ['held once, and no longer', { hold: { until: NOW } }, 40 * DAY],
  ])('%s', async (_, change, idle) => {
    const world = worldWith({ ...change, lastActivity: NOW - idle });
    expect((await post(world)).status).toBe(200);
    expect(rowOf(world).lifecycle).toBe('active');
  });

  test('a container said that it was used a little ahead of our clock: that is not taken back', async () => {
    const world = worldWith({ lastActivity: NOW + 200 });
    expect((await post(world)).status).toBe(200);
    expect(rowOf(world).lastActivity).toBe(NOW + 200);
  });
});

describe('an active workspace', () => {
  test('is in use now; nothing else changes', async () => {
    const world = worldWith({ lifecycle: 'active', ...activeAccess(), lastActivity: NOW - DAY });
    const answer = await post(world);
    expect(answer).toMatchObject({ status: 200, body: { resumed: false } });
    expect(rowOf(world)).toMatchObject({ lifecycle: 'active', lastActivity: NOW });
    expect(world.deeds.names()).toEqual([]);
  });

  test('keeps the container that runs', async () => {
    const world = worldWith({ lifecycle: 'active', ...activeAccess() });
    const running = world.tasks.run(OK_KEY);
    expect((await post(world, { start: true })).body.task).toBe(running);
  });

  test('is archived at that very moment: resumed as any archived one', async () => {
    const world = worldWith({ lifecycle: 'active', ...activeAccess() });
    const answer = await post(world, {}, (invocation) =>
      invocation.before('workspaces.recordActivity', () => world.change(OK_KEY, ARCHIVED)),
    );
    expect(answer).toMatchObject({ status: 200, body: { resumed: true } });
    expect(rowOf(world).lifecycle).toBe('active');
  });

  test('is archived while its access point is looked for: no door is made to it', async () => {
    const world = worldWith({
      lifecycle: 'active',
      subscriptionStatus: 'suspended',
      efsAccessPoint: 'fsap-00000000000000bad',
    });
    for (const id of world.accessPoints.of(OK_KEY)) world.accessPoints.drop(id);
    const { status } = await post(world, {}, (invocation) =>
      invocation.before('accessPoints.look', () =>
        world.change(OK_KEY, { ...ARCHIVED, efsAccessPoint: undefined }),
      ),
    );
    expect(status).toBe(409);
    expect(world.accessPoints.of(OK_KEY)).toEqual([]);
  });

  test('without an access point gets one', async () => {
    const world = worldWith({ lifecycle: 'active', efsAccessPoint: 'fsap-00000000000000bad' });
    const { body } = await post(world);
    expect(world.accessPoints.of(OK_KEY)).toContain(body.efsAccessPoint);
    expect(rowOf(world).efsAccessPoint).toBe(body.efsAccessPoint);
  });
});

/** addWorkspace makes the access point; the change must not take its name out of the row. */
function activeAccess(): Item {
  return { containerStatus: 'active', efsAccessPoint: 'fsap-00000000000000001' };
}

/** The claim of an invocation that is, or was, at work. */
function claimUntil(until: number): Item {
  const times = { until, since: NOW - DAY, decidedAt: NOW - DAY };
  return {
    owner: 'other',
    action: 'archive',
    step: 'stop-tasks',
    origin: 'active',
    rule: 'retention-pro',
    ...times,
  };
}

describe('refused, and nothing is touched:', () => {
  const cases: [string, Item, number, Item][] = [
    [
      'suspended beyond its grace',
      { subscriptionStatus: 'suspended', lastActivity: NOW - 3 * DAY - 1 },
      409,
      { rule: 'subscription-suspended' },
    ],
    [
      'cancelled beyond its grace',
      { subscriptionStatus: 'cancelled', lastActivity: NOW - 7 * DAY - 1 },
      409,
      { rule: 'subscription-cancelled' },
    ],
    ['terminated', { lifecycle: 'terminated' }, 410, {}],
    ['archiving', { lifecycle: 'archiving', claim: claimUntil(NOW + 20) }, 423, { retryAfterSeconds: 20 }],
    ['restoring', { lifecycle: 'restoring', claim: claimUntil(NOW + 360) }, 423, { retryAfterSeconds: 30 }],
    [
      'terminating, by one who died',
      { lifecycle: 'terminating', claim: claimUntil(NOW - 9) },
      423,
      { retryAfterSeconds: 1 },
    ],
    ['in between without a claim', { lifecycle: 'archiving' }, 423, { retryAfterSeconds: 1 }],
    [
      'held',
      { hold: { until: NOW + 100, reason: 'legal', by: 'eve' } },
      423,
      { retryAfterSeconds: 100, heldBy: 'eve' },
    ],
    ['held for ever', { hold: {} }, 423, {}],
    ['not understood', { lastActivity: NOW * 1000 }, 409, {}],
  ];

  test.each(cases)('%s', async (_, change, status, details) => {
    const world = worldWith(change);
    const before = rowOf(world);
    const answer = await post(world, { start: true });
    expect(answer).toMatchObject({ status, body: { error: expect.any(String), ...details } });
    const { retryAfterSeconds } = details;
    expect(answer.headers).toEqual(
      retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) },
    );
    expect(rowOf(world)).toEqual(before);
    expect(world.deeds.names()).toEqual([]);
  });

  test('the reason and what would change it are in the answer', async () => {
    const world = worldWith({ subscriptionStatus: 'suspended', lastActivity: NOW - 9 * DAY });
    const { body } = await post(world);
    expect(body.error).toMatch(
      /acme\/ada is archived and its client is suspended: it can be resumed as soon as billing/,
    );
    expect(body.remedy).toMatch(/subscription is active/);
    const held = worldWith({ hold: { until: NOW + 100, reason: 'legal' } });
    expect((await post(held)).body.error).toMatch(/held as it is until 2026-01-01T00:01:40.000Z: legal/);
  });

  test('there is no such workspace', async () => {
    expect((await post(new MemoryWorld())).status).toBe(404);
  });

  test.each([
    ['no JSON', '{', {}, 400, /not JSON/],
    ['no object', '[]', {}, 400, /the input is \[\], expected object/],
    ['start as text', '{"start":"yes"}', {}, 400, /start is "yes", expected true or false/],
    [
      'another workspace in the body',
      '{"clientId":"globex"}',
      {},
      400,
      /nothing is known by the name of "clientId"/,
    ],
    ['a client that climbs', '{}', { clientId: '..' }, 400, /clientId is "\.\.", expected an id/],
    ['a slash in an id', '{}', { userId: 'ada/../bob' }, 400, /userId is "ada\/\.\.\/bob", expected an id/],
    ['no user', '{}', { userId: undefined }, 400, /userId is missing/],
  ])('%s', async (_, body, parameters, status, reason) => {
    const world = worldWith();
    const request = { body, headers: {}, parameters: { ...OK_KEY, ...parameters } };
    const answer = await resume(request, OK_POLICY, world.invocation().ports);
    expect(answer).toEqual({ status, body: { error: expect.stringMatching(reason) } });
    expect(rowOf(world).lifecycle).toBe('archived');
  });
});

describe('at the same moment', () => {
  test('the client is suspended: the return is judged anew, and refused', async () => {
    const world = worldWith();
    const answer = await post(world, {}, (invocation) =>
      invocation.before('workspaces.recordReturn', () =>
        world.change(OK_KEY, { subscriptionStatus: 'suspended' }),
      ),
    );
    expect(answer).toMatchObject({ status: 409, body: { rule: 'subscription-suspended' } });
    expect(rowOf(world)).toMatchObject({ lifecycle: 'archived', lastActivity: NOW - 40 * DAY });
  });

  test('the client is suspended once the user is back: they have the days that the rules give', async () => {
    const world = worldWith();
    const answer = await post(world, {}, (invocation) =>
      invocation.before('workspaces.claim', () => world.change(OK_KEY, { subscriptionStatus: 'suspended' })),
    );
    expect(answer.status).toBe(200);
    expect(rowOf(world)).toMatchObject({ lifecycle: 'active', lastActivity: NOW });
    expect(await nextDeadline(world)).toBe(NOW + 3 * DAY + 1);
  });

  test('the user clicks twice: one restores, the other is told to wait or finds it open; one access point', async () => {
    const world = worldWith();
    const statuses: number[] = [];
    const answer = await post(world, {}, (invocation) =>
      invocation.before('accessPoints.ensure', async () => void statuses.push((await post(world)).status)),
    );
    expect([answer.status, ...statuses]).toEqual([200, 423]);
    expect(world.accessPoints.of(OK_KEY)).toHaveLength(1);
  });

  test('it is terminated: gone', async () => {
    const world = worldWith();
    const answer = await post(world, {}, (invocation) =>
      invocation.before('workspaces.recordReturn', () => world.change(OK_KEY, { lifecycle: 'terminated' })),
    );
    expect(answer.status).toBe(410);
  });
});
