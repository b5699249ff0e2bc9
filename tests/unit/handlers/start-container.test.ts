import { BadInputError, RetryableError } from '../../../src/core/errors.ts';
import { startContainer } from '../../../src/handlers/start-container.ts';
import type { Invocation } from '../../support/memory/invocation.ts';
import { NOW, OK_KEY } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

function worldWith(change: Item = {}): MemoryWorld {
  const world = new MemoryWorld();
  world.addWorkspace(change);
  return world;
}

function start(world: MemoryWorld, prepare?: (invocation: Invocation) => void): Promise<string> {
  const invocation = world.invocation();
  prepare?.(invocation);
  const [efsAccessPoint = ''] = world.accessPoints.of(OK_KEY);
  return startContainer(
    OK_KEY,
    { efsAccessPoint, environment: { A: '1' }, token: 'a-token' },
    invocation.ports,
  );
}

const rowOf = (world: MemoryWorld): Item => world.rows.get(OK_KEY) ?? {};

test('starts one, names it in the row, and notes the use', async () => {
  const world = worldWith({ lastActivity: NOW - 100 });
  const task = await start(world);
  expect(world.tasks.running(OK_KEY)).toEqual([task]);
  expect(world.tasks.environmentOf(task)).toEqual({ A: '1', WORKSPACE_TOKEN: 'a-token' });
  expect(rowOf(world)).toMatchObject({ taskArn: task, lastActivity: NOW });
});

test('once more: the same one', async () => {
  const world = worldWith();
  expect(await start(world)).toBe(await start(world));
  expect(world.tasks.running(OK_KEY)).toHaveLength(1);
});

test('one that ECS does not list yet, but the row names: the same one', async () => {
  const world = worldWith();
  const task = world.tasks.run(OK_KEY, 1, { listed: false });
  world.change(OK_KEY, { taskArn: task });
  expect(await start(world)).toBe(task);
});

test('two at once, before either sees the other: one container', async () => {
  const world = worldWith();
  let other = '';
  const task = await start(world, (invocation) =>
    invocation.before('tasks.start', async () => {
      other = await start(world);
    }),
  );
  expect(task).toBe(other);
  expect(world.tasks.running(OK_KEY)).toEqual([task]);
});

test('the one before has ended: another one', async () => {
  const world = worldWith();
  const first = await start(world);
  world.tasks.end(first);
  const second = await start(world);
  expect(second).not.toBe(first);
  expect(rowOf(world).taskArn).toBe(second);
});

test('it ended before its start was noted: the one after it is started', async () => {
  const world = worldWith();
  const dying = start(world, (invocation) => {
    invocation.before('workspaces.nameTask', () => {
      for (const task of world.tasks.running(OK_KEY)) world.tasks.end(task);
      throw new Error('the process is gone');
    });
  });
  await expect(dying).rejects.toThrow('the process is gone');
  const task = await start(world);
  expect(world.tasks.running(OK_KEY)).toEqual([task]);
  expect(rowOf(world).taskArn).toBe(task);
});

test('containers that end as soon as they start are given up for now', async () => {
  const world = worldWith();
  const failing = start(world, (invocation) => {
    const { start: startTask } = world.tasks;
    world.tasks.start = async (...args) => {
      const { taskArn } = await startTask.apply(world.tasks, args);
      world.tasks.end(taskArn);
      return { taskArn, stopped: true };
    };
    return invocation;
  });
  await expect(failing).rejects.toThrow(RetryableError);
  await expect(failing).rejects.toThrow(
    '5 containers of workspace acme/ada ended as soon as they were started',
  );
});

test('one that is still stopping: not a second beside it, but when to try again', async () => {
  const world = worldWith();
  const task = world.tasks.run(OK_KEY, Number.POSITIVE_INFINITY);
  await world.tasks.requestStop(task, 'the user');
  const refused = await start(world).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BadInputError);
  expect(refused).toMatchObject({ status: 423, details: { retryAfterSeconds: 15 } });
  expect(world.tasks.running(OK_KEY)).toEqual([task]);
});

test('the row names nonsense: it is replaced', async () => {
  const world = worldWith({ taskArn: { not: 'an ARN' } });
  const task = await start(world);
  expect(rowOf(world).taskArn).toBe(task);
});

test("the row names another workspace's task: that one is left alone", async () => {
  const bob = { clientId: 'acme', userId: 'bob' };
  const world = worldWith();
  const bobs = world.tasks.run(bob);
  world.change(OK_KEY, { taskArn: bobs });
  const task = await start(world);
  expect(task).not.toBe(bobs);
  expect(world.tasks.running(bob)).toEqual([bobs]);
  expect(rowOf(world).taskArn).toBe(task);
});

test.each(['archiving', 'archived', 'terminated'])(
  'a workspace that is %s is not started',
  async (lifecycle) => {
    const world = worldWith({ lifecycle });
    await expect(start(world)).rejects.toThrow(`is ${lifecycle} now, its container is not started`);
    expect(world.deeds.names()).toEqual([]);
  },
);

test('a row that is gone is not started', async () => {
  const world = worldWith();
  world.rows.delete(OK_KEY);
  await expect(start(world)).rejects.toThrow('is gone now');
  expect(world.rows.get(OK_KEY)).toBeUndefined();
});

describe('while it starts', () => {
  test.each([
    ['the workspace is claimed', { lifecycle: 'archiving' }, BadInputError],
    ['it gets another access point', { efsAccessPoint: 'fsap-00000000000000bad' }, RetryableError],
    ['another task is named', { taskArn: 'another' }, RetryableError],
  ])('%s: the new container is stopped again', async (_, change, expected) => {
    const world = worldWith();
    const failing = start(world, (invocation) =>
      invocation.before('workspaces.nameTask', () => world.change(OK_KEY, change)),
    );
    await expect(failing).rejects.toThrow(expected);
    expect(world.deeds.names()).toEqual(['task-started', 'stop-requested']);
  });
});
