import { EVERYTHING } from './packaged.ts';

/** A call as IAM sees it. */
export interface IamRequest {
  action: string;
  resource: string;
  /** Beside what the caller itself says, e.g. `{ 'ecs:cluster': 'arn:…' }`. */
  context?: Record<string, string | string[]>;
}

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const table = (name: unknown) => arn('dynamodb', `table/${name}`);
const CLUSTER = { 'ecs:cluster': arn('ecs', `cluster/${EVERYTHING.ECS_CLUSTER_NAME}`) };
const [taskRole = ''] = EVERYTHING.ECS_TASK_ROLES.split(',');

/** ARNs of the local stack, with the account and the names that the packaged template has. */
function translated(text: unknown): string {
  return String(text)
    .replaceAll('000000000000', ACCOUNT)
    .replaceAll('workspace-cleanup-local', 'workspace-cleanup-prod')
    .replaceAll('workspace-cleanup-schedules', 'ScheduleRole');
}

type Input = Record<string, unknown>;
type Item = Record<'Put' | 'Update' | 'Delete' | 'ConditionCheck', { TableName: string } | undefined>;

const ITEM_ACTIONS = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
} as const;

const onTable = (action: string) => (input: Input) => [
  {
    action: `dynamodb:${action}`,
    resource: table(input.TableName) + (input.IndexName === undefined ? '' : `/index/${input.IndexName}`),
  },
];
const any = (action: string, context?: Record<string, string>) => () => [
  { action, resource: '*', ...(context && { context }) },
];

/** What IAM is asked for each command that the functions send: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const REQUESTS: Record<string, (input: Input) => IamRequest[]> = {
  GetItemCommand: onTable('GetItem'),
  PutItemCommand: onTable('PutItem'),
  UpdateItemCommand: onTable('UpdateItem'),
  QueryCommand: onTable('Query'),
  ScanCommand: onTable('Scan'),
  TransactWriteItemsCommand: ({ TransactItems }) =>
    (TransactItems as Item[]).flatMap((item) =>
      (Object.keys(ITEM_ACTIONS) as (keyof Item)[]).flatMap((kind) => {
        const { [kind]: part } = item;
        return part === undefined ? [] : [{ action: ITEM_ACTIONS[kind], resource: table(part.TableName) }];
      }),
    ),
  CreateScheduleCommand: ({ GroupName, Name, Target }) => [
    {
      action: 'scheduler:CreateSchedule',
      resource: arn('scheduler', translated(`schedule/${GroupName}/${Name}`)),
    },
    {
      action: 'iam:PassRole',
      resource: translated((Target as { RoleArn: string }).RoleArn),
      context: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
    },
  ],
  ListTasksCommand: any('ecs:ListTasks', CLUSTER),
  DescribeTaskDefinitionCommand: any('ecs:DescribeTaskDefinition'),
  ListTaskDefinitionsCommand: any('ecs:ListTaskDefinitions'),
  DeregisterTaskDefinitionCommand: any('ecs:DeregisterTaskDefinition'),
  RegisterTaskDefinitionCommand: ({ family }) => {
    const resource = arn('ecs', `task-definition/${family}:1`);
    return [
      { action: 'ecs:RegisterTaskDefinition', resource },
      { action: 'ecs:TagResource', resource, context: { 'ecs:CreateAction': 'RegisterTaskDefinition' } },
    ];
  },
  DescribeTasksCommand: ({ tasks }) =>
    (tasks as string[]).map((task) => ({
      action: 'ecs:DescribeTasks',
      resource: translated(task),
      context: CLUSTER,
    })),
  StopTaskCommand: ({ task }) => [{ action: 'ecs:StopTask', resource: translated(task), context: CLUSTER }],
  RunTaskCommand: ({ taskDefinition }) => [
    { action: 'ecs:RunTask', resource: translated(taskDefinition), context: CLUSTER },
    {
      action: 'iam:PassRole',
      resource: taskRole,
      context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    },
  ],
  CreateAccessPointCommand: () => [
    { action: 'elasticfilesystem:CreateAccessPoint', resource: FILE_SYSTEM },
    {
      action: 'elasticfilesystem:TagResource',
      resource: accessPoint('fsap-0123456789abcdef0'),
      context: { 'elasticfilesystem:CreateAction': 'CreateAccessPoint' },
    },
  ],
  DescribeAccessPointsCommand: ({ AccessPointId }) => [
    {
      action: 'elasticfilesystem:DescribeAccessPoints',
      resource: AccessPointId === undefined ? FILE_SYSTEM : accessPoint(AccessPointId),
    },
  ],
  DeleteAccessPointCommand: ({ AccessPointId }) => [
    { action: 'elasticfilesystem:DeleteAccessPoint', resource: accessPoint(AccessPointId) },
  ],
  InvokeCommand: ({ FunctionName }) => [
    { action: 'lambda:InvokeFunction', resource: arn('lambda', translated(`function:${FunctionName}`)) },
  ],
  PutEventsCommand: ({ Entries }) =>
    (Entries as { EventBusName?: string; Source: string }[]).map(({ EventBusName = 'default', Source }) => ({
      action: 'events:PutEvents',
      resource: arn('events', `event-bus/${EventBusName}`),
      context: { 'events:source': [Source] },
    })),
  GetSecretValueCommand: () => [
    { action: 'secretsmanager:GetSecretValue', resource: arn('secretsmanager', 'secret:TokenSecret') },
  ],
};

const FILE_SYSTEM = arn('elasticfilesystem', `file-system/${EVERYTHING.EFS_FILE_SYSTEM_ID}`);
const accessPoint = (id: unknown) => arn('elasticfilesystem', `access-point/${id}`);

/** What IAM is asked for a command of the SDK. Throws for one that is not known: it has to be added, and allowed. */
export function iamRequestsOf(command: { constructor: { name: string }; input: object }): IamRequest[] {
  const { name } = command.constructor;
  const { [name]: requests } = REQUESTS;
  if (requests === undefined) throw new Error(`${name} is sent, and nobody knows which permission it needs`);
  return requests(command.input as Input);
}
