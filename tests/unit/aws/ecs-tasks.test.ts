import type { ECSClient } from '@aws-sdk/client-ecs';
import { EcsTasks, familyOf } from '../../../src/aws/ecs-tasks.ts';
import type { Configuration } from '../../../src/core/configuration.ts';
import { BadInputError, RetryableError } from '../../../src/core/errors.ts';
import { OK_KEY } from '../../support/memory/ok-values.ts';
import { type Answers, stubClient } from './stub-client.ts';

const okConfiguration = {
  cluster: 'workspaces',
  baseTaskDefinition: 'workspace:7' as string | undefined,
  fileSystemId: 'fs-0123456789abcdef0',
  subnets: ['subnet-1', 'subnet-2'],
  securityGroups: ['sg-1'],
};
const okBase = {
  family: 'workspace',
  taskDefinitionArn: 'arn:base',
  revision: 7,
  status: 'ACTIVE',
  registeredBy: 'somebody',
  taskRoleArn: 'arn:role',
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
  containerDefinitions: [
    {
      name: 'main',
      environment: [
        { name: 'USER_ID', value: 'nobody' },
        { name: 'LANG', value: 'C' },
      ],
    },
    { name: 'sidecar' },
  ],
  volumes: [
    {
      name: 'home',
      efsVolumeConfiguration: { fileSystemId: 'fs-0123456789abcdef0', rootDirectory: '/everybody' },
    },
    { name: 'shared', efsVolumeConfiguration: { fileSystemId: 'fs-ffffffff' } },
    { name: 'scratch' },
  ],
};

function tasksWith(answers: Answers, change: Partial<typeof okConfiguration> = {}) {
  const { client, sent } = stubClient<ECSClient>(answers);
  const configuration = { ...okConfiguration, ...change } as Configuration;
  return { tasks: new EcsTasks(client, configuration), sent };
}

describe('unstopped', () => {
  /** ECS with these tasks: ARN → last status. Those that were asked to stop are listed only by family. */
  const ecs = (
    statuses: Record<string, string>,
    listed: { startedBy: string[]; family: string[] },
  ): Answers => ({
    ListTasks: ({ startedBy, nextToken = '0' }) => {
      const arns = startedBy ? listed.startedBy : listed.family;
      const start = Number(nextToken);
      const more = start + 100 < arns.length && { nextToken: String(start + 100) };
      return { taskArns: arns.slice(start, start + 100), ...more };
    },
    DescribeTasks: ({ tasks }) => ({
      tasks: tasks
        .filter((taskArn: string) => statuses[taskArn])
        .map((taskArn: string) => ({ taskArn, lastStatus: statuses[taskArn] })),
      failures: [],
    }),
  });

  test('those that run and those that are stopping; not those that have stopped', async () => {
    const statuses = { run: 'RUNNING', stopping: 'STOPPING', stopped: 'STOPPED' };
    const listed = { startedBy: ['run'], family: ['stopping', 'stopped'] };
    const { tasks, sent } = tasksWith(ecs(statuses, listed));
    expect((await tasks.unstopped(OK_KEY)).sort()).toEqual(['run', 'stopping']);
    expect(sent.filter(({ name }) => name === 'ListTasks').map(({ input }) => input)).toEqual([
      { cluster: 'workspaces', startedBy: 'acme/ada' },
      { cluster: 'workspaces', family: 'workspace-acme__ada', desiredStatus: 'STOPPED' },
    ]);
  });

  test('a task that ECS has forgotten has stopped', async () => {
    const { tasks, sent } = tasksWith(ecs({ known: 'DEACTIVATING' }, { startedBy: [], family: [] }));
    expect(await tasks.unstoppedOf(['forgotten', 'known'])).toEqual(['known']);
    expect(sent.map(({ name }) => name)).toEqual(['DescribeTasks']);
  });

  test('nothing is described where there is none', async () => {
    const { tasks, sent } = tasksWith(ecs({}, { startedBy: [], family: [] }));
    expect(await tasks.unstopped(OK_KEY)).toEqual([]);
    expect(sent.map(({ name }) => name)).toEqual(['ListTasks', 'ListTasks']);
  });

  test('over several pages, described a hundred at a time', async () => {
    const arns = Array.from({ length: 250 }, (_, index) => `task-${index}`);
    const statuses = Object.fromEntries(arns.map((arn) => [arn, 'RUNNING']));
    const { tasks, sent } = tasksWith(ecs(statuses, { startedBy: arns, family: [] }));
    expect(await tasks.unstopped(OK_KEY)).toEqual(arns);
    expect(sent.filter(({ name }) => name === 'ListTasks').map(({ input }) => input.nextToken)).toEqual([
      undefined,
      undefined,
      '100',
      '200',
    ]);
    const described = sent
      .filter(({ name }) => name === 'DescribeTasks')
      .map(({ input }) => input.tasks.length);
    expect(described).toEqual([100, 100, 50]);
  });
});

