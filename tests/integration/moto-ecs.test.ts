import {
  CreateClusterCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { type Clients, createClients } from '../../src/aws/clients.ts';
import { EcsTasks } from '../../src/aws/ecs-tasks.ts';
import type { Configuration } from '../../src/core/configuration.ts';
import { InstallationError } from '../../src/core/errors.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { credentials, FILE_SYSTEM, startLocalServices } from '../support/local-services.ts';
import { OK_KEY } from '../support/memory/ok-values.ts';
import { defaultSubnet, letTasksStay, type Moto, motoMissing, startMoto } from '../support/moto.ts';

const region = 'us-east-1';
const cluster = 'workspaces';
const family = 'workspace-acme__ada';
const reason = 'archive: suspended, idle longer than 3 days';
const okBase: RegisterTaskDefinitionCommandInput = {
  family: 'workspace-base',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  containerDefinitions: [
    {
      name: 'ide',
      image: 'ide:1',
      // On Fargate the task's is enough; moto counts each container's.
      memory: 512,
      environment: [{ name: 'LANG', value: 'C' }],
      mountPoints: [{ sourceVolume: 'home', containerPath: '/home/workspace' }],
    },
  ],
  volumes: [
    { name: 'home', efsVolumeConfiguration: { fileSystemId: FILE_SYSTEM, transitEncryption: 'ENABLED' } },
  ],
};
const okLaunch = {
  efsAccessPoint: 'fsap-0123456789abcdef0',
  environment: { CLIENT_ID: 'acme', USER_ID: 'ada' },
  token: 'a-token',
  after: undefined,
};

const folder = useDataFolder();
let moto: Moto;
let clients: Clients;
let subnet: string;

/** Every test with a moto of its own would take seconds: they share one, and it forgets all between them. */
const withMoto = motoMissing ? describe.skip : describe;

async function reset(): Promise<void> {
  await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
  await letTasksStay(moto.url);
  subnet = await defaultSubnet(moto.url, region);
  await clients.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  await clients.ecs.send(new RegisterTaskDefinitionCommand(okBase));
}

withMoto(`EcsTasks on moto${motoMissing ? ` (${motoMissing})` : ''}`, () => {
  beforeAll(async () => {
    moto = await startMoto();
    clients = createClients({ endpoint: moto.url, region, credentials });
  }, 60_000);
  beforeEach(reset);
  afterAll(async () => {
    for (const client of Object.values(clients)) client.destroy();
    await moto.stop();
  });

  const tasksOf = (change: Partial<Configuration> = {}) =>
    new EcsTasks(clients.ecs, {
      cluster,
      region,
      baseTaskDefinition: 'workspace-base',
      fileSystemId: FILE_SYSTEM,
      subnets: [subnet],
      securityGroups: [],
      ...change,
    } as Configuration);
  const active = async (familyPrefix = family) => {
    const { taskDefinitionArns = [] } = await clients.ecs.send(
      new ListTaskDefinitionsCommand({ familyPrefix, status: 'ACTIVE' }),
    );
    return taskDefinitionArns.map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
  };
  const describeOne = async (task: string) =>
    (await clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }))).tasks?.[0];

  test('starts a task of its own revision, with the environment and the access point', async () => {
    const { taskArn, stopped } = await tasksOf().start(OK_KEY, okLaunch);
    expect(stopped).toBe(false);
    expect(await describeOne(taskArn)).toMatchObject({
      startedBy: 'acme/ada',
      launchType: 'FARGATE',
      lastStatus: 'RUNNING',
      taskDefinitionArn: expect.stringContaining(`${family}:1`),
    });
    const { taskDefinition, tags } = await clients.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: family, include: ['TAGS'] }),
    );
    expect(taskDefinition).toMatchObject({
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        {
          image: 'ide:1',
          environment: [
            { name: 'CLIENT_ID', value: 'acme' },
            { name: 'LANG', value: 'C' },
            { name: 'USER_ID', value: 'ada' },
          ],
        },
      ],
      volumes: [
        {
          name: 'home',
          efsVolumeConfiguration: {
            fileSystemId: FILE_SYSTEM,
            transitEncryption: 'ENABLED',
            authorizationConfig: { accessPointId: okLaunch.efsAccessPoint, iam: 'ENABLED' },
          },
        },
      ],
    });
    expect(tags).toEqual(
      expect.arrayContaining([
        { key: 'workspace-cleanup:clientId', value: 'acme' },
        { key: 'workspace-cleanup:userId', value: 'ada' },
      ]),
    );
  });

  // moto knows no client tokens of RunTask, so that a start that is repeated is one task shows on the local ECS only.
  test('registers an unchanged definition once, a changed one anew in place of the one before', async () => {
    const tasks = tasksOf();
    await tasks.start(OK_KEY, okLaunch);
    await tasks.start(OK_KEY, okLaunch);
    expect(await active()).toEqual([`${family}:1`]);
    await tasks.start({ clientId: 'acme', userId: 'ada2' }, okLaunch);
    await tasks.start(OK_KEY, { ...okLaunch, efsAccessPoint: 'fsap-fedcba98765432100' });
    expect(await active()).toEqual([`${family}:2`]);
    expect(await active(`${family}2`)).toEqual([`${family}2:1`]);
    expect(await active('workspace-base')).toEqual(['workspace-base:1']);
  });

  test('finds the task by who it was started for, stops it with the reason, and finds it no more', async () => {
    const tasks = tasksOf();
    const { taskArn } = await tasks.start(OK_KEY, okLaunch);
    await tasks.start({ clientId: 'acme', userId: 'bob' }, okLaunch);
    const found = { tasks: [taskArn], stopping: [], foreign: undefined };
    expect(await tasks.unstopped(OK_KEY, undefined)).toEqual(found);
    expect(await tasks.unstopped(OK_KEY, taskArn)).toEqual(found);
    await tasks.requestStop(taskArn, reason);
    expect(await describeOne(taskArn)).toMatchObject({
      desiredStatus: 'STOPPED',
      lastStatus: 'STOPPED',
      stoppedReason: reason,
    });
    expect(await tasks.unstopped(OK_KEY, taskArn)).toEqual({ ...found, tasks: [] });
    expect(await tasks.unstoppedOf([taskArn])).toEqual([]);
  });

  const runAs = async (userId: string) => {
    const environment = [
      { name: 'CLIENT_ID', value: 'acme' },
      { name: 'USER_ID', value: userId },
    ];
    const { tasks: started } = await clients.ecs.send(
      new RunTaskCommand({
        cluster,
        taskDefinition: 'workspace-base',
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: [subnet], securityGroups: [] } },
        overrides: { containerOverrides: [{ name: 'ide', environment }] },
      }),
    );
    return started?.[0]?.taskArn ?? '';
  };

  test('a task that a launcher has run its own way counts if it says whose it is, and only as reported', async () => {
    const [own, foreign] = [await runAs('ada'), await runAs('bob')];
    const tasks = tasksOf();
    expect((await tasks.unstopped(OK_KEY, undefined)).tasks).toEqual([]);
    expect(await tasks.unstopped(OK_KEY, own)).toEqual({ tasks: [own], stopping: [], foreign: undefined });
    expect(await tasks.unstopped(OK_KEY, foreign)).toEqual({ tasks: [], stopping: [], foreign });
    const unknown = own.replace(/[^/]+$/, '0'.repeat(32));
    expect(await tasks.unstopped(OK_KEY, unknown)).toEqual({ tasks: [], stopping: [], foreign: undefined });
  });

  test.each<[string, Partial<Configuration>]>([
    ['ECS_TASK_DEFINITION is missing, which ECS does not know', { baseTaskDefinition: 'missing' }],
    ['has no volume on fs-00000000', { fileSystemId: 'fs-00000000' }],
    ['ECS_CLUSTER_NAME is missing, which ECS does not know', { cluster: 'missing' }],
  ])('an operator has to act: %s', async (message, change) => {
    const starting = tasksOf(change).start(OK_KEY, okLaunch);
    await expect(starting).rejects.toThrow(InstallationError);
    await expect(starting).rejects.toThrow(message);
  });

  test('the local ECS says all that moto says', async () => {
    const theirs = await answersOf(clients.ecs);
    const ours = await localAnswers();
    const missing = [...theirs].filter(
      (member) => !ours.has(member) && !NOT_LOCAL.some((one) => one.test(member)),
    );
    expect(missing).toEqual([]);
    expect(theirs.size).toBeGreaterThan(60);
  });
});

