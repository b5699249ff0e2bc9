import { InstallationError } from '../../../src/core/errors.ts';
import type { SubscriptionEvent } from '../../../src/core/subscription.ts';
import { accountChanged } from '../../../src/handlers/account-changed.ts';
import { provision } from '../../../src/handlers/provision.ts';
import type { Invocation } from '../../support/memory/invocation.ts';
import { NOW, OK_KEY, OK_POLICY, OK_ROW } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const okEvent: SubscriptionEvent = {
  clientId: 'acme',
  subscriptionId: 'sub_1',
  status: 'active',
  tier: 'pro',
  at: NOW,
  rank: 0,
  messageId: 'one',
};

async function worldWithClient(change: Partial<SubscriptionEvent> = {}): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  await world.accounts.record({ ...okEvent, ...change }, 'delivery');
  return world;
}

function post(world: MemoryWorld, request: Item = {}, prepare?: (invocation: Invocation) => void) {
  const invocation = world.invocation();
  prepare?.(invocation);
  return provision(
    { body: JSON.stringify({ ...OK_KEY, ...request }), headers: {} },
    OK_POLICY,
    invocation.ports,
  );
}

test('a workspace: its access point, its row, and what its container has to know', async () => {
  const world = await worldWithClient();
  const answer = await post(world, { retentionDays: 3 });
  const [efsAccessPoint] = world.accessPoints.of(OK_KEY);
  expect(answer).toEqual({
    status: 201,
    body: {
      created: true,
      efsAccessPoint,
      task: undefined,
      token: await world.tokens.mint({ ...OK_KEY, accessPoint: String(efsAccessPoint) }, NOW),
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
  expect(world.rows.get(OK_KEY)).toEqual({
    ...OK_ROW,
    efsAccessPoint,
    posixUid: 10_000,
    retentionDays: 3,
    lifecycle: 'active',
    subscriptionEventAt: NOW,
    subscriptionRevision: 1,
  });
});

test('again: the same workspace, which is not touched', async () => {
  const world = await worldWithClient();
  const first = await post(world);
  const row = world.rows.get(OK_KEY);
  world.clock.advance(100);
  const second = await post(world, { retentionDays: 9 });
  expect(second).toEqual({ status: 200, body: { ...first.body, created: false } });
  expect(world.rows.get(OK_KEY)).toEqual(row);
  expect(world.accessPoints.of(OK_KEY)).toHaveLength(1);
});

test('billing changes the account in between: the workspace begins with what it says now', async () => {
  const world = await worldWithClient();
  const answer = await post(world, {}, (invocation) =>
    invocation.before('workspaces.create', () =>
      world.accounts.record({ ...okEvent, status: 'suspended', tier: 'free', at: NOW + 1 }, 'next'),
    ),
  );
  expect(answer.status).toBe(201);
  expect(answer.body.environment).toMatchObject({
    SUBSCRIPTION_STATUS: 'suspended',
    SUBSCRIPTION_TIER: 'free',
  });
  expect(world.rows.get(OK_KEY)).toMatchObject({
    subscriptionStatus: 'suspended',
    subscriptionTier: 'free',
    subscriptionRevision: 2,
  });
});

test('somebody else creates it in between: both get the same', async () => {
  const world = await worldWithClient();
  let other: Item = {};
  const answer = await post(world, {}, (invocation) =>
    invocation.before('workspaces.create', async () => {
      other = (await post(world)).body;
    }),
  );
  expect(answer).toEqual({ status: 200, body: { ...other, created: false } });
});

test('an account that changes at every try is given up, to be tried again', async () => {
  const world = await worldWithClient();
  const failing = post(world, {}, (invocation) => {
    for (let change = 1; change <= 5; change += 1)
      invocation.before('workspaces.create', () =>
        world.accounts.record({ ...okEvent, at: NOW + change }, 'next'),
      );
  });
  expect(await failing).toEqual({
    status: 503,
    headers: { 'retry-after': '5' },
    body: { error: expect.stringMatching(/changed 5 times in a row/), retryAfterSeconds: 5 },
  });
  expect(world.rows.get(OK_KEY)).toBeUndefined();
});

describe('refused', () => {
  test('a client without a subscription', async () => {
    const answer = await post(new MemoryWorld());
    expect(answer.status).toBe(404);
    expect(answer.body.error).toMatch(/send its billing event first/);
  });

  test('an account that is not understood', async () => {
    const world = new MemoryWorld();
    world.accountItems.put({ clientId: 'acme', revision: 1 });
    expect((await post(world)).status).toBe(409);
    expect(world.deeds.done).toEqual([]);
  });

  test.each([
    ['archiving', 409, undefined],
    ['archived', 409, undefined],
    ['restoring', 423, 5],
    ['terminating', 409, undefined],
    ['terminated', 409, undefined],
  ])('a workspace that exists and is %s', async (lifecycle, status, retryAfterSeconds) => {
    const world = await worldWithClient();
    world.addWorkspace({ lifecycle });
    const answer = await post(world, { start: true });
    expect(answer).toMatchObject({ status, body: { error: expect.stringMatching(lifecycle) } });
    expect(answer.body.retryAfterSeconds).toBe(retryAfterSeconds);
    expect(world.tasks.running(OK_KEY)).toEqual([]);
  });

  test.each([
    ['a user that climbs', { userId: '..' }, /userId/],
    ['a retention of zero', { retentionDays: 0 }, /retentionDays is 0/],
    ['start as text', { start: 'yes' }, /start is "yes", expected true or false/],
    ['a member that nobody knows', { strat: true }, /nothing is known by the name of "strat"/],
    ['ids that are too long', { clientId: 'c'.repeat(50), userId: 'u'.repeat(50) }, /at most 100/],
  ])('%s', async (_, request, reason) => {
    const world = await worldWithClient();
    const answer = await post(world, request);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(reason);
    expect(world.deeds.done).toEqual([]);
  });

  test('a start where this installation starts no containers', async () => {
    const world = await worldWithClient();
    world.tasks.canStart = false;
    expect((await post(world, { start: true })).status).toBe(409);
  });
});

describe('start', () => {
  test('starts the container with its environment', async () => {
    const world = await worldWithClient({ tier: 'pro' });
    const { body } = await post(world, { start: true });
    const [task] = world.tasks.running(OK_KEY);
    expect(body.task).toBe(task);
    const environment = { ...(body.environment as object), WORKSPACE_TOKEN: body.token };
    expect(world.tasks.environmentOf(String(task))).toEqual(environment);
    expect(body.environment).toMatchObject({ SUBSCRIPTION_TIER: 'pro' });
  });

  test('one that runs is the answer', async () => {
    const world = await worldWithClient();
    world.addWorkspace();
    const running = world.tasks.run(OK_KEY);
    expect((await post(world, { start: true })).body.task).toBe(running);
    expect(world.tasks.running(OK_KEY)).toEqual([running]);
  });
});

describe('the row of a workspace that exists', () => {
  test.each([
    ['names no access point', {}],
    ['names one that is gone', { efsAccessPoint: 'fsap-00000000000000bad' }],
  ])('%s: it gets one, and its next user the same', async (_, row) => {
    const world = await worldWithClient();
    world.rows.put({ ...OK_ROW, ...row });
    const first = await post(world);
    expect(first).toMatchObject({ status: 200, body: { created: false } });
    expect(world.rows.get(OK_KEY)).toMatchObject({
      efsAccessPoint: first.body.efsAccessPoint,
      posixUid: 10_000,
      lastActivity: NOW,
    });
    expect(await post(world)).toEqual(first);
    expect(world.accessPoints.of(OK_KEY)).toEqual([first.body.efsAccessPoint]);
  });

  test('is claimed while it gets an access point: nothing is named behind the back of the claim', async () => {
    const world = await worldWithClient();
    world.rows.put(OK_ROW);
    const { status, body } = await post(world, {}, (invocation) =>
      invocation.before('workspaces.claim', () => world.change(OK_KEY, { lifecycle: 'archiving' })),
    );
    expect({ status, error: body.error }).toEqual({ status: 409, error: expect.stringMatching(/archiving/) });
    expect(world.rows.get(OK_KEY)?.efsAccessPoint).toBeUndefined();
  });

  test('is archived while its access point is looked for: no door is made to it', async () => {
    const world = await worldWithClient();
    world.rows.put({ ...OK_ROW, efsAccessPoint: 'fsap-00000000000000bad' });
    const { status } = await post(world, {}, (invocation) =>
      invocation.before('accessPoints.look', () =>
        world.change(OK_KEY, { lifecycle: 'archived', efsAccessPoint: undefined }),
      ),
    );
    expect(status).toBe(409);
    expect(world.accessPoints.of(OK_KEY)).toEqual([]);
  });

  test('is not valid: it is no use to look for an access point', async () => {
    const world = await worldWithClient();
    world.rows.put({ ...OK_ROW, retentionDays: 0 });
    const { status, body } = await post(world);
    expect({ status, error: body.error }).toEqual({
      status: 409,
      error: expect.stringMatching(/retentionDays/),
    });
    expect(world.accessPoints.of(OK_KEY)).toEqual([]);
  });

  test('names an access point to another home: refused, nothing is started', async () => {
    const world = await worldWithClient();
    const others = world.accessPoints.add('/workspace/globex/bob');
    world.addWorkspace({ efsAccessPoint: others });
    const { status, body } = await post(world, { start: true });
    expect(status).toBe(409);
    expect(body.error).toMatch(/leads to another place/);
    expect(world.tasks.running(OK_KEY)).toEqual([]);
  });

  test('is cleaned while its container starts: the container is stopped again', async () => {
    const world = await worldWithClient();
    world.addWorkspace();
    const { status, body } = await post(world, { start: true }, (invocation) =>
      invocation.before('tasks.start', () =>
        world.change(OK_KEY, { lifecycle: 'terminated', efsAccessPoint: undefined }),
      ),
    );
    expect(status).toBe(409);
    expect(body.error).toMatch(/is terminated now/);
    expect(world.deeds.names()).toContain('stop-requested');
  });

  test('starting its container is a use of it', async () => {
    const world = await worldWithClient();
    world.addWorkspace();
    world.clock.advance(1_000);
    await post(world, { start: true });
    expect(world.rows.get(OK_KEY)?.lastActivity).toBe(NOW + 1_000);
  });
});

test('a client whose tier nobody knows gets no workspace by guess', async () => {
  const world = await worldWithClient({ tier: undefined });
  const { status, body } = await post(world);
  expect(status).toBe(409);
  expect(body.error).toMatch(/tier of client acme is not known/);
  expect(world.rows.get(OK_KEY)).toBeUndefined();
});

test('billing goes away and comes back around the creation: the new workspace is carried along', async () => {
  const world = await worldWithClient();
  const drain = async () => {
    for (
      let records = world.accountItems.takeChanges();
      records.length > 0;
      records = world.accountItems.takeChanges()
    ) {
      await accountChanged(records, world.invocation().ports);
    }
  };
  await drain();
  await world.accounts.record({ ...okEvent, status: 'cancelled', at: NOW + 1, messageId: 'two' }, 'd2');
  await post(world);
  await world.accounts.record({ ...okEvent, status: 'active', at: NOW + 2, messageId: 'three' }, 'd3');
  await drain();
  expect(world.rows.get(OK_KEY)).toMatchObject({ subscriptionStatus: 'active', subscriptionRevision: 3 });
});

test('what only an operator can mend is told to the caller, and counted', async () => {
  const world = await worldWithClient();
  const answer = await post(world, {}, (invocation) =>
    invocation.before('accessPoints.ensure', () => {
      throw new InstallationError('file system fs-1 does not exist: set EFS_FILE_SYSTEM_ID');
    }),
  );
  expect(answer).toEqual({
    status: 503,
    body: { error: 'file system fs-1 does not exist: set EFS_FILE_SYSTEM_ID' },
  });
  expect(world.observer.counted('InstallationProblem')).toBe(1);
  expect(world.rows.get(OK_KEY)).toBeUndefined();
});
