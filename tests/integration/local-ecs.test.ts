import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ClientException,
  ClusterNotFoundException,
  CreateClusterCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  InvalidParameterException,
  ListClustersCommand,
  ListTagsForResourceCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  type ListTasksCommandInput,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  TagResourceCommand,
} from '@aws-sdk/client-ecs';
import { CreateAccessPointCommand, DeleteAccessPointCommand } from '@aws-sdk/client-efs';
import { EcsTasks } from '../../src/aws/ecs-tasks.ts';
import type { Configuration } from '../../src/core/configuration.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { FILE_SYSTEM, type LocalServices, NOON, startLocalServices } from '../support/local-services.ts';

let local: LocalServices;

// Hooks run in the order in which they stand: a container that is just starting needs its folder.
afterEach(() => local.inFlight.settled());
const folder = useDataFolder();

beforeEach(async () => {
  local = await startLocalServices({ dataDirectory: folder() });
  await local.clients.ecs.send(new CreateClusterCommand({ clusterName: 'workspaces' }));
});
afterEach(() => local.close());

const cluster = 'workspaces';
const okDefinition: RegisterTaskDefinitionCommandInput = {
  family: 'workspace',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  containerDefinitions: [{ name: 'ide', image: 'ide:1', environment: [{ name: 'A', value: 'definition' }] }],
};
const okRun: RunTaskCommandInput = {
  cluster,
  taskDefinition: 'workspace',
  launchType: 'FARGATE',
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
};

const register = (changes: Partial<RegisterTaskDefinitionCommandInput> = {}) =>
  local.clients.ecs.send(new RegisterTaskDefinitionCommand({ ...okDefinition, ...changes }));

async function run(changes: Partial<RunTaskCommandInput> = {}): Promise<string> {
  const { tasks } = await local.clients.ecs.send(new RunTaskCommand({ ...okRun, ...changes }));
  return tasks?.[0]?.taskArn ?? '';
}

async function describeTask(task: string) {
  const { tasks } = await local.clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }));
  return tasks?.[0];
}

const stop = (task: string) => local.clients.ecs.send(new StopTaskCommand({ cluster, task, reason: 'idle' }));

async function list(filter: Partial<ListTasksCommandInput> = {}): Promise<string[] | undefined> {
  const { taskArns } = await local.clients.ecs.send(new ListTasksCommand({ cluster, ...filter }));
  return taskArns;
}

/** A definition whose container has a new access point for its home; gives the access point's id. */
async function registerWithHome(stopTimeout?: number): Promise<string> {
  const { AccessPointId = '' } = await local.clients.efs.send(
    new CreateAccessPointCommand({
      ClientToken: 'home',
      FileSystemId: FILE_SYSTEM,
      RootDirectory: {
        Path: '/acme/alice',
        CreationInfo: { OwnerUid: 1000, OwnerGid: 1000, Permissions: '0750' },
      },
    }),
  );
  await register({
    containerDefinitions: [{ name: 'ide', image: 'ide:1', stopTimeout }],
    volumes: [
      {
        name: 'home',
        efsVolumeConfiguration: {
          fileSystemId: FILE_SYSTEM,
          transitEncryption: 'ENABLED',
          authorizationConfig: { accessPointId: AccessPointId, iam: 'ENABLED' },
        },
      },
    ],
  });
  return AccessPointId;
}

