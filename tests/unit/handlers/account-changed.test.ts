import fc from 'fast-check';
import type { SubscriptionEvent } from '../../../src/core/subscription.ts';
import { accountChanged, WORKSPACES_PER_TURN } from '../../../src/handlers/account-changed.ts';
import type { ChangeRecord } from '../../../src/ports.ts';
import type { Invocation } from '../../support/memory/invocation.ts';
import { changeOf, NOW, OK_KEY, OK_ROW } from '../../support/memory/ok-values.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const okEvent: SubscriptionEvent = {
  clientId: 'acme',
  subscriptionId: 'sub_1',
  status: 'cancelled',
  tier: 'pro',
  at: NOW,
  rank: 0,
  messageId: 'one',
};

function worldWith(users: readonly string[]): MemoryWorld {
  const world = new MemoryWorld();
  for (const userId of users) world.rows.put({ ...OK_ROW, userId });
  world.rows.takeChanges();
  return world;
}

const bill = (world: MemoryWorld, change: Partial<SubscriptionEvent> = {}) =>
  world.accounts.record({ ...okEvent, ...change }, 'delivery');

function handle(
  world: MemoryWorld,
  records: readonly ChangeRecord[],
  prepare?: (invocation: Invocation) => void,
) {
  const invocation = world.invocation();
  prepare?.(invocation);
  return accountChanged(records, invocation.ports);
}

/** Feeds the stream of accounts to the handler until it is dry. Returns how many batches that took. */
async function drain(world: MemoryWorld): Promise<number> {
  let batches = 0;
  for (let records = world.accountItems.takeChanges(); records.length > 0; batches += 1) {
    expect(await handle(world, records)).toEqual({ retryFrom: undefined });
    records = world.accountItems.takeChanges();
  }
  return batches;
}

const statuses = (world: MemoryWorld) =>
  [...world.rows.itemsOf('acme')].map(({ subscriptionStatus }) => subscriptionStatus);

test('every workspace of the client gets the subscription, and no other', async () => {
  const world = worldWith(['ada', 'bob']);
  world.rows.put({ ...OK_ROW, clientId: 'other' });
  await bill(world, { status: 'suspended', tier: 'enterprise' });
  await drain(world);
  expect(world.rows.get(OK_KEY)).toEqual({
    ...OK_ROW,
    subscriptionStatus: 'suspended',
    subscriptionTier: 'enterprise',
    subscriptionEventAt: NOW,
    subscriptionRevision: 1,
  });
  expect(statuses(world)).toEqual(['suspended', 'suspended']);
  expect(world.rows.get({ ...OK_KEY, clientId: 'other' })?.subscriptionStatus).toBe('active');
  expect(world.observer.counted('FannedOut')).toBe(2);
  expect(world.accountItems.get({ clientId: 'acme' })).toMatchObject({
    fanOut: { status: 'suspended', tier: 'enterprise', done: true },
  });
});

test('without a tier the workspaces keep theirs', async () => {
  const world = worldWith(['ada']);
  await bill(world, { status: 'suspended', tier: undefined });
  await drain(world);
  expect(world.rows.get(OK_KEY)).toMatchObject({ subscriptionStatus: 'suspended', subscriptionTier: 'pro' });
});

test('over several pages', async () => {
  const users = Array.from({ length: 30 }, (_, index) => `user-${index}`);
  const world = new MemoryWorld();
  for (const userId of users) world.rows.put({ ...OK_ROW, userId, note: 'x'.repeat(100_000) });
  await bill(world);
  const invocation = world.invocation();
  await accountChanged(world.accountItems.takeChanges(), invocation.ports);
  expect(invocation.calls.filter((call) => call === 'workspaces.pageOfClient').length).toBeGreaterThan(2);
  expect(new Set(statuses(world))).toEqual(new Set(['cancelled']));
});

test('nothing is read or written where it is done already', async () => {
  const world = worldWith(['ada']);
  await bill(world);
  await drain(world);
  await bill(world, { at: NOW + 1 });
  const invocation = world.invocation();
  await accountChanged(world.accountItems.takeChanges(), invocation.ports);
  expect(invocation.calls).toEqual([]);
});

