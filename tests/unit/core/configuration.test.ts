import { readConfiguration, readParts, readPolicy } from '../../../src/core/configuration.ts';
import { BadInputError } from '../../../src/core/errors.ts';
import { okPolicy } from '../../support/rows.ts';

/** Only what has no default. */
const okEnvironment = {
  AWS_REGION: 'us-east-1',
  PURGE_FUNCTION_NAME: 'workspace-cleanup-dev-purge',
  EFS_FILE_SYSTEM_ID: 'fs-0123456789abcdef0',
  ECS_CLUSTER_NAME: 'workspaces',
  SCHEDULE_GROUP: 'workspace-cleanup',
  SCHEDULE_ROLE_ARN: 'arn:aws:iam::123456789012:role/scheduler',
  DEADLINE_FUNCTION_ARN: 'arn:aws:lambda:us-east-1:123456789012:function:deadlineReached',
};

test('what is not set has its default', () => {
  expect(readConfiguration(okEnvironment)).toEqual({
    policy: {
      ...okPolicy,
      unsavedWorkExtraDays: 0,
      notice: { archive: 86_400, terminate: 259_200, minimumTerminate: 86_400 },
    },
    safety: {
      enforcement: 'observe',
      budgets: { archive: 500, terminate: 100 },
      percentPerClient: 25,
      pauseAtPutOff: { archive: 2_000, terminate: 400 },
    },
    workspaceHistoryTable: 'WorkspaceHistory',
    cleanupControlTable: 'CleanupControl',
    historyDays: 400,
    eventBus: 'default',
    workspaceStatusTable: 'WorkspaceStatus',
    clientAccountsTable: 'ClientAccounts',
    workspaceUidsTable: 'WorkspaceUids',
    region: 'us-east-1',
    fileSystemId: 'fs-0123456789abcdef0',
    cluster: 'workspaces',
    baseTaskDefinition: undefined,
    subnets: [],
    securityGroups: [],
    priceTiers: {},
    stripeWebhookSecret: undefined,
    billingWebhookSecret: undefined,
    tokens: { secretId: 'workspace-cleanup/tokens', lifeSeconds: 86_400 },
    apiUrl: undefined,
    schedules: {
      group: 'workspace-cleanup',
      roleArn: okEnvironment.SCHEDULE_ROLE_ARN,
      deadLetterArn: undefined,
      targetArn: okEnvironment.DEADLINE_FUNCTION_ARN,
    },
    purgeFunctionName: 'workspace-cleanup-dev-purge',
  });
});

test('what is set to nothing is not set', () => {
  const empty = { RETENTION_POLICIES: '', WORKSPACE_STATUS_TABLE: '', STRIPE_WEBHOOK_SECRET: '' };
  expect(readConfiguration({ ...okEnvironment, ...empty })).toEqual(readConfiguration(okEnvironment));
});