test('a reason is cut to what ECS takes', async () => {
  const { tasks, sent } = tasksWith({ StopTask: () => ({}) });
  await tasks.requestStop('arn:task', 'x'.repeat(300));
  expect(sent[0]?.input).toEqual({ cluster: 'workspaces', task: 'arn:task', reason: 'x'.repeat(255) });
});

describe('start', () => {
  const answers: Answers = {
    DescribeTaskDefinition: () => ({ taskDefinition: okBase }),
    RegisterTaskDefinition: () => ({ taskDefinition: { taskDefinitionArn: 'arn:own:1' } }),
    RunTask: () => ({ tasks: [{ taskArn: 'arn:task' }] }),
  };
  const start = async (change: Answers = {}, configuration: Partial<typeof okConfiguration> = {}) => {
    const { tasks, sent } = tasksWith({ ...answers, ...change }, configuration);
    const task = await tasks.start(OK_KEY, 'fsap-1', { USER_ID: 'ada', CLIENT_ID: 'acme' });
    return { task, input: (name: string) => sent.find((command) => command.name === name)?.input };
  };

  test('a task of the workspace’s own definition, findable by who it was started for', async () => {
    const { task, input } = await start();
    expect(task).toBe('arn:task');
    expect(input('DescribeTaskDefinition')).toEqual({ taskDefinition: 'workspace:7' });
    expect(input('RunTask')).toEqual({
      cluster: 'workspaces',
      taskDefinition: 'arn:own:1',
      launchType: 'FARGATE',
      startedBy: 'acme/ada',
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'] },
      },
    });
  });

  test('made from the base: its settings, not what ECS adds when it registers one', async () => {
    const { input } = await start();
    const { containerDefinitions, volumes, ...settings } = input('RegisterTaskDefinition');
    expect(settings).toEqual({
      family: 'workspace-acme__ada',
      requiresCompatibilities: ['FARGATE'],
      taskRoleArn: 'arn:role',
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
    });
    expect(containerDefinitions).toHaveLength(2);
    expect(volumes).toHaveLength(3);
  });

  test('the environment of every container says whose it is, and keeps the rest', async () => {
    const { input } = await start();
    const own = [
      { name: 'USER_ID', value: 'ada' },
      { name: 'CLIENT_ID', value: 'acme' },
    ];
    expect(input('RegisterTaskDefinition').containerDefinitions).toEqual([
      { name: 'main', environment: [{ name: 'LANG', value: 'C' }, ...own] },
      { name: 'sidecar', environment: own },
    ]);
  });

  test('volumes on our file system lead through the access point, the others stay as they are', async () => {
    const { input } = await start();
    const [, shared, scratch] = okBase.volumes;
    expect(input('RegisterTaskDefinition').volumes).toEqual([
      {
        name: 'home',
        efsVolumeConfiguration: {
          fileSystemId: okConfiguration.fileSystemId,
          transitEncryption: 'ENABLED',
          authorizationConfig: { accessPointId: 'fsap-1', iam: 'ENABLED' },
        },
      },
      shared,
      scratch,
    ]);
  });

  test('no capacity: to be tried again, with the reason of ECS', async () => {
    const starting = start({ RunTask: () => ({ tasks: [], failures: [{ reason: 'RESOURCE:FARGATE' }] }) });
    await expect(starting).rejects.toThrow(RetryableError);
    await expect(starting).rejects.toThrow('RESOURCE:FARGATE');
  });

  test('without a task definition nothing can be started', async () => {
    const { tasks } = tasksWith({}, { baseTaskDefinition: undefined });
    expect(tasks.canStart).toBe(false);
    await expect(tasks.start(OK_KEY, 'fsap-1', {})).rejects.toThrow(BadInputError);
    expect(tasksWith({}).tasks.canStart).toBe(true);
  });
});

test('families differ for every two workspaces, and are taken by ECS', () => {
  const keys = [
    { clientId: 'a_b', userId: 'c' },
    { clientId: 'a', userId: 'b_c' },
    { clientId: 'a', userId: 'b.c' },
    { clientId: 'a-b', userId: 'c' },
    { clientId: 'a_', userId: 'b' },
    { clientId: 'a', userId: '_b' },
  ];
  const families = keys.map(familyOf);
  expect(new Set(families).size).toBe(keys.length);
  for (const family of families) expect(family).toMatch(/^[A-Za-z0-9_-]{1,255}$/);
});
