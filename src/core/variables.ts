import * as z from 'zod';
import { enforcementSchema, MOST_PER_HOUR } from './control.ts';
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

const days = () =>
  z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(retentionDaysSchema);
/** A notice of more than a year would be one for everything. */
const hours = () =>
  z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(0).max(8_760));
const HOURS_TAKEN = 'whole hours from 0 to 8760';
const count = () =>
  z
    .string()
    .regex(/^\d{1,7}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(MOST_PER_HOUR));
const percent = () =>
  z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(100));
const COUNT_TAKEN = `a whole number from 1 to ${MOST_PER_HOUR}`;
const list = () =>
  z.string().transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
const filled = () => z.string().min(1);

/**
 * Each variable with what it takes, in the words of an error message, and its default, if it has one. A schema is built when it
 * is asked for: to build all of them takes a third of the start of a function that reads a few.
 */
export const VARIABLES = {
  WORKSPACE_STATUS_TABLE: { schema: filled, takes: 'the name of the table', default: 'WorkspaceStatus' },
  CLIENT_ACCOUNTS_TABLE: { schema: filled, takes: 'the name of the table', default: 'ClientAccounts' },
  WORKSPACE_UIDS_TABLE: { schema: filled, takes: 'the name of the table', default: 'WorkspaceUids' },
  WORKSPACE_TOKEN_SECRET: {
    schema: filled,
    takes: 'the name or ARN of the secret that signs the tokens of workspaces',
    default: 'workspace-cleanup/tokens',
  },
  WORKSPACE_TOKEN_HOURS: {
    schema: () => hours().pipe(z.int().min(1).max(720)),
    takes: 'whole hours from 1 to 720',
    default: '24',
  },
  WORKSPACE_API_URL: {
    schema: () => z.union([z.literal(''), z.url()]),
    takes: 'the address of the HTTP API',
    default: '',
  },
  AWS_REGION: {
    schema: () => z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/),
    takes: 'a Region, e.g. eu-central-1',
  },
  EFS_FILE_SYSTEM_ID: {
    schema: () => z.string().regex(/^fs-[0-9a-f]{8,40}$/),
    takes: 'the id of a file system, e.g. fs-0123456789abcdef0',
  },
  ECS_CLUSTER_NAME: {
    schema: () => z.string().regex(/^[\w-]{1,255}$/),
    takes: 'the name of the cluster, not its ARN',
  },
  ECS_TASK_DEFINITION: {
    schema: () => z.string(),
    takes: 'the family or ARN of the task definition that containers are made from',
    default: '',
  },
  ECS_SUBNETS: { schema: list, takes: 'subnet ids, separated by commas', default: '' },
  ECS_SECURITY_GROUPS: { schema: list, takes: 'security group ids, separated by commas', default: '' },
  RETENTION_POLICIES: {
    schema: () =>
      json(
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
  UNSAVED_WORK_EXTRA_DAYS: {
    schema: () =>
      z
        .string()
        .regex(/^\d{1,3}$/)
        .transform(Number)
        .pipe(z.int().min(0).max(365)),
    takes: 'whole days from 0 to 365',
    default: '0',
  },
  ARCHIVE_NOTICE_HOURS: { schema: hours, takes: HOURS_TAKEN, default: '24' },
  TERMINATE_NOTICE_HOURS: { schema: hours, takes: HOURS_TAKEN, default: '72' },
  MINIMUM_TERMINATE_NOTICE_HOURS: { schema: hours, takes: HOURS_TAKEN, default: '24' },
  ENFORCEMENT: { schema: () => enforcementSchema, takes: 'off, observe or enforce', default: 'observe' },
  MAX_ARCHIVES_PER_HOUR: { schema: count, takes: COUNT_TAKEN, default: '500' },
  MAX_TERMINATIONS_PER_HOUR: { schema: count, takes: COUNT_TAKEN, default: '100' },
  MAX_PERCENT_PER_CLIENT: {
    schema: percent,
    takes: 'a whole number of percent from 1 to 100',
    default: '25',
  },
  PAUSE_AT_ARCHIVES_PUT_OFF: { schema: count, takes: COUNT_TAKEN, default: '2000' },
  PAUSE_AT_TERMINATIONS_PUT_OFF: { schema: count, takes: COUNT_TAKEN, default: '400' },
  HISTORY_DAYS: { schema: days, takes: 'whole days from 1 to 36500', default: '400' },
  WORKSPACE_HISTORY_TABLE: { schema: filled, takes: 'the name of the table', default: 'WorkspaceHistory' },
  CLEANUP_CONTROL_TABLE: { schema: filled, takes: 'the name of the table', default: 'CleanupControl' },
  EVENT_BUS_NAME: {
    schema: () => z.string().regex(/^[\w./-]{1,256}$/),
    takes: 'the name of an event bus',
    default: 'default',
  },
  STRIPE_PRICE_TIERS: {
    schema: () => json(z.record(z.string(), subscriptionTierSchema)),
    takes: 'JSON from price ids to free, pro or enterprise, e.g. {"price_123":"pro"}',
    default: '{}',
  },
  STRIPE_WEBHOOK_SECRET: {
    schema: () => z.string().regex(/^(whsec_\S+)?$/),
    takes: 'the signing secret of the Stripe endpoint, whsec_…',
    default: '',
    secret: true,
  },
  BILLING_WEBHOOK_SECRET: {
    schema: () =>
      z.string().regex(/^(whsec_(?:[A-Za-z0-9+/]{4}){4,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)?$/),
    takes: 'a Standard Webhooks secret: whsec_ and base64',
    default: '',
    secret: true,
  },
  SCHEDULE_GROUP: {
    schema: () => z.string().regex(/^[0-9A-Za-z_.-]{1,64}$/),
    takes: 'a schedule group: 1 to 64 letters, digits, - _ .',
  },
  SCHEDULE_ROLE_ARN: {
    schema: () => z.string().regex(/^arn:/),
    takes: 'the ARN of the role that EventBridge Scheduler assumes',
  },
  SCHEDULE_DEAD_LETTER_ARN: {
    schema: () => z.string().regex(/^(arn:.*)?$/),
    takes: 'the ARN of an SQS queue',
    default: '',
  },
  DEADLINE_FUNCTION_ARN: {
    schema: () => z.string().regex(/^arn:/),
    takes: 'the ARN of the function deadlineReached',
  },
  TERMINATE_FILES: {
    schema: () => z.enum(['delete', 'retain']),
    takes: 'delete or retain',
    default: 'delete',
  },
  PURGE_FUNCTION_NAME: {
    schema: () => z.string().regex(/^[\w-]{0,64}$/),
    takes: 'the name of the function purge',
    default: '',
  },
  WORKSPACE_FILES_ROOT: {
    schema: () => z.string().regex(/^\/./),
    takes: 'the absolute path at which the folder /workspace of the file system is mounted',
  },
} as const;