/** What the local ECS does not say, and why. */
const NOT_LOCAL = [
  // Network interfaces: the local stack has no network of its own.
  /\.attachments\./,
  // moto says 0 from the beginning; a container that runs has none yet.
  /\.containers\.exitCode$/,
];

async function localAnswers(): Promise<Set<string>> {
  const local = await startLocalServices({ dataDirectory: folder() });
  try {
    await local.clients.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    return await answersOf(local.clients.ecs);
  } finally {
    await local.inFlight.settled();
    await local.close();
  }
}

/** Each member with a value in the answers to what the adapter sends, e.g. `RunTask.tasks.taskArn`. */
async function answersOf(ecs: ECSClient): Promise<Set<string>> {
  const definition = { ...okBase, family: 'shape', tags: [{ key: 'a', value: 'b' }] };
  const registered = await ecs.send(new RegisterTaskDefinitionCommand(definition));
  const network = { awsvpcConfiguration: { subnets: [subnet], securityGroups: [] } };
  const ran = await ecs.send(
    new RunTaskCommand({
      cluster,
      taskDefinition: 'shape',
      launchType: 'FARGATE',
      startedBy: 'shape',
      networkConfiguration: network,
    }),
  );
  const task = ran.tasks?.[0]?.taskArn ?? '';
  const answers = {
    RegisterTaskDefinition: registered,
    RunTask: ran,
    DescribeTaskDefinition: await ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: 'shape', include: ['TAGS'] }),
    ),
    DescribeTasks: await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] })),
    ListTasks: await ecs.send(new ListTasksCommand({ cluster, startedBy: 'shape' })),
    StopTask: await ecs.send(new StopTaskCommand({ cluster, task, reason })),
    ListTaskDefinitions: await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: 'shape' })),
    DeregisterTaskDefinition: await ecs.send(
      new DeregisterTaskDefinitionCommand({ taskDefinition: 'shape:1' }),
    ),
  };
  return new Set(
    Object.entries(answers).flatMap(([name, answer]) => membersOf({ ...answer, $metadata: undefined }, name)),
  );
}

function membersOf(value: unknown, path: string): string[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value.flatMap((one) => membersOf(one, path));
  if (typeof value !== 'object' || value instanceof Date) return [path];
  return Object.entries(value).flatMap(([name, one]) => membersOf(one, `${path}.${name}`));
}