test('a workspace that knows a later state keeps it', async () => {
  const world = worldWith(['ada', 'bob']);
  world.change(OK_KEY, { subscriptionEventAt: NOW + 1, subscriptionRevision: 7 });
  await bill(world);
  await drain(world);
  expect(statuses(world)).toEqual(['active', 'cancelled']);
});

test('a turn goes on where the last one ended', async () => {
  const world = worldWith(['ada', 'bob', 'cem', 'dee']);
  const image = {
    clientId: 'acme',
    revision: 1,
    'subscription:sub_1': {
      status: 'cancelled',
      tier: 'pro',
      at: NOW,
      rank: 0,
      messageIds: ['m'],
      delivery: 'd',
    },
    fanOut: { status: 'cancelled', tier: 'pro', done: false, after: 'bob' },
  };
  world.accountItems.put(image);
  await drain(world);
  expect(statuses(world)).toEqual(['active', 'active', 'cancelled', 'cancelled']);
});

test('100,000 workspaces are served in turns, each of which takes what the last one noted', async () => {
  const workspaces = 5 * WORKSPACES_PER_TURN;
  const world = worldWith(Array.from({ length: workspaces }, (_, index) => `user-${index}`));
  await bill(world);
  const turns: number[] = [];
  for (let records = world.accountItems.takeChanges(); records.length > 0; ) {
    const before = world.observer.counted('FannedOut');
    await handle(world, records);
    turns.push(world.observer.counted('FannedOut') - before);
    records = world.accountItems.takeChanges();
  }
  expect(turns.length).toBeGreaterThanOrEqual(5);
  expect(Math.max(...turns)).toBeLessThan(1.2 * WORKSPACES_PER_TURN);
  expect(world.observer.counted('FannedOut')).toBe(workspaces);
  expect(new Set(statuses(world))).toEqual(new Set(['cancelled']));
  expect(world.accountItems.get({ clientId: 'acme' })?.fanOut).toEqual({
    status: 'cancelled',
    tier: 'pro',
    done: true,
  });
}, 30_000);

