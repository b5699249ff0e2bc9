import { workspaceChanged } from '../../../src/handlers/workspace-changed.ts';
import type { ChangeRecord } from '../../../src/ports.ts';
import type { Invocation } from '../../support/memory/invocation.ts';
import { changeOf, DAY, NOW, OK_KEY, OK_POLICY, OK_ROW } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

/** The deadline of a row that was just used. */
const DEADLINE = NOW + 30 * DAY + 1;

/** Writes each image to the table, as it is in the end, and hands their records to the handler. */
async function react(
  images: readonly Item[],
  prepare?: (invocation: Invocation, world: MemoryWorld) => void,
  numbers: readonly string[] = images.map((_, index) => String(index + 1)),
) {
  const world = new MemoryWorld();
  for (const image of images) world.rows.put(image);
  const records = images.map((image, index) => changeOf(numbers[index] ?? '', image));
  return { world, ...(await handle(world, records, prepare)) };
}

async function handle(
  world: MemoryWorld,
  records: readonly ChangeRecord[],
  prepare?: (invocation: Invocation, world: MemoryWorld) => void,
) {
  const invocation = world.invocation();
  prepare?.(invocation, world);
  const { retryFrom } = await workspaceChanged(records, OK_POLICY, invocation.ports);
  return { retryFrom, calls: invocation.calls };
}

test('a new workspace gets its wake-up, and the row says so', async () => {
  const { world, calls, retryFrom } = await react([OK_ROW]);
  expect(world.timers.pending()).toEqual([{ key: OK_KEY, at: DEADLINE }]);
  expect(world.rows.get(OK_KEY)).toEqual({ ...OK_ROW, armedFor: DEADLINE, armedDay: '2026-01-31' });
  expect(calls).toEqual(['timers.arm', 'workspaces.rememberWakeUp']);
  expect(retryFrom).toBeUndefined();
  expect(world.observer.counted('Armed')).toBe(1);
});

test('what is due since long is armed at the shortest lead', async () => {
  const { world } = await react([{ ...OK_ROW, lastActivity: NOW - 99 * DAY }]);
  expect(world.timers.pendingOf(OK_KEY)).toEqual([NOW + 60]);
});

test('a heartbeat of an armed workspace makes no call', async () => {
  const { world, calls } = await react([{ ...OK_ROW, armedFor: DEADLINE - DAY }]);
  expect(calls).toEqual([]);
  expect(world.observer.counted('ArmingSkipped')).toBe(1);
  expect(world.observer.entries).toEqual([]);
});

describe('lazy arming: what is known to be armed', () => {
  test.each([
    ['for the very second', DEADLINE, []],
    ['one second later', DEADLINE + 1, [DEADLINE]],
    ['one second earlier', DEADLINE - 1, []],
    ['six seconds ahead', NOW + 6, []],
    ['five seconds ahead, where it may have fired', NOW + 5, [DEADLINE]],
    ['now', NOW, [DEADLINE]],
    ['in the past', NOW - DAY, [DEADLINE]],
    ['not at all', undefined, [DEADLINE]],
  ])('%s', async (_, armedFor, armed) => {
    const { world } = await react([{ ...OK_ROW, armedFor }]);
    expect(world.timers.pendingOf(OK_KEY)).toEqual(armed);
  });
});

test.each([
  ['terminated', { lifecycle: 'terminated' }],
  ['archived, and nothing follows', { lifecycle: 'archived', lastActivity: NOW - 99 * DAY }],
  ['held without end', { hold: {} }],
])('nothing is armed for a workspace that is %s', async (_, change) => {
  const { calls } = await react([{ ...OK_ROW, ...change }]);
  expect(calls).toEqual([]);
});

describe('only the newest image of a workspace counts', () => {
  test('not the first one, whose deadline is another', async () => {
    const { world } = await react([{ ...OK_ROW, subscriptionTier: 'free' }, OK_ROW]);
    expect(world.timers.pendingOf(OK_KEY)).toEqual([DEADLINE]);
  });

  test('not one that was invalid', async () => {
    const { world } = await react([{ ...OK_ROW, lastActivity: 'yesterday' }, OK_ROW]);
    expect(world.timers.pendingOf(OK_KEY)).toEqual([DEADLINE]);
    expect(world.observer.counted('InvalidRow')).toBe(0);
  });

  test('not one that was valid, where the newest is not', async () => {
    const { world } = await react([OK_ROW, { ...OK_ROW, lastActivity: 'yesterday' }]);
    expect(world.timers.pending()).toEqual([]);
    expect(world.observer.counted('InvalidRow')).toBe(1);
  });

  test('a row that was removed is ignored, whatever came before', async () => {
    const world = new MemoryWorld();
    const { calls, retryFrom } = await handle(world, [changeOf('1', OK_ROW), changeOf('2', undefined)]);
    expect({ calls, retryFrom }).toEqual({ calls: [], retryFrom: undefined });
  });

  test('workspaces whose ids look alike are different ones', async () => {
    const images = [
      { ...OK_ROW, clientId: 'a', userId: 'b:c' },
      { ...OK_ROW, clientId: 'a:b', userId: 'c' },
    ];
    const { world } = await react(images);
    expect(world.timers.pending()).toHaveLength(2);
  });
});

