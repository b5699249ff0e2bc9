import { ClientException, type ECSClient } from '@aws-sdk/client-ecs';
import { familyOf } from '../../../src/aws/ecs-revision.ts';
import { EcsTaskDefinitions } from '../../../src/aws/ecs-task-definitions.ts';
import type { Configuration } from '../../../src/core/configuration.ts';
import { InstallationError, RetryableError } from '../../../src/core/errors.ts';
import { OK_KEY } from '../../support/memory/ok-values.ts';
import { type Answers, type Sent, stubClient } from './stub-client.ts';

const fileSystemId = 'fs-0123456789abcdef0';
const okConfiguration = { baseTaskDefinition: 'workspace:7' as string | undefined, fileSystemId };
const okBase = {
  family: 'workspace',
  taskDefinitionArn: 'arn:base',
  revision: 7,
  status: 'ACTIVE',
  registeredBy: 'somebody',
  requiresAttributes: [],
  compatibilities: ['EC2', 'FARGATE'],
  placementConstraints: [],
  taskRoleArn: 'arn:role',
  executionRoleArn: 'arn:execution',
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
  runtimePlatform: { cpuArchitecture: 'ARM64' },
  ephemeralStorage: { sizeInGiB: 30 },
  pidMode: 'task',
  proxyConfiguration: { containerName: 'envoy' },
  enableFaultInjection: false,
  containerDefinitions: [
    {
      name: 'main',
      image: 'ide:1',
      mountPoints: [{ sourceVolume: 'home', containerPath: '/home' }],
      environment: [
        { name: 'USER_ID', value: 'nobody' },
        { name: 'LANG', value: 'C' },
      ],
    },
    { name: 'sidecar', image: 'log:1' },
  ],
  volumes: [
    { name: 'home', efsVolumeConfiguration: { fileSystemId, rootDirectory: '/everybody' } },
    { name: 'shared', efsVolumeConfiguration: { fileSystemId: 'fs-ffffffff' } },
    { name: 'scratch' },
  ],
};
const okInput = { efsAccessPoint: 'fsap-1', environment: { USER_ID: 'ada', CLIENT_ID: 'acme' } };

const arnOf = (revision: number, family = 'workspace-acme__ada') =>
  `arn:aws:ecs:us-east-1:123456789012:task-definition/${family}:${revision}`;
const refused = (message: string) => new ClientException({ message, $metadata: {} });
const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
const tooMany = refused('Too many concurrent attempts to create a new revision of the specified family.');

/** An ECS that registers, describes, lists 2 a page and deregisters, with the base `workspace:7`. */
class StubEcs {
  /** What is thrown at each call of that name, in turn, until there is none. */
  readonly errors: Record<string, Error[]> = {};
  /** Active revisions by ARN, in order; their tags, if they have some. */
  readonly active = new Map<string, unknown>();
  readonly sent: Sent[];
  readonly waits: number[] = [];
  readonly definitions: EcsTaskDefinitions;

  constructor(base: object = okBase, configuration: Partial<typeof okConfiguration> = {}) {
    const { client, sent } = stubClient<ECSClient>(this.answers(base));
    this.sent = sent;
    this.definitions = new EcsTaskDefinitions(
      client,
      { ...okConfiguration, ...configuration } as Configuration,
      {
        wait: async (seconds) => this.waits.push(seconds),
        random: () => 0.5,
      },
    );
  }

  revisionFor = async (change: Partial<typeof okInput> = {}) =>
    (await this.definitions.revisionFor(OK_KEY, { ...okInput, ...change })).taskDefinition;

  inputs = (name: string) => this.sent.filter((command) => command.name === name).map(({ input }) => input);

  /** What was registered first. */
  get registered() {
    return this.inputs('RegisterTaskDefinition')[0];
  }