describe('the subscription changes while it is carried', () => {
  test('cancelled and active again before the turn could note how far it got: no workspace stays cancelled', async () => {
    const world = worldWith(['ada', 'bob']);
    await bill(world, { status: 'active' });
    await drain(world);
    await bill(world, { status: 'cancelled', at: NOW + 1 });
    const records = world.accountItems.takeChanges();
    await handle(world, records, (invocation) =>
      // Some rows have it by now, and the account goes back to what it was.
      invocation.before('workspaces.carrySubscription', () => bill(world, { status: 'active', at: NOW + 2 })),
    );
    await drain(world);
    expect(statuses(world)).toEqual(['active', 'active']);
  });

  test('a turn that fails in the middle, and an account that is active again when it is retried', async () => {
    const world = worldWith(['ada', 'bob']);
    await bill(world, { status: 'active' });
    await drain(world);
    await bill(world, { status: 'cancelled', at: NOW + 1 });
    const failed = await handle(world, world.accountItems.takeChanges(), (invocation) => {
      invocation.death = { call: 3, when: 'before' };
    });
    expect(failed.retryFrom).toBeDefined();
    await bill(world, { status: 'active', at: NOW + 2 });
    await drain(world);
    expect(statuses(world)).toEqual(['active', 'active']);
  });

  /** A stream that remembers, so that old records can come again. */
  class Replayable {
    readonly world = worldWith(['ada', 'bob', 'cem']);
    private readonly seen: ChangeRecord[] = [];
    private pending: ChangeRecord[] = [];
    private time = NOW;

    async change(status: SubscriptionEvent['status']): Promise<void> {
      this.time += 1;
      await bill(this.world, { status, at: this.time });
    }

    /** Lambda sends a batch again that has failed, and what has been written meanwhile with it. */
    async handlePending(prepare?: (invocation: Invocation) => void): Promise<void> {
      this.take();
      const { retryFrom } = await handle(this.world, this.pending, prepare);
      if (retryFrom === undefined) this.pending = [];
    }

    async replay(number: number): Promise<void> {
      const record = this.seen[number % this.seen.length];
      if (record) await handle(this.world, [record]);
      this.take();
    }

    private take(): void {
      const records = this.world.accountItems.takeChanges();
      this.seen.push(...records);
      this.pending.push(...records);
    }
  }

  const story = fc.record({
    changes: fc.array(
      fc.record({
        status: fc.constantFrom('active', 'suspended', 'cancelled'),
        duringCall: fc.nat({ max: 8 }),
        dies: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    replays: fc.array(fc.nat(), { maxLength: 6 }),
  });

  test('whenever it changes, and whatever dies or comes again: the newest state always wins', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ changes, replays }) => {
        const stream = new Replayable();
        await stream.change('active');
        for (const { status, duringCall, dies } of changes) {
          await stream.handlePending((invocation) => {
            invocation.before(duringCall, () => stream.change(status));
            if (dies) invocation.death = { call: duringCall, when: 'after' };
          });
          await stream.change(status);
        }
        for (const number of replays) await stream.replay(number);
        for (let batch = 0; batch < 4; batch += 1) await stream.handlePending();
        const newest = changes.at(-1)?.status;
        expect(statuses(stream.world)).toEqual([newest, newest, newest]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('batches', () => {
  test('only the newest image of an account counts', async () => {
    const world = worldWith(['ada']);
    await bill(world, { status: 'suspended' });
    await bill(world, { status: 'cancelled', at: NOW + 1 });
    const invocation = world.invocation();
    await accountChanged(world.accountItems.takeChanges(), invocation.ports);
    expect(statuses(world)).toEqual(['cancelled']);
    expect(invocation.calls.filter((call) => call === 'workspaces.carrySubscription')).toHaveLength(1);
  });

  test('a write that fails: the record is retried, the other clients are served', async () => {
    const world = worldWith(['ada']);
    world.rows.put({ ...OK_ROW, clientId: 'other' });
    await bill(world);
    await bill(world, { clientId: 'other' });
    const records = world.accountItems.takeChanges();
    const result = await handle(world, records, (invocation) =>
      invocation.before('workspaces.carrySubscription', () => {
        throw new Error('throttled');
      }),
    );
    expect(result).toEqual({ retryFrom: records[0]?.sequenceNumber });
    expect(statuses(world)).toEqual(['active']);
    expect(world.rows.get({ ...OK_KEY, clientId: 'other' })?.subscriptionStatus).toBe('cancelled');
    expect(world.observer.at('warn')[0]?.fields).toMatchObject({ clientId: 'acme' });
    await handle(world, records);
    expect(statuses(world)).toEqual(['cancelled']);
  });

  test('when it returns nothing is under way any more', async () => {
    const world = worldWith(Array.from({ length: 200 }, (_, index) => `user-${index}`));
    await bill(world);
    const invocation = world.invocation();
    invocation.before('workspaces.carrySubscription', () => {
      throw new Error('throttled');
    });
    await accountChanged(world.accountItems.takeChanges(), invocation.ports);
    const calls = invocation.calls.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(invocation.calls).toHaveLength(calls);
  });

  test.each([
    ['no revision', { clientId: 'acme' }],
    ['no subscription', { clientId: 'acme', revision: 1 }],
    [
      'a status that is unknown',
      {
        clientId: 'acme',
        revision: 1,
        'subscription:s': { status: 'paused', at: NOW, rank: 0, messageId: 'm', delivery: 'd' },
      },
    ],
  ])('an account with %s is counted and carried nowhere', async (_, image) => {
    const world = worldWith(['ada']);
    expect(await handle(world, [changeOf('1', image)])).toEqual({ retryFrom: undefined });
    expect(statuses(world)).toEqual(['active']);
    expect(world.observer.counted('InvalidAccount')).toBe(1);
    expect(world.observer.at('error')[0]?.fields).toMatchObject({ clientId: 'acme' });
  });

  test('an account that was deleted, and events of nobody, are carried nowhere', async () => {
    const world = worldWith(['ada']);
    await bill(world, { clientId: 'unmatched/cus_1' });
    const records = [changeOf('1', undefined, { clientId: 'acme' }), ...world.accountItems.takeChanges()];
    const invocation = world.invocation();
    await accountChanged(records, invocation.ports);
    expect(invocation.calls).toEqual([]);
    expect(world.observer.counted('InvalidAccount')).toBe(0);
  });
});
