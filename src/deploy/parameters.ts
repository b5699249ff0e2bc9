import * as z from 'zod';
import type { Variable } from '../core/configuration-parts.ts';
import { quote } from '../core/describe-problems.ts';
import { BadInputError } from '../core/errors.ts';
import { VARIABLES } from '../core/variables.ts';

/** What `serverless.yml` puts where no file system is given: enough to look at the template, and never deployed. */
export const NO_FILE_SYSTEM = 'fs-00000000000000000';

interface Parameter {
  schema: z.ZodType;
  /** In the words of an error message. */
  takes: string;
  /** The variable of the environment that `serverless.yml` takes it from, if it does. */
  from?: string;
  /** Its value is never shown. */
  secret?: boolean;
}

/** What a function reads from its environment, checked before it is deployed with it. */
function variable(name: Variable): Parameter {
  return { from: name, ...named(name) };
}

/** As `variable`, but not from the environment of whoever deploys. */
function named(name: Variable): Parameter {
  const { schema, takes } = VARIABLES[name];
  return { schema: schema(), takes };
}

/** Ids of one kind, e.g. `subnet-`, separated by commas; may be empty. */
function ids(from: string, prefix: string, what: string): Parameter {
  const id = `${prefix}[0-9a-f]{8,40}`;
  return {
    from,
    schema: z.string().regex(new RegExp(`^(${id}(,${id})*)?$`)),
    takes: `${what} ids, separated by commas without spaces, e.g. ${prefix}0123456789abcdef0`,
  };
}

/** The secret itself, or where CloudFormation finds it, so that it stands in no template. */
function secret(name: 'STRIPE_WEBHOOK_SECRET' | 'BILLING_WEBHOOK_SECRET'): Parameter {
  const { schema, takes } = VARIABLES[name];
  const reference = z.string().regex(/^\{\{resolve:secretsmanager:[^{}\s]+\}\}$/);
  return {
    from: name,
    secret: true,
    schema: z.union([reference, schema()]),
    takes: `${takes}, or {{resolve:secretsmanager:<id or ARN>}}`,
  };
}

function whole(least: number, most: number, what: string): Parameter {
  return {
    schema: z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number)
      .pipe(z.int().min(least).max(most)),
    takes: `${what}, a whole number from ${least} to ${most}`,
  };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
const table: Parameter = {
  schema: z.string().regex(/^[\w.-]{3,255}$/),
  takes: 'the name of a table: 3 to 255 letters, digits, - _ .',
};
const TABLES = [
  'workspaceStatusTable',
  'clientAccountsTable',
  'workspaceUidsTable',
  'workspaceHistoryTable',
  'cleanupControlTable',
] as const;

const ROLE = 'arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]+';
/** How long CloudWatch Logs keeps: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The stage parameters of `serverless.yml`, and what each takes. */
export const PARAMETERS = {
  workspaceStatusTable: table,
  clientAccountsTable: table,
  workspaceUidsTable: table,
  workspaceHistoryTable: table,
  cleanupControlTable: table,
  scheduleGroup: named('SCHEDULE_GROUP'),
  deadlineConcurrency: whole(0, 1_000, 'how many deadlines are handled at the same time'),
  scheduleQuota: whole(1_000, 999_999_999, 'schedules'),
  fileSystemId: variable('EFS_FILE_SYSTEM_ID'),
  clusterName: variable('ECS_CLUSTER_NAME'),
  baseTaskDefinition: {
    ...variable('ECS_TASK_DEFINITION'),
    schema: z
      .string()
      .regex(/^([\w-]{1,255}(:\d+)?|arn:aws[a-z-]*:ecs:[\w-]+:\d{12}:task-definition\/[\w-]+(:\d+)?)?$/),
  },
  taskRoles: {
    from: 'ECS_TASK_ROLES',
    schema: z.string().regex(new RegExp(`^(${ROLE}(,${ROLE})*)?$`)),
    takes:
      'the ARNs of the task role and the execution role of that task definition, separated by a comma without spaces',
  },
  subnets: ids('ECS_SUBNETS', 'subnet-', 'subnet'),
  securityGroups: ids('ECS_SECURITY_GROUPS', 'sg-', 'security group'),
  retentionPolicies: variable('RETENTION_POLICIES'),
  cancelledGraceDays: variable('CANCELLED_GRACE_DAYS'),
  suspendedGraceDays: variable('SUSPENDED_GRACE_DAYS'),
  unsavedWorkExtraDays: variable('UNSAVED_WORK_EXTRA_DAYS'),
  enforcement: variable('ENFORCEMENT'),
  archiveNoticeHours: variable('ARCHIVE_NOTICE_HOURS'),
  terminateNoticeHours: variable('TERMINATE_NOTICE_HOURS'),
  minimumTerminateNoticeHours: variable('MINIMUM_TERMINATE_NOTICE_HOURS'),
  maxArchivesPerHour: variable('MAX_ARCHIVES_PER_HOUR'),
  maxTerminationsPerHour: variable('MAX_TERMINATIONS_PER_HOUR'),
  maxPercentPerClient: variable('MAX_PERCENT_PER_CLIENT'),
  pauseAtArchivesPutOff: variable('PAUSE_AT_ARCHIVES_PUT_OFF'),
  pauseAtTerminationsPutOff: variable('PAUSE_AT_TERMINATIONS_PUT_OFF'),
  historyDays: variable('HISTORY_DAYS'),
  eventBus: variable('EVENT_BUS_NAME'),
  terminateFiles: {
    from: 'TERMINATE_FILES',
    schema: z.enum(['delete', 'retain', '']),
    takes: 'delete or retain',
  },
  stripePrices: variable('STRIPE_PRICE_TIERS'),
  stripeWebhookSecret: secret('STRIPE_WEBHOOK_SECRET'),
  billingWebhookSecret: secret('BILLING_WEBHOOK_SECRET'),
  workspaceTokenHours: variable('WORKSPACE_TOKEN_HOURS'),
  alarmEmail: {
    from: 'ALARM_EMAIL',
    schema: z.union([z.literal(''), z.email()]),
    takes: 'an e-mail address',
  },
  logRetentionDays: {
    schema: z.coerce.number().refine((days) => LOG_DAYS.includes(days)),
    takes: `days as CloudWatch Logs knows them: ${LOG_DAYS.join(', ')}`,
  },
  requestsPerSecond: whole(1, 10_000, 'requests a second'),
  tracing: { schema: z.enum(['Active', 'PassThrough']), takes: 'Active or PassThrough' },
  alarms: { schema: z.enum(['on', 'off']), takes: 'on or off' },
  leaveOut: {
    schema: z.string().regex(/^(AWS(::\w+){1,2}::(\w+|\*)(,|$))*$/),
    takes:
      'types of CloudFormation resources, separated by commas without spaces, e.g. AWS::Events::Rule,AWS::ApiGatewayV2::*',
  },
} satisfies Record<string, Parameter>;