const homeLog = () =>
  readFileSync(join(folder(), 'efs', FILE_SYSTEM, 'acme', 'alice', 'container.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[1]);

test('a task goes from PROVISIONING to RUNNING to STOPPED, and says why', async () => {
  await register();
  const answer = await local.clients.ecs.send(new RunTaskCommand({ ...okRun, startedBy: 'acme/alice' }));
  expect(answer.tasks?.[0]).toMatchObject({
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    startedBy: 'acme/alice',
    group: 'family:workspace',
    launchType: 'FARGATE',
    taskDefinitionArn: 'arn:aws:ecs:us-east-1:000000000000:task-definition/workspace:1',
    createdAt: new Date(NOON * 1000),
  });
  const arn = answer.tasks?.[0]?.taskArn ?? '';
  await local.inFlight.settled();
  expect(await describeTask(arn)).toMatchObject({
    lastStatus: 'RUNNING',
    containers: [{ lastStatus: 'RUNNING' }],
  });

  const stopping = await stop(arn);
  expect(stopping.task).toMatchObject({ desiredStatus: 'STOPPED', lastStatus: 'STOPPING' });
  await local.inFlight.settled();
  expect(await describeTask(arn)).toMatchObject({
    lastStatus: 'STOPPED',
    stopCode: 'UserInitiated',
    stoppedReason: 'idle',
    containers: [{ exitCode: 0 }],
  });
  expect((await stop(arn)).task?.stoppedReason).toBe('idle');
});

test('the access point is the home: created at the first mount, kept after task and access point are gone', async () => {
  const id = await registerWithHome();
  const arn = await run();
  await local.inFlight.settled();
  expect(homeLog()).toEqual(['started']);

  await local.clients.efs.send(new DeleteAccessPointCommand({ AccessPointId: id }));
  expect((await describeTask(arn))?.lastStatus).toBe('RUNNING');
  await stop(arn);
  await local.inFlight.settled();
  expect(homeLog()).toEqual(['started', 'SIGTERM']);

  const late = await run();
  await local.inFlight.settled();
  expect(await describeTask(late)).toMatchObject({
    lastStatus: 'STOPPED',
    stopCode: 'TaskFailedToStart',
    stoppedReason: `ResourceInitializationError: Failed to resolve access point ${id} on file system ${FILE_SYSTEM}`,
  });
});

test('a container that ignores SIGTERM is killed after its stop timeout', async () => {
  await registerWithHome(1);
  const environment = [{ name: 'IGNORE_SIGTERM', value: '1' }];
  const arn = await run({ overrides: { containerOverrides: [{ name: 'ide', environment }] } });
  await local.inFlight.settled();
  await stop(arn);
  await local.inFlight.settled();
  expect(homeLog()).toEqual(['started', 'SIGTERM']);
  expect(await describeTask(arn)).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 137 }] });
});

test('a task may be stopped while it is being started', async () => {
  await register();
  const arn = await run();
  await stop(arn);
  await local.inFlight.settled();
  expect(await describeTask(arn)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated' });
});

test('nothing in a task’s environment reaches the start of its process', async () => {
  const environment = [{ name: 'NODE_OPTIONS', value: '--import=/no/such/module.mjs' }];
  await register({ containerDefinitions: [{ name: 'ide', image: 'ide:1', environment }] });
  const arn = await run();
  await local.inFlight.settled();
  expect((await describeTask(arn))?.lastStatus).toBe('RUNNING');
});

test('stopped tasks leave the default list at once, and can be described for an hour', async () => {
  await register();
  const arn = await run();
  expect(await list()).toEqual([arn]);
  await stop(arn);
  expect(await list()).toEqual([]);
  expect(await list({ desiredStatus: 'STOPPED' })).toEqual([arn]);
  await local.inFlight.settled();
  local.clock.moveTo(NOON + 3599);
  expect((await describeTask(arn))?.lastStatus).toBe('STOPPED');
  local.clock.moveTo(NOON + 3600);
  const { tasks, failures } = await local.clients.ecs.send(
    new DescribeTasksCommand({ cluster, tasks: [arn] }),
  );
  expect(tasks).toEqual([]);
  expect(failures).toEqual([{ arn, reason: 'MISSING' }]);
});

test('tasks are listed by starter, by family and page by page', async () => {
  await register();
  await register({ family: 'other' });
  const alice = await run({ startedBy: 'alice' });
  const others = [await run({ taskDefinition: 'other' }), await run({ taskDefinition: 'other:1' })].sort();
  expect(await list({ startedBy: 'alice' })).toEqual([alice]);
  expect(await list({ startedBy: 'bob' })).toEqual([]);
  expect(await list({ family: 'other' })).toEqual(others);
  const first = await local.clients.ecs.send(
    new ListTasksCommand({ cluster, family: 'other', maxResults: 1 }),
  );
  expect(first.taskArns).toEqual(others.slice(0, 1));
  expect(await list({ family: 'other', nextToken: first.nextToken })).toEqual(others.slice(1));
  await expect(list({ startedBy: 'alice', family: 'workspace' })).rejects.toThrow(InvalidParameterException);
  await expect(list({ nextToken: 'made up' })).rejects.toThrow(InvalidParameterException);
});

test('the same RunTask request sent twice starts one task', async () => {
  await register();
  const first = await run({ clientToken: 'once' });
  expect(await run({ clientToken: 'once' })).toBe(first);
  await expect(run({ clientToken: 'once', startedBy: 'bob' })).rejects.toThrow(
    'was used for another request',
  );
});

test('the same request finds its task also when that has stopped, for as long as ECS knows it', async () => {
  await register();
  const first = await run({ clientToken: 'once' });
  await stop(first);
  await local.inFlight.settled();
  await local.clients.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'workspace:1' }));
  local.clock.moveTo(NOON + 3599);
  expect(await run({ clientToken: 'once' })).toBe(first);
  await register();
  local.clock.moveTo(NOON + 3600);
  expect(await run({ clientToken: 'once' })).not.toBe(first);
});