describe('a row that is not understood is counted and logged, and its neighbours are served', () => {
  test.each<[string, Item]>([
    ['milliseconds', { lastActivity: NOW * 1000 }],
    ['a negative time', { lastActivity: -1 }],
    ['a fraction', { lastActivity: NOW - 0.5 }],
    ['a time in the future', { lastActivity: NOW + 301 }],
    ['null', { lastActivity: null }],
    ['text', { lastActivity: String(NOW) }],
    ['no activity', { lastActivity: undefined }],
    ['no status', { subscriptionStatus: undefined }],
    ['an unknown status', { subscriptionStatus: 'Active' }],
    ['an unknown tier', { subscriptionTier: 'gold' }],
    ['an unknown container status', { containerStatus: 'running' }],
    ['an unknown lifecycle', { lifecycle: 'deleted' }],
    ['a retention of zero', { retentionDays: 0 }],
    ['a retention of half a day', { retentionDays: 0.5 }],
    ['a retention of null', { retentionDays: null }],
    ['what is no access point', { efsAccessPoint: 'arn:aws:efs' }],
    ['a user that climbs', { userId: '../bob' }],
    ['a client with a slash', { clientId: 'a/b' }],
    ['a user of nothing', { userId: '' }],
    ['ids that are too long together', { clientId: 'c'.repeat(60), userId: 'u'.repeat(60) }],
    ['a hold that is no map', { hold: true }],
    ['a claim that is no map', { claim: 'mine' }],
  ])('%s', async (_, change) => {
    const bad: Item = { ...OK_ROW, userId: 'bad', ...change };
    const world = new MemoryWorld();
    world.rows.put(OK_ROW);
    const images = [bad, OK_ROW];
    const { retryFrom } = await handle(
      world,
      images.map((image, index) => changeOf(String(index), image)),
    );
    expect(retryFrom).toBeUndefined();
    expect(world.timers.pending()).toEqual([{ key: OK_KEY, at: DEADLINE }]);
    expect(world.observer.counted('InvalidRow')).toBe(1);
    expect(world.observer.at('error')).toEqual([
      {
        level: 'error',
        message: expect.stringContaining('invalid'),
        fields: {
          clientId: bad.clientId,
          userId: bad.userId,
          problems: [expect.stringContaining('expected')],
        },
      },
    ]);
  });

  test('a clock that is five minutes ahead is believed', async () => {
    const { world } = await react([{ ...OK_ROW, lastActivity: NOW + 300 }]);
    expect(world.timers.pendingOf(OK_KEY)).toEqual([DEADLINE + 300]);
  });
});

describe('arming that fails', () => {
  const users = (count: number): Item[] =>
    Array.from({ length: count }, (_, index) => ({ ...OK_ROW, userId: `user-${index}` }));
  const failing =
    (...userIds: string[]) =>
    (invocation: Invocation) => {
      const arm = invocation.ports.timers.arm.bind(invocation.ports.timers);
      invocation.ports.timers = {
        arm: async (key, at) => {
          if (userIds.includes(key.userId)) throw new Error('throttled');
          await arm(key, at);
        },
      };
    };

  test.each([
    [['9', '10', '100'], '9'],
    [['100', '9', '10'], '9'],
    [['99999999999999999999', '100000000000000000000', '100000000000000000001'], '99999999999999999999'],
    [['9007199254740993', '9007199254740992', '9007199254740994'], '9007199254740992'],
  ])('of %j: retried from the lowest, %s', async (numbers, lowest) => {
    const { retryFrom } = await react(users(3), failing('user-0', 'user-1', 'user-2'), numbers);
    expect(retryFrom).toBe(lowest);
  });

  test('the others are armed nevertheless, and what was armed before is not what is retried from', async () => {
    const { world, retryFrom } = await react(users(50), failing('user-7', 'user-30'));
    expect(retryFrom).toBe('8');
    expect(world.timers.pending()).toHaveLength(48);
    expect(world.observer.at('warn')).toHaveLength(2);
    expect(world.observer.at('warn')[0]?.fields).toMatchObject({ userId: 'user-7', at: DEADLINE });
  });

  test('the number is that of the newest record of the workspace', async () => {
    const [first = {}, second = {}] = users(2);
    const { retryFrom } = await react([first, second, first], failing('user-0', 'user-1'));
    expect(retryFrom).toBe('2');
  });

  test('Scheduler never has more than 20 calls at a time', async () => {
    let underWay = 0;
    let most = 0;
    const { world } = await react(users(100), (invocation) => {
      const arm = invocation.ports.timers.arm.bind(invocation.ports.timers);
      invocation.ports.timers = {
        arm: async (key, at) => {
          underWay += 1;
          most = Math.max(most, underWay);
          await new Promise((resolve) => setImmediate(resolve));
          await arm(key, at);
          underWay -= 1;
        },
      };
    });
    expect(most).toBe(20);
    expect(world.timers.pending()).toHaveLength(100);
  });

  test('a process that dies between arming and remembering, repeated: one wake-up, remembered', async () => {
    const world = new MemoryWorld();
    world.rows.put(OK_ROW);
    const records = [changeOf('1', OK_ROW)];
    const died = await handle(world, records, (invocation) => {
      invocation.death = { call: 0, when: 'after' };
    });
    expect(died.retryFrom).toBe('1');
    expect(world.rows.get(OK_KEY)).not.toHaveProperty('armedFor');
    expect(await handle(world, records)).toMatchObject({ retryFrom: undefined });
    expect(world.timers.pendingOf(OK_KEY)).toEqual([DEADLINE]);
    expect(world.rows.get(OK_KEY)?.armedFor).toBe(DEADLINE);
  });

  test('an older image that is handled again takes no earlier wake-up away', async () => {
    const world = new MemoryWorld();
    world.rows.put({ ...OK_ROW, subscriptionTier: 'free', armedFor: NOW + 7 * DAY + 1 });
    await handle(world, [changeOf('1', OK_ROW)]);
    expect(world.rows.get(OK_KEY)?.armedFor).toBe(NOW + 7 * DAY + 1);
  });
});