export type ParameterName = keyof typeof PARAMETERS;

/** Each parameter as text, as it goes into the template. */
export type Parameters = Readonly<Record<ParameterName, string>>;

/**
 * Checks every parameter, and those that need each other.
 * Throws BadInputError with all problems: the parameter's name, the value, what it takes.
 */
export function readParameters(given: Readonly<Record<string, unknown>>): Parameters {
  const values = Object.fromEntries(
    Object.keys(PARAMETERS).map((name) => [name, String(given[name] ?? '')]),
  ) as Parameters;
  const problems = [
    ...Object.keys(given)
      .filter(isUnknown)
      .map((name) => `there is no parameter ${name}`),
    ...(Object.keys(PARAMETERS) as ParameterName[]).flatMap((name) => problemOf(name, values[name])),
    ...contradictionsIn(values),
  ];
  if (problems.length === 0) return values;
  throw new BadInputError(
    `the stage parameters are not good:\n${problems.map((line) => `  ${line}`).join('\n')}`,
  );
}

/** Names of functions have 64 characters at most, and the longest of ours leaves so many. */
const LONGEST_STAGE = 29;

/** Throws BadInputError for a stage whose name does not go into the names of its functions. */
export function checkStage(stage: string): void {
  if (/^[A-Za-z0-9-]+$/.test(stage) && stage.length <= LONGEST_STAGE) return;
  throw new BadInputError(`--stage is ${quote(stage)}, expected 1 to ${LONGEST_STAGE} letters, digits and -`);
}

/**
 * Throws BadInputError for what is good enough to be looked at, and not to be deployed. `endpoint` is what stands in for AWS;
 * empty for AWS itself.
 */
export function refuseToDeploy(
  stage: string,
  endpoint: string,
  { fileSystemId }: Pick<Parameters, 'fileSystemId'>,
): void {
  if (stage === 'local' && endpoint === '') {
    throw new BadInputError(
      'AWS_ENDPOINT_URL is not set, expected the address of an endpoint that stands in for AWS: the stage local enforces at once, without alarms',
    );
  }
  if (fileSystemId !== NO_FILE_SYSTEM) return;
  throw new BadInputError(`${nameOf('fileSystemId')} is not set, expected ${PARAMETERS.fileSystemId.takes}`);
}

function isUnknown(name: string): boolean {
  return !(name in PARAMETERS);
}

function nameOf(name: ParameterName): string {
  const { from }: Parameter = PARAMETERS[name];
  return from === undefined ? `parameter ${name}` : `parameter ${name} (${from})`;
}

function problemOf(name: ParameterName, value: string): string[] {
  const { schema, takes, secret }: Parameter = PARAMETERS[name];
  if (schema.safeParse(value).success) return [];
  const shown = secret ? 'not valid (its value is a secret)' : value === '' ? 'missing' : quote(value);
  return [`${nameOf(name)} is ${shown}, expected ${takes}`];
}

function contradictionsIn(values: Parameters): string[] {
  const needs: [is: boolean, name: ParameterName, why: string][] = [
    [values.securityGroups !== '', 'subnets', 'securityGroups is set'],
    [values.subnets !== '', 'securityGroups', 'subnets is set'],
    [
      values.terminateFiles === 'delete',
      'subnets',
      'terminateFiles is delete: files are deleted from within the VPC',
    ],
    [values.baseTaskDefinition !== '', 'subnets', 'baseTaskDefinition is set: containers run there'],
    [values.baseTaskDefinition !== '', 'taskRoles', 'baseTaskDefinition is set: its roles are passed to ECS'],
  ];
  const missing = needs
    .filter(([isNeeded, name]) => isNeeded && values[name] === '')
    .map(([, name, why]) => `${nameOf(name)} is missing, as ${why}; expected ${PARAMETERS[name].takes}`);
  return [...missing, ...namesTwice(values)];
}

function namesTwice(values: Parameters): string[] {
  return TABLES.filter((name, index) =>
    TABLES.slice(0, index).some((other) => values[other] === values[name]),
  ).map(
    (name) => `${nameOf(name)} is ${quote(values[name])} as another table is, expected a name of its own`,
  );
}
