import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { ConfigurationParts } from '../../../src/core/configuration-parts.ts';
import { FUNCTIONS, type FunctionName } from '../../../src/functions/all.ts';
import type { World } from '../../../src/functions/definition.ts';
import { Director } from '../../../src/local/fleet/director.ts';
import { useDataFolder } from '../../support/data-folder.ts';
import { ACCOUNT, type IamRequest, iamRequestsOf, REGION } from '../../support/iam-requests.ts';
import { settled } from '../../support/iam-template.ts';
import { startTestStack } from '../../support/local-stack.ts';
import { EVERYTHING, type Packaged, packageStage } from '../../support/packaged.ts';

jest.setTimeout(120_000);

/**
 * The sample fleet lives its whole life, and every call that a function makes is noted. Each of them has to be allowed to that
 * function by the role that it is deployed with; and what others call, and it does not, has to be denied.
 */

/** By function, what it asked IAM for; by action and kind of resource, one each. */
const mockCalls = new Map<FunctionName, Map<string, IamRequest>>();

/** e.g. `dynamodb:UpdateItem table/WorkspaceStatus`: what stands for all calls of its kind. */
function mockKindOf({ action, resource }: IamRequest): string {
  const kind = resource
    .replace(/^arn:aws:\w+:[\w-]*:\d*:/, '')
    .replace(/(task|task-definition|access-point|schedule\/[\w-]+)\/.*/, '$1');
  return `${action} ${kind}`;
}

function mockNote(name: FunctionName, command: Parameters<typeof iamRequestsOf>[0]): void {
  const calls = mockCalls.get(name) ?? new Map<string, IamRequest>();
  mockCalls.set(name, calls);
  for (const request of iamRequestsOf(command)) calls.set(mockKindOf(request), request);
}

jest.mock('../../../src/functions/all.ts', () => {
  const actual = jest.requireActual<typeof import('../../../src/functions/all.ts')>(
    '../../../src/functions/all.ts',
  );
  /** The client itself, but for what is sent through it. */
  const noted = <Client extends { send: unknown }>(client: Client, name: FunctionName): Client =>
    new Proxy(client, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (property !== 'send') return value;
        return (command: Parameters<typeof iamRequestsOf>[0], ...rest: unknown[]) => {
          mockNote(name, command);
          return (value as (...all: unknown[]) => unknown).call(target, command, ...rest);
        };
      },
    });
  const createFunctions = (configuration: ConfigurationParts, world: World) =>
    Object.fromEntries(
      (Object.keys(actual.FUNCTIONS) as FunctionName[]).map((name) => {
        const clients = Object.entries(world.clients).map(([service, client]) => [
          service,
          noted(client, name),
        ]);
        return [
          name,
          actual.FUNCTIONS[name].create(configuration, { ...world, clients: Object.fromEntries(clients) }),
        ];
      }),
    );
  return { ...actual, createFunctions };
});

const folder = useDataFolder();
let packaged: Packaged;
beforeAll(async () => {
  packaged = await packageStage('prod', EVERYTHING);
});
afterAll(() => packaged?.remove());

