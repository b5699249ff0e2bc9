import { BadInputError } from '../../../src/core/errors.ts';
import { type ControlChange, changeControl } from '../../../src/handlers/change-control.ts';
import { NOW } from '../../support/memory/ok-values.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

async function begin(): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  const event = { clientId: 'acme', subscriptionId: 's', status: 'active', tier: 'pro' } as const;
  await world.accounts.record({ ...event, at: NOW, rank: 0, messageId: 'one' }, 'delivery');
  return world;
}
const change = (world: MemoryWorld, asked: ControlChange) =>
  changeControl(asked, 'ops', world.invocation().ports);

test('each setting is changed alone, with an entry that says what and by whom', async () => {
  const world = await begin();
  await change(world, { kind: 'enforcement', enforcement: 'enforce' });
  await change(world, { kind: 'enforcement', clientId: 'acme', enforcement: 'observe' });
  await change(world, { kind: 'rollout', rollout: { percent: 5 } });
  await change(world, { kind: 'rollout', rollout: { clients: ['acme'] } });
  await change(world, { kind: 'budgets', budgets: { archive: 5 } });
  await change(world, { kind: 'budgets', budgets: { terminate: 0 } });
  const settings = await change(world, { kind: 'pause', reason: 'a look' });
  expect(settings).toMatchObject({
    enforcement: 'enforce',
    clients: { acme: 'observe' },
    rollout: { clients: ['acme'], percent: 5 },
    budgets: { archive: 5, terminate: 0 },
    pause: { at: NOW, by: 'ops', reason: 'a look' },
  });
  expect(world.history.of('#cleanup').map(({ what, by }) => `${what} by ${by}`)).toEqual([
    ...Array.from({ length: 6 }, () => 'control-changed by ops'),
    'paused by ops',
  ]);
  expect(world.history.of('#cleanup').map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('each setting can be taken back', async () => {
  const world = await begin();
  world.control.set({
    enforcement: 'off',
    clients: { acme: 'off' },
    rollout: { clients: [], percent: 1 },
    pause: { at: NOW, by: 'budget', reason: 'too many' },
  });
  await change(world, { kind: 'enforcement', enforcement: undefined });
  await change(world, { kind: 'enforcement', clientId: 'acme', enforcement: undefined });
  await change(world, { kind: 'rollout', rollout: undefined });
  const settings = await change(world, { kind: 'resume' });
  expect(settings).toEqual({
    clients: {},
    budgets: {},
    former: [],
    limits: expect.anything(),
    installation: expect.anything(),
  });
});

test.each<[string, ControlChange, number, string]>([
  [
    'a percentage of 140',
    { kind: 'rollout', rollout: { percent: 140 } },
    400,
    'rollout.percent is 140, expected whole percent from 0 to 100',
  ],
  [
    'a negative budget',
    { kind: 'budgets', budgets: { archive: -5 } },
    400,
    'budgets.archive is -5, expected whole actions per hour from 0',
  ],
  [
    'a client in a rollout that nobody knows',
    { kind: 'rollout', rollout: { clients: ['acme', 'nobody'] } },
    404,
    'client "nobody" is not known',
  ],
  ['a client that cannot be', { kind: 'rollout', rollout: { clients: [''] } }, 404, 'client "" is not known'],
  [
    'a mode that there is not',
    { kind: 'enforcement', enforcement: 'on' },
    400,
    'enforcement is "on", expected off, observe or enforce',
  ],
  [
    'a mode for a client that nobody knows',
    { kind: 'enforcement', clientId: 'nobody', enforcement: 'off' },
    404,
    'client "nobody" is not known',
  ],
  ['a pause without a reason', { kind: 'pause', reason: '' }, 400, 'a reason of 1 to 500 characters'],
  ['the end of no pause', { kind: 'resume' }, 409, 'the cleanup is not paused'],
])('%s is refused, and the previous setting stays', async (_, asked, status, message) => {
  const world = await begin();
  world.control.set({ rollout: { clients: ['acme'], percent: 7 }, budgets: { archive: 9 } });
  const before = world.control.item;
  const refused: unknown = await change(world, asked).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BadInputError);
  expect(refused).toMatchObject({ status, message: expect.stringContaining(message) });
  expect(world.control.item).toEqual(before);
  expect(world.history.entries).toEqual([]);
});

test('of two operators at the same moment both get what they asked for', async () => {
  const world = await begin();
  const invocation = world
    .invocation()
    .before('control.change', () => world.control.set({ budgets: { terminate: 1 } }));
  await changeControl({ kind: 'pause', reason: 'a look' }, 'ops', invocation.ports);
  expect(world.control.item).toMatchObject({ budgets: { terminate: 1 }, pause: { reason: 'a look' } });
});

test('an item that is not understood is not written over', async () => {
  const world = await begin();
  world.control.item = { enforcement: 'sometimes' };
  await expect(change(world, { kind: 'pause', reason: 'a look' })).rejects.toMatchObject({ status: 409 });
  expect(world.control.item).toEqual({ enforcement: 'sometimes' });
});
