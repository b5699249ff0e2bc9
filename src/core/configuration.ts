import { z } from 'zod';
import { quote } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import type { Policy } from './policy.ts';
import type { PriceTiers } from './stripe-subscription.ts';
import { retentionDaysSchema, subscriptionTierSchema } from './workspace-row.ts';

/** Text of an environment variable that holds JSON. */
function json<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('not JSON');
        return z.NEVER;
      }
    })
    .pipe(schema);
}

const days = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(retentionDaysSchema);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const filled = z.string().min(1);

/** Each variable with what it takes, in the words of an error message, and its default, if it has one. */
const VARIABLES = {
  WORKSPACE_STATUS_TABLE: { schema: filled, takes: 'the name of the table', default: 'WorkspaceStatus' },
  CLIENT_ACCOUNTS_TABLE: { schema: filled, takes: 'the name of the table', default: 'ClientAccounts' },
  WORKSPACE_UIDS_TABLE: { schema: filled, takes: 'the name of the table', default: 'WorkspaceUids' },
  AWS_REGION: { schema: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/), takes: 'a Region, e.g. eu-central-1' },
  EFS_FILE_SYSTEM_ID: {
    schema: z.string().regex(/^fs-[0-9a-f]{8,40}$/),
    takes: 'the id of a file system, e.g. fs-0123456789abcdef0',
  },
  ECS_CLUSTER_NAME: {
    schema: z.string().regex(/^[\w-]{1,255}$/),
    takes: 'the name of the cluster, not its ARN',
  },
  ECS_TASK_DEFINITION: {
    schema: z.string(),
    takes: 'the family or ARN of the task definition that containers are made from',
    default: '',
  },
  ECS_SUBNETS: { schema: list, takes: 'subnet ids, separated by commas', default: '' },
  ECS_SECURITY_GROUPS: { schema: list, takes: 'security group ids, separated by commas', default: '' },
  RETENTION_POLICIES: {
    schema: json(
      z.strictObject({
        free: retentionDaysSchema,
        pro: retentionDaysSchema,
        enterprise: retentionDaysSchema,
      }),
    ),
    takes:
      'JSON with whole days (1 to 36500) of free, pro and enterprise, e.g. {"free":7,"pro":30,"enterprise":90}',
    default: '{"free":7,"pro":30,"enterprise":90}',
  },
  CANCELLED_GRACE_DAYS: { schema: days, takes: 'whole days from 1 to 36500', default: '7' },
  SUSPENDED_GRACE_DAYS: { schema: days, takes: 'whole days from 1 to 36500', default: '3' },
  STRIPE_PRICE_TIERS: {
    schema: json(z.record(z.string(), subscriptionTierSchema)),
    takes: 'JSON from price ids to free, pro or enterprise, e.g. {"price_123":"pro"}',
    default: '{}',
  },
  STRIPE_WEBHOOK_SECRET: {
    schema: z.string().regex(/^(whsec_\S+)?$/),
    takes: 'the signing secret of the Stripe endpoint, whsec_…',
    default: '',
    secret: true,
  },
  BILLING_WEBHOOK_SECRET: {
    schema: z.string().regex(/^(whsec_(?:[A-Za-z0-9+/]{4}){4,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)?$/),
    takes: 'a Standard Webhooks secret: whsec_ and base64',
    default: '',
    secret: true,
  },
  SCHEDULE_GROUP: {
    schema: z.string().regex(/^[0-9A-Za-z_.-]{1,64}$/),
    takes: 'a schedule group: 1 to 64 letters, digits, - _ .',
  },
  SCHEDULE_ROLE_ARN: {
    schema: z.string().regex(/^arn:/),
    takes: 'the ARN of the role that EventBridge Scheduler assumes',
  },
  SCHEDULE_DEAD_LETTER_ARN: {
    schema: z.string().regex(/^(arn:.*)?$/),
    takes: 'the ARN of an SQS queue',
    default: '',
  },
  DEADLINE_FUNCTION_ARN: {
    schema: z.string().regex(/^arn:/),
    takes: 'the ARN of the function deadlineReached',
  },
  TERMINATE_FILES: {
    schema: z.enum(['delete', 'retain']),
    takes: 'delete or retain',
    default: 'delete',
  },
  PURGE_FUNCTION_NAME: {
    schema: z.string().regex(/^[\w-]{0,64}$/),
    takes: 'the name of the function purge',
    default: '',
  },
  WORKSPACE_FILES_ROOT: {
    schema: z.string().regex(/^\/./),
    takes: 'the absolute path at which the folder /workspace of the file system is mounted',
  },
} as const;