test.each([
  ['another Region', 'arn:aws:ecs:eu-west-1:000000000000:task/workspaces/', 'Identifier is for eu-west-1'],
  [
    'another account',
    'arn:aws:ecs:us-east-1:123456789012:task/workspaces/',
    'Identifier is for 123456789012',
  ],
  ['another cluster', 'arn:aws:ecs:us-east-1:000000000000:task/others/', 'Identifier is for task/others'],
  ['another kind', 'arn:aws:ecs:us-east-1:000000000000:service/workspaces/', 'Identifier is for service'],
])('a task of %s fails the whole call', async (_, prefix, message) => {
  await register();
  const tasks = [await run(), `${prefix}${'0'.repeat(32)}`];
  const describing = local.clients.ecs.send(new DescribeTasksCommand({ cluster, tasks }));
  await expect(describing).rejects.toThrow(InvalidParameterException);
  await expect(describing).rejects.toThrow(message);
  await expect(stop(`${prefix}${'0'.repeat(32)}`)).rejects.toThrow(message);
});

describe('the production adapter', () => {
  const key = { clientId: 'acme', userId: 'alice' };
  const launch = {
    efsAccessPoint: 'fsap-1',
    environment: { USER_ID: 'alice' },
    token: 'a-token',
    after: undefined,
  };
  const tasksOf = () =>
    new EcsTasks(local.clients.ecs, {
      cluster,
      region: 'us-east-1',
      baseTaskDefinition: 'workspace',
      fileSystemId: FILE_SYSTEM,
      subnets: ['subnet-1'],
      securityGroups: [],
    } as unknown as Configuration);
  const registerBase = () =>
    register({
      containerDefinitions: [
        { name: 'ide', image: 'ide:1', mountPoints: [{ sourceVolume: 'home', containerPath: '/home' }] },
      ],
      volumes: [{ name: 'home', efsVolumeConfiguration: { fileSystemId: FILE_SYSTEM } }],
    });
  const revisions = async (status: 'ACTIVE' | 'INACTIVE') => {
    const familyPrefix = 'workspace-acme__alice';
    const listing = new ListTaskDefinitionsCommand({ familyPrefix, status });
    const { taskDefinitionArns = [] } = await local.clients.ecs.send(listing);
    return taskDefinitionArns.map((arn) => arn.slice(arn.lastIndexOf(':') + 1));
  };
  const mountable = async (clientToken: string) => {
    const { AccessPointId = '' } = await local.clients.efs.send(
      new CreateAccessPointCommand({ ClientToken: clientToken, FileSystemId: FILE_SYSTEM }),
    );
    return { ...launch, efsAccessPoint: AccessPointId };
  };

  test('starts one task however often it is asked, also from another revision, and the next one after it', async () => {
    await registerBase();
    const tasks = tasksOf();
    const [first, another] = [await mountable('a'), await mountable('b')];
    const { taskArn } = await tasks.start(key, first);
    await local.inFlight.settled();
    expect(await tasks.start(key, first)).toEqual({ taskArn, stopped: false });
    expect(await revisions('ACTIVE')).toEqual(['1']);
    expect(await tasks.start(key, another)).toEqual({ taskArn, stopped: false });
    expect([await revisions('INACTIVE'), await revisions('ACTIVE')]).toEqual([['1'], ['2']]);
    await tasks.requestStop(taskArn, 'idle');
    await local.inFlight.settled();
    expect(await tasks.start(key, another)).toEqual({ taskArn, stopped: true });
    const next = await tasks.start(key, { ...another, after: taskArn });
    expect(next).toEqual({ taskArn: expect.not.stringMatching(taskArn), stopped: false });
    await local.inFlight.settled();
    expect((await tasks.unstopped(key, next.taskArn)).tasks).toEqual([next.taskArn]);
  });

  test.each([
    ['another account', 'arn:aws:ecs:us-east-1:123456789012:task/workspaces/'],
    ['another Region', 'arn:aws:ecs:eu-west-1:000000000000:task/workspaces/'],
    ['another cluster', 'arn:aws:ecs:us-east-1:000000000000:task/others/'],
    ['nobody', 'arn:aws:ecs:us-east-1:000000000000:task/workspaces/'],
  ])('a report of a task of %s hides none', async (_, prefix) => {
    await register();
    const taskArn = await run({ startedBy: 'acme/alice' });
    expect(await tasksOf().unstopped(key, `${prefix}${'0'.repeat(32)}`)).toEqual({
      tasks: [taskArn],
      stopping: [],
      foreign: undefined,
    });
  });

  test('a task that is forgotten needs no stopping', async () => {
    await tasksOf().requestStop(
      `arn:aws:ecs:us-east-1:000000000000:task/workspaces/${'0'.repeat(32)}`,
      'idle',
    );
  });
});