  private answers(base: object): Answers {
    const failing =
      (name: string, answer: Answers[string]): Answers[string] =>
      (input) => {
        const error = this.errors[name]?.shift();
        if (error) throw error;
        return answer(input);
      };
    let revisions = 0;
    const answers: Answers = {
      DescribeTaskDefinition: ({ taskDefinition, include }) => {
        if (taskDefinition === 'workspace:7') return { taskDefinition: base };
        const [arn, tags] = [...this.active].at(-1) ?? [];
        if (!arn) throw refused('Unable to describe task definition.');
        const shown = include?.includes('TAGS') ? { tags } : {};
        return { taskDefinition: { taskDefinitionArn: arn, status: 'ACTIVE' }, ...shown };
      },
      RegisterTaskDefinition: ({ tags }) => {
        revisions += 1;
        this.active.set(arnOf(revisions), tags);
        return { taskDefinition: { taskDefinitionArn: arnOf(revisions) } };
      },
      ListTaskDefinitions: ({ nextToken = '0' }) => {
        const arns = [...this.active.keys()];
        const end = Number(nextToken) + 2;
        return {
          taskDefinitionArns: arns.slice(end - 2, end),
          ...(end < arns.length && { nextToken: String(end) }),
        };
      },
      DeregisterTaskDefinition: ({ taskDefinition }) => void this.active.delete(taskDefinition),
    };
    return Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, failing(name, answer)]));
  }
}