async function isAllowed(name: string, { action, resource, context = {} }: IamRequest): Promise<boolean> {
  const { resources } = packaged;
  const role = resources[`${name[0]?.toUpperCase()}${name.slice(1)}Role`];
  const policies = settled(role?.Properties.Policies, resources) as {
    PolicyName: string;
    PolicyDocument: unknown;
  }[];
  const simulation = await runSimulation(
    {
      identityPolicies: policies.map(({ PolicyName, PolicyDocument }) => ({
        name: PolicyName,
        policy: PolicyDocument,
      })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      request: {
        action,
        principal: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/invocation`,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: context,
      },
    },
    {},
  );
  if (simulation.resultType === 'error') throw new Error(`${action}: ${JSON.stringify(simulation.errors)}`);
  return simulation.overallResult === 'Allowed';
}

const NAMES = Object.keys(FUNCTIONS) as FunctionName[];
const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const table = (rest: string) => arn('dynamodb', `table/${rest}`);
const arming: IamRequest[] = [
  { action: 'dynamodb:UpdateItem', resource: table('WorkspaceStatus') },
  {
    action: 'scheduler:CreateSchedule',
    resource: arn('scheduler', 'schedule/workspace-cleanup-prod/1795829635-abc'),
  },
  passing('arn:aws:iam::123456789012:role/ScheduleRole', 'scheduler'),
];
const taking: IamRequest[] = [
  { action: 'dynamodb:UpdateItem', resource: table('WorkspaceUids') },
  { action: 'dynamodb:PutItem', resource: table('WorkspaceHistory') },
  {
    action: 'elasticfilesystem:DescribeAccessPoints',
    resource: arn('elasticfilesystem', 'file-system/fs-0123456789abcdef0'),
  },
  { action: 'ecs:DescribeTaskDefinition', resource: '*' },
  { action: 'ecs:StopTask', resource: arn('ecs', 'task/workspaces/0123') },
];
const budgets: IamRequest[] = [
  { action: 'dynamodb:Query', resource: table('CleanupControl') },
  { action: 'dynamodb:UpdateItem', resource: table('CleanupControl') },
];

function passing(role: string, service: string): IamRequest {
  return {
    action: 'iam:PassRole',
    resource: role,
    context: { 'iam:PassedToService': `${service}.amazonaws.com` },
  };
}

/** What functions call in moments that the sample fleet does not come to: an hour without budget, a lost door, a late claim. */
const IN_OTHER_MOMENTS: Partial<Record<FunctionName, IamRequest[]>> = {
  deadlineReached: [...taking, ...budgets],
  overdueCheck: arming,
  report: [
    { action: 'dynamodb:UpdateItem', resource: table('WorkspaceStatus') },
    { action: 'dynamodb:GetItem', resource: table('WorkspaceStatus') },
  ],
  provision: [
    ...taking,
    ...arming,
    { action: 'dynamodb:UpdateItem', resource: table('ClientAccounts') },
    { action: 'ecs:DeregisterTaskDefinition', resource: '*' },
  ],
  resume: [
    ...taking,
    ...budgets,
    {
      action: 'elasticfilesystem:DeleteAccessPoint',
      resource: arn('elasticfilesystem', 'access-point/fsap-0123'),
    },
    { action: 'lambda:InvokeFunction', resource: arn('lambda', 'function:workspace-cleanup-prod-purge') },
  ],
};

test('every function may do what it does, and nothing that only others do', async () => {
  const stack = await startTestStack(folder());
  const director = new Director(stack, folder(), () => {});
  const finished = director.play();
  stack.run();
  await finished;
  await stack.inFlight.settled();
  director.close();
  await stack.stop();

  const kinds = new Map<string, IamRequest>();
  const expected = new Set<string>();
  for (const name of NAMES) {
    const known = (IN_OTHER_MOMENTS[name] ?? []).map((request) => [mockKindOf(request), request] as const);
    for (const [kind, request] of [...(mockCalls.get(name) ?? []), ...known]) {
      kinds.set(kind, request);
      expected.add(`${name} ${kind}`);
    }
  }
  // Every function was called, but for the one that has no client.
  expect([...mockCalls.keys()].sort()).toEqual(NAMES.filter((name) => name !== 'purge').sort());
  expect(expected.size).toBeGreaterThan(90);

  const allowed: string[] = [];
  for (const name of NAMES) {
    for (const [kind, request] of kinds) if (await isAllowed(name, request)) allowed.push(`${name} ${kind}`);
  }
  expect(allowed.sort()).toEqual([...expected].sort());
});

/** What no role of ours may do. */
const NOBODY: IamRequest[] = [
  { action: 'dynamodb:Scan', resource: table('WorkspaceStatus') },
  { action: 'dynamodb:DeleteItem', resource: table('WorkspaceStatus') },
  { action: 'dynamodb:DeleteTable', resource: table('WorkspaceStatus') },
  { action: 'dynamodb:UpdateTable', resource: table('WorkspaceStatus') },
  { action: 'dynamodb:UpdateItem', resource: table('WorkspaceHistory') },
  { action: 'dynamodb:DeleteItem', resource: table('WorkspaceHistory') },
  { action: 'dynamodb:GetItem', resource: table('WorkspaceHistory') },
  { action: 'dynamodb:UpdateItem', resource: table('WorkspaceStatus2') },
  { action: 'dynamodb:UpdateItem', resource: table('Customers') },
  { action: 'dynamodb:Query', resource: table('WorkspaceStatus/index/other') },
  { action: 'scheduler:DeleteSchedule', resource: arn('scheduler', 'schedule/workspace-cleanup-prod/1-a') },
  { action: 'scheduler:UpdateSchedule', resource: arn('scheduler', 'schedule/workspace-cleanup-prod/1-a') },
  { action: 'scheduler:CreateSchedule', resource: arn('scheduler', 'schedule/workspace-cleanup-dev/1-a') },
  { action: 'scheduler:CreateSchedule', resource: arn('scheduler', 'schedule/default/1-a') },
  passing('arn:aws:iam::123456789012:role/ScheduleRole', 'lambda'),
  passing('arn:aws:iam::123456789012:role/workspace-task', 'ec2'),
  passing('arn:aws:iam::123456789012:role/Admin', 'ecs-tasks'),
  passing('arn:aws:iam::123456789012:role/Admin', 'scheduler'),
  {
    action: 'ecs:RunTask',
    resource: arn('ecs', 'task-definition/billing:1'),
    context: { 'ecs:cluster': arn('ecs', 'cluster/workspaces') },
  },
  {
    action: 'ecs:RunTask',
    resource: arn('ecs', 'task-definition/workspace-x:1'),
    context: { 'ecs:cluster': arn('ecs', 'cluster/production') },
  },
  { action: 'ecs:StopTask', resource: arn('ecs', 'task/production/0123') },
  { action: 'ecs:ListTasks', resource: '*', context: { 'ecs:cluster': arn('ecs', 'cluster/production') } },
  { action: 'ecs:RegisterTaskDefinition', resource: arn('ecs', 'task-definition/billing:1') },
  { action: 'ecs:UpdateService', resource: arn('ecs', 'service/workspaces/x') },
  {
    action: 'elasticfilesystem:CreateAccessPoint',
    resource: arn('elasticfilesystem', 'file-system/fs-0ffffffffffffffff'),
  },
  {
    action: 'elasticfilesystem:DeleteFileSystem',
    resource: arn('elasticfilesystem', 'file-system/fs-0123456789abcdef0'),
  },
  {
    action: 'elasticfilesystem:ClientMount',
    resource: arn('elasticfilesystem', 'file-system/fs-0123456789abcdef0'),
  },
  {
    action: 'lambda:InvokeFunction',
    resource: arn('lambda', 'function:workspace-cleanup-prod-deadlineReached'),
  },
  { action: 'lambda:InvokeFunction', resource: arn('lambda', 'function:workspace-cleanup-dev-purge') },
  { action: 'lambda:UpdateFunctionCode', resource: arn('lambda', 'function:workspace-cleanup-prod-purge') },
  { action: 'secretsmanager:GetSecretValue', resource: arn('secretsmanager', 'secret:database') },
  { action: 'secretsmanager:PutSecretValue', resource: arn('secretsmanager', 'secret:TokenSecret') },
  {
    action: 'events:PutEvents',
    resource: arn('events', 'event-bus/default'),
    context: { 'events:source': ['aws.ec2'] },
  },
  {
    action: 'events:PutEvents',
    resource: arn('events', 'event-bus/default'),
    context: { 'events:source': ['workspace-cleanup', 'x'] },
  },
  {
    action: 'events:PutEvents',
    resource: arn('events', 'event-bus/other'),
    context: { 'events:source': ['workspace-cleanup'] },
  },
  { action: 's3:GetObject', resource: 'arn:aws:s3:::streamfailures/x' },
  { action: 's3:DeleteObject', resource: 'arn:aws:s3:::streamfailures/x' },
  { action: 'sqs:ReceiveMessage', resource: arn('sqs', 'DeadlineDeadLetters') },
  { action: 'sqs:SendMessage', resource: arn('sqs', 'ScheduleDeadLetters') },
  { action: 'elasticfilesystem:TagResource', resource: arn('elasticfilesystem', 'access-point/fsap-0123') },
  { action: 'ecs:TagResource', resource: arn('ecs', 'task-definition/workspace-x:1') },
  {
    action: 'elasticfilesystem:DeleteAccessPoint',
    resource: arn('elasticfilesystem', 'access-point/fsap-0123'),
    context: { 'aws:ResourceTag/workspace-cleanup:purpose': 'purge' },
  },
  { action: 'iam:CreateRole', resource: 'arn:aws:iam::123456789012:role/x' },
  { action: 'sts:AssumeRole', resource: 'arn:aws:iam::123456789012:role/Admin' },
];

test.each(NAMES)('%s may do none of what nobody may', async (name) => {
  const allowed: IamRequest[] = [];
  for (const request of NOBODY) if (await isAllowed(name, request)) allowed.push(request);
  expect(allowed).toEqual([]);
});

/** What Lambda does in a function's name, by function: to read its stream, to keep what failed, to write its log. */
const LAMBDA: [action: string, resource: string, of: FunctionName[]][] = [
  ['dynamodb:GetRecords', table('WorkspaceStatus/stream/2026-01-01T00:00:00.000'), ['workspaceChanged']],
  ['dynamodb:GetShardIterator', table('ClientAccounts/stream/2026-01-01T00:00:00.000'), ['accountChanged']],
  ['dynamodb:DescribeStream', table('CleanupControl/stream/2026-01-01T00:00:00.000'), ['controlChanged']],
  ['dynamodb:GetRecords', table('WorkspaceHistory/stream/2026-01-01T00:00:00.000'), ['publishEvents']],
  ['dynamodb:ListStreams', '*', ['accountChanged', 'controlChanged', 'publishEvents', 'workspaceChanged']],
  [
    's3:PutObject',
    'arn:aws:s3:::streamfailures/x',
    ['accountChanged', 'controlChanged', 'publishEvents', 'workspaceChanged'],
  ],
  [
    's3:ListBucket',
    'arn:aws:s3:::streamfailures',
    ['accountChanged', 'controlChanged', 'publishEvents', 'workspaceChanged'],
  ],
  ['sqs:SendMessage', arn('sqs', 'DeadlineDeadLetters'), ['deadlineReached', 'overdueCheck']],
  ['xray:PutTraceSegments', '*', NAMES],
  ...NAMES.map((name): [string, string, FunctionName[]] => [
    'logs:PutLogEvents',
    arn('logs', `log-group:/aws/lambda/workspace-cleanup-prod-${name}:log-stream:x`),
    [name],
  ]),
  ['ec2:CreateNetworkInterface', '*', ['purge']],
];

test.each(LAMBDA)('%s on %s is done in the name of %j alone', async (action, resource, of) => {
  const allowed: string[] = [];
  for (const name of NAMES) if (await isAllowed(name, { action, resource })) allowed.push(name);
  expect(allowed.sort()).toEqual([...of].sort());
});

describe('the function that deletes files', () => {
  const mount = (accessPoint?: string): IamRequest => ({
    action: 'elasticfilesystem:ClientRootAccess',
    resource: arn('elasticfilesystem', 'file-system/fs-0123456789abcdef0'),
    ...(accessPoint && {
      context: {
        'elasticfilesystem:AccessPointArn': arn('elasticfilesystem', `access-point/${accessPoint}`),
      },
    }),
  });

  test.each([
    ['its own access point', 'PurgeAccessPoint', true],
    ['that of a workspace', 'fsap-0123456789abcdef0', false],
    ['none', undefined, false],
  ])('as root through %s', async (_, accessPoint, expected) => {
    expect(await isAllowed('purge', mount(accessPoint))).toBe(expected);
  });

  test('cannot itself make the network interfaces that Lambda makes for it', async () => {
    const context = { 'lambda:SourceFunctionArn': arn('lambda', 'function:workspace-cleanup-prod-purge') };
    expect(await isAllowed('purge', { action: 'ec2:CreateNetworkInterface', resource: '*', context })).toBe(
      false,
    );
  });
});