type Variable = keyof typeof VARIABLES;
type Values = { [Name in Variable]: z.output<(typeof VARIABLES)[Name]['schema']> };

/** Everything that differs between installations, checked. */
export interface Configuration {
  policy: Policy;
  workspaceStatusTable: string;
  clientAccountsTable: string;
  workspaceUidsTable: string;
  /** Where all of this is, e.g. `eu-central-1`. */
  region: string;
  fileSystemId: string;
  cluster: string;
  /** Family or ARN; undefined where this installation starts no containers. */
  baseTaskDefinition: string | undefined;
  subnets: string[];
  securityGroups: string[];
  priceTiers: PriceTiers;
  /** Undefined where this provider is not used: its webhook answers 404. */
  stripeWebhookSecret: string | undefined;
  billingWebhookSecret: string | undefined;
  schedules: { group: string; roleArn: string; deadLetterArn: string | undefined; targetArn: string };
  /** The function that deletes the files of terminated workspaces; undefined where they are retained. */
  purgeFunctionName: string | undefined;
}

function readVariable<Name extends Variable>(
  name: Name,
  environment: Record<string, string | undefined>,
): Values[Name] {
  const variable: { schema: z.ZodType; takes: string; default?: string; secret?: boolean } = VARIABLES[name];
  const given = environment[name];
  const result = variable.schema.safeParse(given === undefined || given === '' ? variable.default : given);
  if (result.success) return result.data as Values[Name];
  const shown = variable.secret ? 'not valid (its value is a secret)' : quote(given);
  throw new BadInputError(`environment variable ${name} is ${shown}, expected ${variable.takes}`);
}

/** The policy alone: all that a dry look at the rules needs. Throws BadInputError naming the variable. */
export function readPolicy(environment: Record<string, string | undefined>): Policy {
  return {
    retentionDays: readVariable('RETENTION_POLICIES', environment),
    cancelledGraceDays: readVariable('CANCELLED_GRACE_DAYS', environment),
    suspendedGraceDays: readVariable('SUSPENDED_GRACE_DAYS', environment),
  };
}

/**
 * Reads the environment, e.g. `process.env`. An empty variable counts as one that is not set.
 * Throws BadInputError for the first bad value: the variable's name, the value, what it takes.
 */
export function readConfiguration(environment: Record<string, string | undefined>): Configuration {
  const read = <Name extends Variable>(name: Name) => readVariable(name, environment);
  return {
    policy: readPolicy(environment),
    workspaceStatusTable: read('WORKSPACE_STATUS_TABLE'),
    clientAccountsTable: read('CLIENT_ACCOUNTS_TABLE'),
    workspaceUidsTable: read('WORKSPACE_UIDS_TABLE'),
    region: read('AWS_REGION'),
    fileSystemId: read('EFS_FILE_SYSTEM_ID'),
    cluster: read('ECS_CLUSTER_NAME'),
    baseTaskDefinition: read('ECS_TASK_DEFINITION') || undefined,
    subnets: read('ECS_SUBNETS'),
    securityGroups: read('ECS_SECURITY_GROUPS'),
    priceTiers: read('STRIPE_PRICE_TIERS'),
    stripeWebhookSecret: read('STRIPE_WEBHOOK_SECRET') || undefined,
    billingWebhookSecret: read('BILLING_WEBHOOK_SECRET') || undefined,
    schedules: {
      group: read('SCHEDULE_GROUP'),
      roleArn: read('SCHEDULE_ROLE_ARN'),
      deadLetterArn: read('SCHEDULE_DEAD_LETTER_ARN') || undefined,
      targetArn: read('DEADLINE_FUNCTION_ARN'),
    },
    purgeFunctionName: read('TERMINATE_FILES') === 'retain' ? undefined : purgeFunctionName(environment),
  };
}

/** To delete without somebody who can would be to retain, and nobody would have said so. */
function purgeFunctionName(environment: Record<string, string | undefined>): string {
  const name = readVariable('PURGE_FUNCTION_NAME', environment);
  if (name !== '') return name;
  throw new BadInputError(
    'environment variable PURGE_FUNCTION_NAME is not set, expected the name of the function purge, or TERMINATE_FILES=retain',
  );
}

/** The environment of the function that deletes files: the only one that has them. Throws BadInputError. */
export function readFilesRoot(environment: Record<string, string | undefined>): string {
  return readVariable('WORKSPACE_FILES_ROOT', environment);
}