describe('the first revision', () => {
  test('made from the base: its settings, not what ECS adds when it registers one', async () => {
    const ecs = new StubEcs();
    expect(await ecs.revisionFor()).toBe(arnOf(1));
    const { containerDefinitions, volumes, tags, ...settings } = ecs.registered;
    expect(settings).toEqual({
      family: 'workspace-acme__ada',
      requiresCompatibilities: ['FARGATE'],
      taskRoleArn: 'arn:role',
      executionRoleArn: 'arn:execution',
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      runtimePlatform: { cpuArchitecture: 'ARM64' },
      ephemeralStorage: { sizeInGiB: 30 },
      pidMode: 'task',
      proxyConfiguration: { containerName: 'envoy' },
      enableFaultInjection: false,
    });
    expect(tags).toEqual([
      { key: 'workspace-cleanup:clientId', value: 'acme' },
      { key: 'workspace-cleanup:userId', value: 'ada' },
      { key: 'workspace-cleanup:digest', value: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  test('the environment of every container says whose it is, and keeps the rest', async () => {
    const ecs = new StubEcs();
    await ecs.revisionFor();
    const [main, sidecar] = ecs.registered.containerDefinitions;
    expect(main).toEqual({
      ...okBase.containerDefinitions[0],
      environment: [
        { name: 'CLIENT_ID', value: 'acme' },
        { name: 'LANG', value: 'C' },
        { name: 'USER_ID', value: 'ada' },
      ],
    });
    expect(sidecar).toEqual({
      ...okBase.containerDefinitions[1],
      environment: [
        { name: 'CLIENT_ID', value: 'acme' },
        { name: 'USER_ID', value: 'ada' },
      ],
    });
  });

  test('volumes on our file system lead through the access point, the others stay as they are', async () => {
    const ecs = new StubEcs();
    await ecs.revisionFor();
    expect(ecs.registered.volumes).toEqual([
      {
        name: 'home',
        efsVolumeConfiguration: {
          fileSystemId,
          transitEncryption: 'ENABLED',
          authorizationConfig: { accessPointId: 'fsap-1', iam: 'ENABLED' },
        },
      },
      okBase.volumes[1],
      okBase.volumes[2],
    ]);
  });
});

describe('a later start', () => {
  test('of the same definition registers nothing, in whatever order ECS and the caller say it', async () => {
    const shuffled = {
      ...Object.fromEntries(Object.entries(okBase).reverse()),
      containerDefinitions: okBase.containerDefinitions.map((container) => ({
        ...Object.fromEntries(Object.entries(container).reverse()),
        ...(container.environment && { environment: [...container.environment].reverse() }),
      })),
    };
    const [first, second] = [new StubEcs(), new StubEcs(shuffled)];
    await first.revisionFor();
    for (const [arn, tags] of first.active) second.active.set(arn, tags);
    expect(await first.revisionFor()).toBe(arnOf(1));
    expect(await second.revisionFor({ environment: { CLIENT_ID: 'acme', USER_ID: 'ada' } })).toBe(arnOf(1));
    expect(first.inputs('RegisterTaskDefinition')).toHaveLength(1);
    expect(second.inputs('RegisterTaskDefinition')).toEqual([]);
    expect(first.inputs('DeregisterTaskDefinition')).toEqual([]);
  });

  test.each([
    ['access point', { efsAccessPoint: 'fsap-2' }],
    ['environment', { environment: { ...okInput.environment, SUBSCRIPTION_TIER: 'pro' } }],
  ])('with another %s registers a revision and deregisters the one before', async (_, change) => {
    const ecs = new StubEcs();
    await ecs.revisionFor();
    expect(await ecs.revisionFor(change)).toBe(arnOf(2));
    expect([...ecs.active.keys()]).toEqual([arnOf(2)]);
  });

  test('with another base registers a revision', async () => {
    const [before, after] = [new StubEcs(), new StubEcs({ ...okBase, cpu: '512' })];
    await before.revisionFor();
    for (const [arn, tags] of before.active) after.active.set(arn, tags);
    await after.revisionFor();
    expect(after.inputs('RegisterTaskDefinition')).toHaveLength(1);
  });

  test('a revision that somebody else has registered is not taken for ours', async () => {
    const ecs = new StubEcs();
    ecs.active.set(arnOf(0), [{ key: 'workspace-cleanup:digest', value: 'somebody’s' }]);
    expect(await ecs.revisionFor()).toBe(arnOf(1));
    expect([...ecs.active.keys()]).toEqual([arnOf(1)]);
  });

  test('what a crash has left is deregistered also if nothing is registered', async () => {
    const ecs = new StubEcs();
    ecs.errors.ListTaskDefinitions = [new Error('crash'), new Error('crash')];
    await expect(ecs.revisionFor()).rejects.toThrow('crash');
    await expect(ecs.revisionFor({ efsAccessPoint: 'fsap-2' })).rejects.toThrow('crash');
    expect([...ecs.active.keys()]).toEqual([arnOf(1), arnOf(2)]);
    expect(await ecs.revisionFor({ efsAccessPoint: 'fsap-2' })).toBe(arnOf(2));
    expect([...ecs.active.keys()]).toEqual([arnOf(2)]);
    expect(ecs.inputs('RegisterTaskDefinition')).toHaveLength(2);
  });

  test('only older revisions of exactly this family are deregistered, on whatever page', async () => {
    const ecs = new StubEcs();
    await ecs.revisionFor();
    const tags = ecs.active.get(arnOf(1));
    ecs.active.clear();
    const others = [
      arnOf(1, 'workspace-acme__ada2'),
      arnOf(1, 'workspace-acme__ad'),
      arnOf(1, 'x/workspace-acme__ada'),
      // Another start has registered it since ECS was asked for the latest one.
      arnOf(12),
    ];
    for (const arn of [...others, arnOf(3), arnOf(9), arnOf(10)]) ecs.active.set(arn, undefined);
    ecs.active.set(arnOf(11), tags);
    expect(await ecs.revisionFor()).toBe(arnOf(11));
    expect([...ecs.active.keys()]).toEqual([...others, arnOf(11)]);
    expect(ecs.inputs('ListTaskDefinitions')[1]).toEqual({
      familyPrefix: 'workspace-acme__ada',
      status: 'ACTIVE',
    });
  });

  test.each([
    ['throttled', throttled],
    ['done by another start meanwhile', refused('The specified task definition is inactive.')],
  ])('a deregistration that is %s is no failure, and left to the next', async (_, error) => {
    const ecs = new StubEcs();
    await ecs.revisionFor();
    ecs.errors.DeregisterTaskDefinition = [error];
    expect(await ecs.revisionFor({ efsAccessPoint: 'fsap-2' })).toBe(arnOf(2));
    expect(ecs.active.size).toBe(2);
    await ecs.revisionFor({ efsAccessPoint: 'fsap-2' });
    expect(ecs.active.size).toBe(1);
  });
});

describe('too many revisions of the family at once', () => {
  test('is waited for, ever longer', async () => {
    const ecs = new StubEcs();
    ecs.errors.RegisterTaskDefinition = [tooMany, tooMany, tooMany, tooMany];
    expect(await ecs.revisionFor()).toBe(arnOf(1));
    // Half of 1, 2, 4 and 8 s: what the random number says.
    expect(ecs.waits).toEqual([0.5, 1, 2, 4]);
  });

  test('is at last the caller’s to try again', async () => {
    const ecs = new StubEcs();
    ecs.errors.RegisterTaskDefinition = Array.from({ length: 5 }, () => tooMany);
    const registering = ecs.revisionFor();
    await expect(registering).rejects.toThrow(RetryableError);
    await expect(registering).rejects.toThrow(
      'ECS throttles RegisterTaskDefinition for acme/ada, try again in some seconds',
    );
    expect(ecs.inputs('RegisterTaskDefinition')).toHaveLength(5);
  });

  test('any other throttling has been waited for by the SDK', async () => {
    const ecs = new StubEcs();
    ecs.errors.RegisterTaskDefinition = [throttled];
    await expect(ecs.revisionFor()).rejects.toThrow(RetryableError);
    expect(ecs.waits).toEqual([]);
  });
});

describe('a base from which nothing can be started', () => {
  const without = (change: object) => ({ ...okBase, ...change });
  test.each<[string, object, Partial<typeof okConfiguration>]>([
    ['ECS_TASK_DEFINITION is not set', okBase, { baseTaskDefinition: undefined }],
    ['is missing:1, which ECS does not know: register it', okBase, { baseTaskDefinition: 'missing:1' }],
    ['is workspace:7, which is INACTIVE', without({ status: 'INACTIVE' }), {}],
    [`has no volume on ${fileSystemId}`, without({ volumes: [] }), {}],
    ['add one for the home', without({ volumes: undefined, containerDefinitions: undefined }), {}],
    ['that one of its containers mounts', without({ containerDefinitions: [{ name: 'main' }] }), {}],
    ['has no volume on fs-other', okBase, { fileSystemId: 'fs-other' }],
  ])('%s', async (message, base, configuration) => {
    const ecs = new StubEcs(base, configuration);
    const starting = ecs.revisionFor();
    await expect(starting).rejects.toThrow(InstallationError);
    await expect(starting).rejects.toThrow(message);
    await expect(starting).rejects.toThrow('ECS_TASK_DEFINITION');
    expect(ecs.registered).toBeUndefined();
  });

  test('or of which ECS takes no copy', async () => {
    const ecs = new StubEcs();
    ecs.errors.RegisterTaskDefinition = [refused('No Fargate configuration exists for given values.')];
    const starting = ecs.revisionFor();
    await expect(starting).rejects.toThrow(InstallationError);
    await expect(starting).rejects.toThrow(
      /^ECS_TASK_DEFINITION is workspace:7, .*No Fargate configuration exists for given values/,
    );
  });

  test('but to be throttled says nothing about it', async () => {
    const ecs = new StubEcs();
    ecs.errors.DescribeTaskDefinition = [throttled];
    await expect(ecs.revisionFor()).rejects.toThrow(RetryableError);
  });
});

test('families differ for every two workspaces, and are taken by ECS', () => {
  const keys = [
    { clientId: 'a_b', userId: 'c' },
    { clientId: 'a', userId: 'b_c' },
    { clientId: 'a', userId: 'b.c' },
    { clientId: 'a-b', userId: 'c' },
    { clientId: 'a', userId: 'b-c' },
    { clientId: 'a_', userId: 'b' },
    { clientId: 'a', userId: '_b' },
  ];
  const families = keys.map(familyOf);
  expect(new Set(families).size).toBe(keys.length);
  for (const family of families) expect(family).toMatch(/^[A-Za-z0-9_-]{1,255}$/);
});
