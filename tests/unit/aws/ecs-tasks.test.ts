import {
  ClientException,
  ClusterNotFoundException,
  ConflictException,
  type ECSClient,
} from '@aws-sdk/client-ecs';
import { EcsTasks } from '../../../src/aws/ecs-tasks.ts';
import type { Configuration } from '../../../src/core/configuration.ts';
import { InstallationError, RetryableError } from '../../../src/core/errors.ts';
import { OK_KEY } from '../../support/memory/ok-values.ts';
import { type Answers, stubClient } from './stub-client.ts';

const okConfiguration = {
  cluster: 'workspaces',
  region: 'us-east-1',
  baseTaskDefinition: 'workspace:7' as string | undefined,
  fileSystemId: 'fs-0123456789abcdef0',
  subnets: ['subnet-1', 'subnet-2'],
  securityGroups: ['sg-1'],
};

const arnOf = (id: string, cluster = 'workspaces') =>
  `arn:aws:ecs:us-east-1:123456789012:task/${cluster}/${id}`;
const definitionArn = (name: string) => `arn:aws:ecs:us-east-1:123456789012:task-definition/${name}`;
const OWN_REVISION = definitionArn('workspace-acme__ada:1');

function serviceError(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}
const refused = (message: string) => new ClientException({ message, $metadata: {} });
const failWith = (error: Error) => () => {
  throw error;
};

function tasksWith(answers: Answers, change: Partial<typeof okConfiguration> = {}) {
  const { client, sent } = stubClient<ECSClient>(answers);
  const configuration = { ...okConfiguration, ...change } as Configuration;
  const inputs = (name: string) => sent.filter((command) => command.name === name).map(({ input }) => input);
  return { tasks: new EcsTasks(client, configuration), sent, inputs };
}

interface StubTask {
  lastStatus?: string;
  desiredStatus?: string;
  startedBy?: string;
  taskDefinitionArn?: string;
  overrides?: object;
}

/** ECS with these tasks, by ARN. Those that were asked to stop are listed only by family. */
function ecs(
  tasks: Record<string, StubTask>,
  listed: { startedBy?: string[]; family?: string[] } = {},
): Answers {
  return {
    ListTasks: ({ startedBy, nextToken = '0' }) => {
      const arns = (startedBy ? listed.startedBy : listed.family) ?? [];
      const start = Number(nextToken);
      const more = start + 100 < arns.length && { nextToken: String(start + 100) };
      return { taskArns: arns.slice(start, start + 100), ...more };
    },
    DescribeTasks: (input) => ({
      tasks: input.tasks
        .filter((taskArn: string) => tasks[taskArn])
        .map((taskArn: string) => ({
          taskArn,
          lastStatus: 'RUNNING',
          desiredStatus: 'RUNNING',
          taskDefinitionArn: definitionArn('another:1'),
          ...tasks[taskArn],
        })),
      failures: [],
    }),
    DescribeTaskDefinition: () => ({ taskDefinition: { containerDefinitions: [{ name: 'main' }] } }),
  };
}

