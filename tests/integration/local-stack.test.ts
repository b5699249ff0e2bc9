import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { DescribeAccessPointsCommand } from '@aws-sdk/client-efs';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { useDataFolder } from '../support/data-folder.ts';
import {
  bill,
  post,
  putRow,
  rowOf,
  scheduleNames,
  setAttribute,
  startTestStack,
  type TestStack,
} from '../support/local-stack.ts';

jest.setTimeout(180_000);

const DAY = 86_400;
const folder = useDataFolder();
let stack: TestStack;
afterEach(() => stack.stop());

const ada = { clientId: 'acme', userId: 'ada' };
const okRow = (lastActivity: number) => ({
  ...ada,
  subscriptionStatus: 'active',
  subscriptionTier: 'free',
  containerStatus: 'active',
  lastActivity,
});

// The first wake-up is the one for the notice, a day before the deadline.
test('a write becomes one schedule at the exact second, a thousand heartbeats none, a suspension an earlier one', async () => {
  stack = await startTestStack(folder(), { speed: 1 });
  stack.run();
  const lastActivity = Math.floor(stack.clock.now()) - 2_000;

  await putRow(stack, okRow(lastActivity));
  await stack.inFlight.settled();
  expect((await scheduleNames(stack)).map(timeOf)).toEqual([lastActivity + 6 * DAY + 1]);

  // Ten at a time: one after the other they would take most of the test's time.
  for (let beat = 10; beat < 1_000; beat += 10) {
    const ten = Array.from({ length: 10 }, (_, index) => lastActivity + beat - index);
    await Promise.all(ten.map((at) => setAttribute(stack, ada, 'lastActivity', at)));
  }
  await setAttribute(stack, ada, 'lastActivity', lastActivity + 1_000);
  await stack.inFlight.settled();
  expect(await scheduleNames(stack)).toHaveLength(1);

  await setAttribute(stack, ada, 'subscriptionStatus', 'suspended');
  await stack.inFlight.settled();
  expect((await scheduleNames(stack)).map(timeOf)).toEqual([
    lastActivity + 1_000 + 2 * DAY + 1,
    lastActivity + 6 * DAY + 1,
  ]);
});

test('when due, the task is stopped, the access point gone, the row archived, and nobody else is touched', async () => {
  stack = await startTestStack(folder());
  const bo = { clientId: 'globex', userId: 'bo' };
  for (const { clientId } of [ada, bo])
    expect(await bill(stack, clientId, 'active')).toMatchObject({ status: 200 });
  const [created, other] = [
    await post(stack, '/workspaces', { ...ada, start: true }),
    await post(stack, '/workspaces', { ...bo, start: true }),
  ];
  expect([created.status, other.status]).toEqual([201, 201]);
  const before = await rowOf(stack, bo);
  await bill(stack, ada.clientId, 'suspended');
  const due = stack.clock.now() + 3 * DAY + 1;
  await stack.advanceTo(due - 1);
  expect(await rowOf(stack, ada)).toMatchObject({ lifecycle: 'active' });
  await stack.advanceTo(due);

  const row = await rowOf(stack, ada);
  expect(row).toMatchObject({ lifecycle: 'archived' });
  expect(row).not.toHaveProperty('claim');
  expect(row).not.toHaveProperty('efsAccessPoint');
  expect(await taskStates(created.body.task)).toEqual(['STOPPED']);
  expect(await taskArnsOf('acme/ada')).toEqual([]);
  expect(await accessPointPaths()).toEqual(['/workspace/globex/bo']);
  expect(existsSync(home('container.log'))).toBe(true);
  // The other client's workspace is as it was, but for its own timer.
  expect(await rowOf(stack, bo)).toEqual({
    ...before,
    armedFor: expect.anything(),
    armedDay: expect.anything(),
  });
  expect(await taskStates(other.body.task)).toEqual(['RUNNING']);
});

test('a workspace whose deadline has long passed when it is first seen is cleaned a minute later, not never', async () => {
  stack = await startTestStack(folder());
  const written = stack.clock.now();
  await putRow(stack, okRow(written - 400 * DAY));
  await stack.advanceTo(written + 59);
  expect((await scheduleNames(stack)).map(timeOf)).toEqual([written + 60]);
  expect(await rowOf(stack, ada)).not.toHaveProperty('lifecycle');
  await stack.advanceTo(written + 60);
  expect(await rowOf(stack, ada)).toMatchObject({ lifecycle: 'archived' });
});