test('requests that ECS refuses are refused', async () => {
  await register();
  const environment = [{ name: 'A', value: 'b' }];
  await expect(run({ cluster: 'missing' })).rejects.toThrow(ClusterNotFoundException);
  await expect(run({ startedBy: 'a#b' })).rejects.toThrow(InvalidParameterException);
  await expect(run({ startedBy: 'a'.repeat(129) })).rejects.toThrow(InvalidParameterException);
  await expect(run({ count: 11 })).rejects.toThrow(InvalidParameterException);
  await expect(run({ taskDefinition: 'missing' })).rejects.toThrow(ClientException);
  await expect(run({ networkConfiguration: undefined })).rejects.toThrow(
    'Network Configuration must be provided',
  );
  await expect(
    run({ overrides: { containerOverrides: [{ name: 'missing', environment }] } }),
  ).rejects.toThrow('Override for container named missing');
  await expect(stop('0'.repeat(32))).rejects.toThrow('The referenced task was not found.');
  await expect(register({ family: 'not a name' })).rejects.toThrow(ClientException);
});

test('task definitions have revisions, and an inactive one cannot be run', async () => {
  await register({ tags: [{ key: 'owner', value: 'alice' }] });
  await register();
  const { ecs } = local.clients;
  const latest = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'workspace' }));
  expect(latest.taskDefinition).toMatchObject({
    revision: 2,
    status: 'ACTIVE',
    compatibilities: ['EC2', 'FARGATE'],
  });
  await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'workspace:2' }));
  await expect(run({ taskDefinition: 'workspace:2' })).rejects.toThrow('TaskDefinition is inactive');
  const { taskDefinitionArns } = await ecs.send(
    new ListTaskDefinitionsCommand({ familyPrefix: 'workspace' }),
  );
  expect(taskDefinitionArns).toEqual(['arn:aws:ecs:us-east-1:000000000000:task-definition/workspace:1']);
  const { families } = await ecs.send(new ListTaskDefinitionFamiliesCommand({ status: 'ACTIVE' }));
  expect(families).toEqual(['workspace']);
  await register();
  const third = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'workspace' }));
  expect(third.taskDefinition?.revision).toBe(3);
  const first = new DescribeTaskDefinitionCommand({ taskDefinition: 'workspace:1', include: ['TAGS'] });
  expect((await ecs.send(first)).tags).toEqual([{ key: 'owner', value: 'alice' }]);
});

test('clusters count their tasks, and everything can be tagged', async () => {
  await register();
  const arn = await run({ tags: [{ key: 'a', value: '1' }] });
  await local.inFlight.settled();
  const { ecs } = local.clients;
  const { clusters, failures } = await ecs.send(
    new DescribeClustersCommand({ clusters: [cluster, 'missing'] }),
  );
  expect(clusters).toMatchObject([{ status: 'ACTIVE', runningTasksCount: 1, pendingTasksCount: 0 }]);
  expect(failures).toMatchObject([{ reason: 'MISSING' }]);
  expect((await ecs.send(new ListClustersCommand({}))).clusterArns).toEqual([clusters?.[0]?.clusterArn]);
  await ecs.send(new TagResourceCommand({ resourceArn: arn, tags: [{ key: 'b', value: '2' }] }));
  const { tags } = await ecs.send(new ListTagsForResourceCommand({ resourceArn: arn }));
  expect(tags).toEqual([
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ]);
});

test('after the stack went away, its tasks are stopped and everything else is still there', async () => {
  await register();
  const arn = await run();
  await local.inFlight.settled();
  // A second set of services on the same files is what a restart after kill -9 sees.
  const restarted = await startLocalServices({ dataDirectory: folder() });
  const { tasks } = await restarted.clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }));
  expect(tasks?.[0]).toMatchObject({
    lastStatus: 'STOPPED',
    stoppedReason: expect.stringContaining('went away'),
  });
  const families = await restarted.clients.ecs.send(new ListTaskDefinitionFamiliesCommand({}));
  expect(families.families).toEqual(['workspace']);
  await restarted.close();
});

test('closing ends every container', async () => {
  await registerWithHome();
  await run();
  await local.inFlight.settled();
  await local.ecs.close();
  expect(homeLog()).toEqual(['started', 'SIGTERM']);
  expect(local.ecs.tasks()).toMatchObject([
    { lastStatus: 'STOPPED', stoppedReason: 'The local stack was stopped' },
  ]);
  local.ecs.close = async () => {};
});