describe('unstopped', () => {
  test('those that run and those that are stopping; not those that have stopped', async () => {
    const world = {
      run: {},
      stopping: { lastStatus: 'STOPPING', desiredStatus: 'STOPPED' },
      stopped: { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' },
    };
    const { tasks, inputs } = tasksWith(ecs(world, { startedBy: ['run'], family: ['stopping', 'stopped'] }));
    expect(await tasks.unstopped(OK_KEY, undefined)).toEqual({
      tasks: ['run', 'stopping'],
      stopping: ['stopping'],
      foreign: undefined,
    });
    expect(inputs('ListTasks')).toEqual([
      { cluster: 'workspaces', startedBy: 'acme/ada' },
      { cluster: 'workspaces', family: 'workspace-acme__ada', desiredStatus: 'STOPPED' },
    ]);
  });

  test('a task that ECS has forgotten has stopped', async () => {
    const { tasks, sent } = tasksWith(ecs({ known: { lastStatus: 'DEACTIVATING' } }));
    expect(await tasks.unstoppedOf(['forgotten', 'known'])).toEqual(['known']);
    expect(sent.map(({ name }) => name)).toEqual(['DescribeTasks']);
  });

  test('nothing is described where there is none', async () => {
    const { tasks, sent } = tasksWith(ecs({}));
    expect((await tasks.unstopped(OK_KEY, undefined)).tasks).toEqual([]);
    expect(sent.map(({ name }) => name)).toEqual(['ListTasks', 'ListTasks']);
  });

  test('over several pages, described a hundred at a time', async () => {
    const arns = Array.from({ length: 250 }, (_, index) => `task-${index}`);
    const world = Object.fromEntries(arns.map((arn) => [arn, {}]));
    const { tasks, inputs } = tasksWith(ecs(world, { startedBy: arns }));
    expect((await tasks.unstopped(OK_KEY, undefined)).tasks).toEqual(arns);
    expect(inputs('ListTasks').map(({ nextToken }) => nextToken)).toEqual([
      undefined,
      undefined,
      '100',
      '200',
    ]);
    expect(inputs('DescribeTasks').map((input) => input.tasks.length)).toEqual([100, 100, 50]);
  });
});

describe('a reported task', () => {
  const reported = arnOf('1'.repeat(32));
  const ids = (clientId: string, userId: string) => [
    { name: 'CLIENT_ID', value: clientId },
    { name: 'USER_ID', value: userId },
  ];
  const look = (task: StubTask | undefined, containerDefinitions: object[] = [{ name: 'main' }]) => {
    const { tasks, sent } = tasksWith({
      ...ecs(task ? { [reported]: task } : {}),
      DescribeTaskDefinition: () => ({ taskDefinition: { containerDefinitions } }),
    });
    return tasks
      .unstopped(OK_KEY, reported)
      .then((found) => ({ found, calls: sent.map(({ name }) => name) }));
  };
  const nothing = { tasks: [], stopping: [], foreign: undefined };
  const own = { tasks: [reported], stopping: [], foreign: undefined };
  const foreign = { tasks: [], stopping: [], foreign: reported };
  const override = (environment: object[]) => ({ containerOverrides: [{ name: 'main', environment }] });

  test.each<[string, StubTask]>([
    ['who it was started for', { startedBy: 'acme/ada' }],
    ['its family', { taskDefinitionArn: OWN_REVISION }],
  ])('is the workspace’s own by %s, which costs no other call', async (_, task) => {
    const { found, calls } = await look(task);
    expect(found).toEqual(own);
    expect(calls).toEqual(['ListTasks', 'ListTasks', 'DescribeTasks']);
  });

  test.each<[string, StubTask, object[]]>([
    [
      'its definition’s environment',
      {},
      [{ name: 'main', environment: ids('acme', 'ada') }, { name: 'log' }],
    ],
    ['its own environment', { overrides: override(ids('acme', 'ada')) }, [{ name: 'main' }]],
    [
      'its own environment over its definition’s',
      { overrides: override([{ name: 'USER_ID', value: 'ada' }]) },
      [{ name: 'main', environment: ids('acme', 'bob') }],
    ],
  ])('is the workspace’s own by %s', async (_, task, containers) => {
    expect((await look(task, containers)).found).toEqual(own);
  });

  test.each<[string, StubTask, object[]]>([
    ['says nothing', {}, [{ name: 'main' }]],
    ['was started for another', { startedBy: 'acme/bob' }, [{ name: 'main' }]],
    [
      'is of a family that begins the same',
      { taskDefinitionArn: definitionArn('workspace-acme__ada2:1') },
      [],
    ],
    ['is of another user', {}, [{ name: 'main', environment: ids('acme', 'bob') }]],
    ['is of another client', {}, [{ name: 'main', environment: ids('evil', 'ada') }]],
    ['says one id alone', {}, [{ name: 'main', environment: ids('acme', 'ada').slice(1) }]],
    [
      'says two things',
      {},
      [
        { name: 'main', environment: ids('acme', 'ada') },
        { name: 'log', environment: ids('acme', 'bob') },
      ],
    ],
    [
      'was given another user',
      { overrides: override(ids('acme', 'bob')) },
      [{ name: 'main', environment: ids('acme', 'ada') }],
    ],
  ])('that %s is foreign', async (_, task, containers) => {
    expect((await look(task, containers)).found).toEqual(foreign);
  });

  test('whose definition is gone is foreign', async () => {
    const { tasks } = tasksWith({
      ...ecs({ [reported]: {} }),
      DescribeTaskDefinition: failWith(refused('Unable to describe task definition.')),
    });
    expect(await tasks.unstopped(OK_KEY, reported)).toEqual(foreign);
  });

  test.each<[string, StubTask | undefined]>([
    ['has stopped', { lastStatus: 'STOPPED', startedBy: 'acme/bob' }],
    ['ECS does not know', undefined],
  ])('that %s is nothing', async (_, task) => {
    expect((await look(task)).found).toEqual(nothing);
  });

  test('that is listed is described once', async () => {
    const { tasks, inputs } = tasksWith(ecs({ [reported]: {} }, { startedBy: [reported] }));
    expect(await tasks.unstopped(OK_KEY, reported)).toEqual(own);
    expect(inputs('DescribeTasks')).toHaveLength(1);
  });

  test('that is listed, reported by its ARN of old, counts once', async () => {
    const old = reported.replace('task/workspaces/', 'task/');
    const { tasks } = tasksWith({
      ...ecs({}, { startedBy: [reported] }),
      DescribeTasks: () => ({ tasks: [{ taskArn: reported, lastStatus: 'RUNNING', startedBy: 'acme/ada' }] }),
    });
    expect(await tasks.unstopped(OK_KEY, old)).toEqual(own);
  });

  test('of another cluster is not asked for', async () => {
    const { tasks, inputs } = tasksWith(ecs({}));
    expect(await tasks.unstopped(OK_KEY, arnOf('1'.repeat(32), 'theirs'))).toEqual(nothing);
    expect(inputs('DescribeTasks')).toEqual([]);
  });

  test.each([
    ['ECS', serviceError('InvalidParameterException', 'Invalid identifier: Unexpected region us-west-2')],
    ['ECS, in other words', refused('Account mismatch')],
    ['the role', serviceError('AccessDeniedException')],
  ])('that %s refuses to describe is nothing, and hides none', async (_, error) => {
    const listing = ecs({ run: { startedBy: 'acme/ada' } }, { startedBy: ['run'] });
    const { tasks } = tasksWith({
      ...listing,
      DescribeTasks: (input) => {
        if (input.tasks.includes(reported)) throw error;
        return listing.DescribeTasks?.(input);
      },
    });
    expect(await tasks.unstopped(OK_KEY, reported)).toEqual({ ...nothing, tasks: ['run'] });
  });

  test('is not taken for nothing where ECS throttles', async () => {
    const { tasks } = tasksWith({ ...ecs({}), DescribeTasks: failWith(serviceError('ThrottlingException')) });
    const looking = tasks.unstopped(OK_KEY, reported);
    await expect(looking).rejects.toThrow(RetryableError);
    await expect(looking).rejects.toThrow('ECS throttles DescribeTasks, try again in some seconds');
  });
});

describe('requestStop', () => {
  test('a reason is cut to what ECS takes', async () => {
    const { tasks, sent } = tasksWith({ StopTask: () => ({}) });
    await tasks.requestStop('arn:task', 'x'.repeat(300));
    expect(sent[0]?.input).toEqual({ cluster: 'workspaces', task: 'arn:task', reason: 'x'.repeat(255) });
  });

  test('a task that is gone is as good as stopped', async () => {
    const gone = serviceError('InvalidParameterException', 'The referenced task was not found.');
    await tasksWith({ StopTask: failWith(gone) }).tasks.requestStop('arn:task', 'idle');
  });

  test.each<[string, Error, new (message: string) => Error, string]>([
    ['a task of another kind of name', refused('Invalid id'), Error, 'Invalid id'],
    [
      'throttling',
      serviceError('ThrottlingException'),
      RetryableError,
      'ECS throttles StopTask for arn:task',
    ],
  ])('%s is not', async (_, error, kind, message) => {
    const stopping = tasksWith({ StopTask: failWith(error) }).tasks.requestStop('arn:task', 'idle');
    await expect(stopping).rejects.toThrow(kind);
    await expect(stopping).rejects.toThrow(message);
  });
});

describe('start', () => {
  const home = { efsVolumeConfiguration: { fileSystemId: okConfiguration.fileSystemId } };
  const okBase = {
    status: 'ACTIVE',
    containerDefinitions: [{ name: 'main', mountPoints: [{ sourceVolume: 'home' }] }],
    volumes: [{ name: 'home', ...home }],
  };
  const answers: Answers = {
    DescribeTaskDefinition: ({ taskDefinition }) => {
      if (taskDefinition === 'workspace:7') return { taskDefinition: okBase };
      throw refused('Unable to describe task definition.');
    },
    RegisterTaskDefinition: () => ({ taskDefinition: { taskDefinitionArn: OWN_REVISION } }),
    ListTaskDefinitions: () => ({ taskDefinitionArns: [OWN_REVISION] }),
    RunTask: () => ({ tasks: [{ taskArn: 'arn:task' }] }),
    DescribeTasks: () => ({ tasks: [], failures: [{ reason: 'MISSING' }] }),
  };
  const start = async (
    change: Answers = {},
    configuration: Partial<typeof okConfiguration> = {},
    more = {},
  ) => {
    const { tasks, inputs } = tasksWith({ ...answers, ...change }, configuration);
    const launch = {
      efsAccessPoint: 'fsap-1',
      environment: { USER_ID: 'ada' },
      token: 'a-token',
      after: undefined,
      ...more,
    };
    return { started: await tasks.start(OK_KEY, launch), runTask: inputs('RunTask')[0] };
  };

  test('a task of the workspace’s own definition, findable by who it was started for', async () => {
    const { started, runTask } = await start();
    // ECS does not know it yet: it is eventually consistent.
    expect(started).toEqual({ taskArn: 'arn:task', stopped: false });
    expect(runTask).toEqual({
      cluster: 'workspaces',
      taskDefinition: OWN_REVISION,
      launchType: 'FARGATE',
      startedBy: 'acme/ada',
      // Who may read task definitions need not see it, and no revision is made for it.
      overrides: {
        containerOverrides: [{ name: 'main', environment: [{ name: 'WORKSPACE_TOKEN', value: 'a-token' }] }],
      },
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'] },
      },
      clientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('its token says which start it is, and nothing of what is started', async () => {
    const token = async (...change: Parameters<typeof start>) => (await start(...change)).runTask.clientToken;
    const first = await token();
    const another = { efsAccessPoint: 'fsap-2', environment: { USER_ID: 'ada', A: 'b' } };
    expect(await token({}, { securityGroups: ['sg-2'] }, another)).toBe(first);
    const others = [
      await token({}, {}, { after: 'arn:task' }),
      await token({}, {}, { after: 'arn:another' }),
      await token({}, { cluster: 'others' }),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
  });

  test.each([
    ['RUNNING', 'RUNNING', false],
    ['STOPPING', 'STOPPED', true],
    ['STOPPED', 'STOPPED', true],
    ['STOPPED', 'RUNNING', true],
  ])('one that was started before, and is %s, to be %s', async (lastStatus, desiredStatus, stopped) => {
    const DescribeTasks = () => ({ tasks: [{ taskArn: 'arn:task', lastStatus, desiredStatus }] });
    // The first answer again, from when it was being provisioned.
    const RunTask = () => ({
      tasks: [{ taskArn: 'arn:task', lastStatus: 'PROVISIONING', desiredStatus: 'RUNNING' }],
    });
    expect((await start({ DescribeTasks, RunTask })).started).toEqual({ taskArn: 'arn:task', stopped });
  });

  test('one that was started before from another revision is still the one', async () => {
    const conflict = new ConflictException({ message: '', resourceIds: ['arn:before'], $metadata: {} });
    const { started } = await start({ RunTask: failWith(conflict) });
    expect(started).toEqual({ taskArn: 'arn:before', stopped: false });
  });

  const unavailable = 'Capacity is unavailable at this time. Please try again later';
  test.each<[string, Answers]>([
    ['RESOURCE:FARGATE', { RunTask: () => ({ tasks: [], failures: [{ reason: 'RESOURCE:FARGATE' }] }) }],
    [unavailable, { RunTask: () => ({ failures: [{ reason: unavailable }] }) }],
    [unavailable, { RunTask: failWith(refused(unavailable)) }],
    ['TaskDefinition is inactive', { RunTask: failWith(refused('TaskDefinition is inactive')) }],
    ['TaskDefinition not found.', { RunTask: failWith(refused('TaskDefinition not found.')) }],
    ['ECS throttles RunTask for acme/ada', { RunTask: failWith(serviceError('ThrottlingException')) }],
    ['no reason given', { RunTask: () => ({}) }],
  ])('to be tried again, and saying why: %s', async (message, change) => {
    const starting = start(change);
    await expect(starting).rejects.toThrow(RetryableError);
    await expect(starting).rejects.toThrow(message);
    await expect(starting).rejects.toThrow('acme/ada');
  });

  test('there was no room for it: once more at once, not by the token that ECS may remember the refusal by', async () => {
    const rooms = [{ failures: [{ reason: unavailable }] }, { tasks: [{ taskArn: 'arn:second' }] }];
    const tokens: unknown[] = [];
    const RunTask: Answers[string] = ({ clientToken }) => {
      tokens.push(clientToken);
      return rooms.shift() ?? {};
    };
    expect((await start({ RunTask })).started.taskArn).toBe('arn:second');
    expect(new Set(tokens).size).toBe(2);
  });

  const quota = 'You’ve reached the limit on the number of vCPUs you can run concurrently';
  const noCluster = new ClusterNotFoundException({ message: 'Cluster not found.', $metadata: {} });
  test.each<[string, Answers, Partial<typeof okConfiguration>]>([
    ['ECS_SUBNETS is not set', {}, { subnets: [] }],
    ['ECS_TASK_DEFINITION is not set', {}, { baseTaskDefinition: undefined }],
    ['ECS_CLUSTER_NAME is workspaces', { RunTask: failWith(noCluster) }, {}],
    ['check ECS_SUBNETS', { RunTask: failWith(refused('The subnet ID subnet-1 does not exist')) }, {}],
    ['ask AWS for a higher one', { RunTask: failWith(serviceError('ThrottlingException', quota)) }, {}],
  ])('an operator has to act: %s', async (message, change, configuration) => {
    const starting = start(change, configuration);
    await expect(starting).rejects.toThrow(InstallationError);
    await expect(starting).rejects.toThrow(message);
  });

  test('whether it can start is known beforehand', () => {
    expect(tasksWith({}).tasks.canStart).toBe(true);
    expect(tasksWith({}, { baseTaskDefinition: undefined }).tasks.canStart).toBe(false);
  });
});