test('a client who pays again gets the workspace back, with its files', async () => {
  stack = await startTestStack(folder());
  await bill(stack, ada.clientId, 'active');
  await post(stack, '/workspaces', { ...ada, start: true });
  await bill(stack, ada.clientId, 'suspended');
  await stack.advanceTo(stack.clock.now() + 4 * DAY);
  expect(await rowOf(stack, ada)).toMatchObject({ lifecycle: 'archived' });
  expect(await accessPointPaths()).toEqual([]);
  const before = readFileSync(home('container.log'));
  await bill(stack, ada.clientId, 'active');
  await stack.advanceTo(stack.clock.now() + 60);
  expect(await rowOf(stack, ada)).toMatchObject({
    lifecycle: 'active',
    efsAccessPoint: expect.stringMatching(/^fsap-/),
  });
  expect(await accessPointPaths()).toEqual(['/workspace/acme/ada']);
  expect(readFileSync(home('container.log'))).toEqual(before);
});

test('delivered twice, every wake-up still leads to one transition, and the files of a terminated workspace are gone', async () => {
  stack = await startTestStack(folder(), { deliveries: 2 });
  await bill(stack, ada.clientId, 'cancelled');
  expect(await post(stack, '/workspaces', { ...ada, start: true })).toMatchObject({ status: 201 });
  await stack.inFlight.settled();
  expect(existsSync(home('container.log'))).toBe(true);
  await stack.advanceTo(stack.clock.now() + 8 * DAY);
  expect(await rowOf(stack, ada)).toMatchObject({ lifecycle: 'terminated' });
  expect(stack.said.filter((line) => line.startsWith('workspace terminated'))).toHaveLength(1);
  expect(existsSync(home(''))).toBe(false);
});

test('with another AWS_REGION everything that has an ARN of ours is still in one Region and one account', async () => {
  const environment = { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' };
  stack = await startTestStack(folder(), { speed: 1, environment });
  stack.run();
  await bill(stack, ada.clientId, 'active');
  const { body } = await post(stack, '/workspaces', { ...ada, start: true });
  await stack.inFlight.settled();
  const [Name] = await scheduleNames(stack);
  const GroupName = stack.configuration.schedules.group;
  const { Arn, Target } = await stack.clients.scheduler.send(new GetScheduleCommand({ Name, GroupName }));
  const places = [body.task, Arn, Target?.Arn];
  expect(places.map((arn) => /^arn:aws:\w+:([^:]*:[^:]*):/.exec(String(arn))?.[1])).toEqual(
    places.map(() => 'us-east-1:000000000000'),
  );
});

test('bad rows are counted and left alone; their neighbours are served', async () => {
  stack = await startTestStack(folder(), { speed: 1 });
  stack.run();
  const now = Math.floor(stack.clock.now());
  const bad = [
    { ...okRow(now * 1_000), userId: 'milliseconds' },
    { ...okRow(-5), userId: 'negative' },
    { ...okRow(now + 3_600), userId: 'future' },
    { ...okRow(now), userId: 'null', subscriptionTier: null },
    { ...okRow(now), userId: 'enum', subscriptionStatus: 'canceled' },
    { ...okRow(now), userId: '..' },
    { ...okRow(now), userId: 'a/b' },
    { ...okRow(now), userId: 'a\u0007b' },
    { clientId: 'acme', userId: 'missing' },
  ];
  for (const row of bad) await putRow(stack, row);
  await putRow(stack, okRow(now));
  await stack.inFlight.settled();
  expect(await scheduleNames(stack)).toHaveLength(1);
  expect(stack.said.filter((line) => line.startsWith('row is invalid'))).toHaveLength(bad.length);
});

/** A file in ada's home, whether it can be reached or not. */
function home(name: string): string {
  return join(stack.filesRoot, 'acme/ada', name);
}

function timeOf(scheduleName: string): number {
  return Number(scheduleName.split('-')[0]);
}

async function taskStates(task: unknown): Promise<unknown[]> {
  const cluster = stack.configuration.cluster;
  const { tasks = [] } = await stack.clients.ecs.send(
    new DescribeTasksCommand({ cluster, tasks: [String(task)] }),
  );
  return tasks.map(({ lastStatus }) => lastStatus);
}

/** Of the tasks that run, or are to, for a workspace. */
async function taskArnsOf(startedBy: string): Promise<string[]> {
  const { cluster } = stack.configuration;
  const { taskArns = [] } = await stack.clients.ecs.send(new ListTasksCommand({ cluster, startedBy }));
  return taskArns;
}

async function accessPointPaths(): Promise<unknown[]> {
  const { AccessPoints = [] } = await stack.clients.efs.send(new DescribeAccessPointsCommand({}));
  return AccessPoints.map(({ RootDirectory }) => RootDirectory?.Path);
}