test.each([
  [
    'RETENTION_POLICIES',
    '{"free":1,"pro":2,"enterprise":36500}',
    { policy: { retentionDays: { free: 1, pro: 2, enterprise: 36_500 } } },
  ],
  ['CANCELLED_GRACE_DAYS', '14', { policy: { cancelledGraceDays: 14 } }],
  ['SUSPENDED_GRACE_DAYS', '36500', { policy: { suspendedGraceDays: 36_500 } }],
  ['ARCHIVE_NOTICE_HOURS', '0', { policy: { notice: { archive: 0 } } }],
  ['TERMINATE_NOTICE_HOURS', '8760', { policy: { notice: { terminate: 31_536_000 } } }],
  ['MINIMUM_TERMINATE_NOTICE_HOURS', '48', { policy: { notice: { minimumTerminate: 172_800 } } }],
  ['ENFORCEMENT', 'enforce', { safety: { enforcement: 'enforce' } }],
  ['MAX_ARCHIVES_PER_HOUR', '1', { safety: { budgets: { archive: 1 } } }],
  ['MAX_TERMINATIONS_PER_HOUR', '9999999', { safety: { budgets: { terminate: 9_999_999 } } }],
  ['MAX_PERCENT_PER_CLIENT', '100', { safety: { percentPerClient: 100 } }],
  ['PAUSE_AT_ARCHIVES_PUT_OFF', '7', { safety: { pauseAtPutOff: { archive: 7 } } }],
  ['PAUSE_AT_TERMINATIONS_PUT_OFF', '8', { safety: { pauseAtPutOff: { terminate: 8 } } }],
  ['HISTORY_DAYS', '30', { historyDays: 30 }],
  ['EVENT_BUS_NAME', 'ours', { eventBus: 'ours' }],
  ['WORKSPACE_STATUS_TABLE', 'Rows', { workspaceStatusTable: 'Rows' }],
  ['CLIENT_ACCOUNTS_TABLE', 'Accounts', { clientAccountsTable: 'Accounts' }],
  ['ECS_TASK_DEFINITION', 'workspace:3', { baseTaskDefinition: 'workspace:3' }],
  ['ECS_SUBNETS', 'subnet-1, subnet-2,', { subnets: ['subnet-1', 'subnet-2'] }],
  ['ECS_SECURITY_GROUPS', 'sg-1', { securityGroups: ['sg-1'] }],
  ['STRIPE_PRICE_TIERS', '{"price_1":"pro"}', { priceTiers: { price_1: 'pro' } }],
  ['STRIPE_WEBHOOK_SECRET', 'whsec_test', { stripeWebhookSecret: 'whsec_test' }],
  [
    'BILLING_WEBHOOK_SECRET',
    'whsec_MDEyMzQ1Njc4OWFiY2RlZg==',
    { billingWebhookSecret: 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==' },
  ],
  [
    'SCHEDULE_DEAD_LETTER_ARN',
    'arn:aws:sqs:us-east-1:1:dead',
    { schedules: { deadLetterArn: 'arn:aws:sqs:us-east-1:1:dead' } },
  ],
  ['WORKSPACE_UIDS_TABLE', 'Uids', { workspaceUidsTable: 'Uids' }],
  ['AWS_REGION', 'ap-southeast-2', { region: 'ap-southeast-2' }],
  ['TERMINATE_FILES', 'delete', { purgeFunctionName: 'workspace-cleanup-dev-purge' }],
  ['TERMINATE_FILES', 'retain', { purgeFunctionName: undefined }],
])('%s is read from %j', (name, value, expected) => {
  expect(readConfiguration({ ...okEnvironment, [name]: value })).toMatchObject(expected);
});

const RETENTION_EXPECTED = 'JSON with whole days (1 to 36500) of free, pro and enterprise';
const DAYS_EXPECTED = 'whole days from 1 to 36500';

test.each([
  ['RETENTION_POLICIES', 'seven', RETENTION_EXPECTED],
  ['RETENTION_POLICIES', 'null', RETENTION_EXPECTED],
  ['RETENTION_POLICIES', '{"free":7,"pro":30}', RETENTION_EXPECTED],
  ['RETENTION_POLICIES', '{"free":7,"pro":30,"enterprise":90,"gold":1}', RETENTION_EXPECTED],
  ['RETENTION_POLICIES', '{"free":0,"pro":30,"enterprise":90}', RETENTION_EXPECTED],
  ['RETENTION_POLICIES', '{"free":"7","pro":30,"enterprise":90}', RETENTION_EXPECTED],
  ['RETENTION_POLICIES', '{"free":36501,"pro":30,"enterprise":90}', RETENTION_EXPECTED],
  ['CANCELLED_GRACE_DAYS', '0', DAYS_EXPECTED],
  ['CANCELLED_GRACE_DAYS', '-7', DAYS_EXPECTED],
  ['CANCELLED_GRACE_DAYS', '7 days', DAYS_EXPECTED],
  ['CANCELLED_GRACE_DAYS', '36501', DAYS_EXPECTED],
  ['SUSPENDED_GRACE_DAYS', '1.5', DAYS_EXPECTED],
  ['SUSPENDED_GRACE_DAYS', '0x7', DAYS_EXPECTED],
  ['EFS_FILE_SYSTEM_ID', 'my-files', 'the id of a file system, e.g. fs-'],
  ['STRIPE_PRICE_TIERS', '{"price_1":"gold"}', 'JSON from price ids to free, pro or enterprise'],
  ['STRIPE_PRICE_TIERS', '[]', 'JSON from price ids to free, pro or enterprise'],
  ['SCHEDULE_GROUP', 'a group', 'a schedule group: 1 to 64 letters, digits, - _ .'],
  ['SCHEDULE_GROUP', 'a'.repeat(65), 'a schedule group: 1 to 64 letters, digits, - _ .'],
  ['SCHEDULE_ROLE_ARN', 'scheduler', 'the ARN of the role that EventBridge Scheduler assumes'],
  ['SCHEDULE_DEAD_LETTER_ARN', 'dead', 'the ARN of an SQS queue'],
  ['DEADLINE_FUNCTION_ARN', 'deadlineReached', 'the ARN of the function deadlineReached'],
  ['AWS_REGION', 'Frankfurt', 'a Region, e.g. eu-central-1'],
  ['TERMINATE_FILES', 'yes', 'delete or retain'],
  ['PURGE_FUNCTION_NAME', 'arn:aws:lambda', 'the name of the function purge'],
])('%s %j is refused with its name, its value and what it takes', (name, value, takes) => {
  const read = () => readConfiguration({ ...okEnvironment, [name]: value });
  expect(read).toThrow(BadInputError);
  expect(read).toThrow(`environment variable ${name} is ${JSON.stringify(value)}, expected ${takes}`);
});

test.each(Object.keys(okEnvironment))('%s has no default', (name) => {
  const read = () => readConfiguration({ ...okEnvironment, [name]: undefined });
  expect(read).toThrow(new RegExp(`environment variable ${name} is (missing|not set), expected `));
});

test('whoever retains files needs nobody who deletes them', () => {
  const retaining = { ...okEnvironment, PURGE_FUNCTION_NAME: '', TERMINATE_FILES: 'retain' };
  expect(readConfiguration(retaining).purgeFunctionName).toBeUndefined();
});

test.each([
  ['/mnt/workspaces', '/mnt/workspaces'],
  [undefined, /environment variable WORKSPACE_FILES_ROOT is missing, expected the absolute path/],
  ['', /is "", expected the absolute path/],
  ['mnt', /environment variable WORKSPACE_FILES_ROOT is "mnt", expected the absolute path/],
  ['/', /is "\/", expected the absolute path/],
])('the function that deletes files has them at %j', (value, expected) => {
  const read = () => readParts(['filesRoot'], { WORKSPACE_FILES_ROOT: value }).filesRoot;
  if (typeof expected === 'string') expect(read()).toBe(expected);
  else expect(read).toThrow(expected);
});

describe('a secret that is refused', () => {
  test.each(['hunter2', 'whsec_short', `sk_live_${'a'.repeat(40)}`])('%s is not shown', (secret) => {
    let message = '';
    try {
      readConfiguration({ ...okEnvironment, BILLING_WEBHOOK_SECRET: secret });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('environment variable BILLING_WEBHOOK_SECRET is not valid');
    expect(message).toContain('expected a Standard Webhooks secret: whsec_ and base64');
    expect(message).not.toContain(secret.replace('whsec_', ''));
  });
});

describe('the policy alone', () => {
  test('needs nothing else', () => {
    expect(readPolicy({})).toEqual({
      ...okPolicy,
      unsavedWorkExtraDays: 0,
      notice: { archive: 86_400, terminate: 259_200, minimumTerminate: 86_400 },
    });
  });

  test('is refused by the variable', () => {
    expect(() => readPolicy({ CANCELLED_GRACE_DAYS: 'x' })).toThrow(
      `environment variable CANCELLED_GRACE_DAYS is "x", expected ${DAYS_EXPECTED}`,
    );
  });
});
