import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checkStage, PARAMETERS, readParameters, refuseToDeploy } from '../../../src/deploy/parameters.ts';

const yaml = parse(readFileSync('serverless.yml', 'utf8'), { merge: true }) as {
  params: { default: Record<string, unknown> };
};
const ROLE = 'arn:aws:iam::123456789012:role/workspace-task';

/** As serverless.yml has them where nothing is set. */
const okParameters: Record<string, string> = {
  workspaceStatusTable: 'WorkspaceStatus',
  clientAccountsTable: 'ClientAccounts',
  workspaceUidsTable: 'WorkspaceUids',
  workspaceHistoryTable: 'WorkspaceHistory',
  cleanupControlTable: 'CleanupControl',
  scheduleGroup: 'workspace-cleanup-dev',
  deadlineConcurrency: '20',
  scheduleQuota: '10000000',
  fileSystemId: 'fs-00000000000000000',
  clusterName: 'workspaces',
  baseTaskDefinition: '',
  taskRoles: '',
  subnets: '',
  securityGroups: '',
  retentionPolicies: '{"free":7,"pro":30,"enterprise":90}',
  cancelledGraceDays: '7',
  suspendedGraceDays: '3',
  unsavedWorkExtraDays: '0',
  enforcement: 'observe',
  archiveNoticeHours: '24',
  terminateNoticeHours: '72',
  minimumTerminateNoticeHours: '24',
  maxArchivesPerHour: '500',
  maxTerminationsPerHour: '100',
  maxPercentPerClient: '25',
  pauseAtArchivesPutOff: '2000',
  pauseAtTerminationsPutOff: '400',
  historyDays: '400',
  eventBus: 'default',
  terminateFiles: '',
  stripePrices: '{}',
  stripeWebhookSecret: '',
  billingWebhookSecret: '',
  workspaceTokenHours: '24',
  alarmEmail: '',
  logRetentionDays: '90',
  requestsPerSecond: '500',
  tracing: 'Active',
  alarms: 'on',
  leaveOut: '',
};
const ok = (change: Record<string, unknown> = {}) => readParameters({ ...okParameters, ...change });

test('are those of serverless.yml, each with its check', () => {
  expect(Object.keys(yaml.params.default).sort()).toEqual(Object.keys(PARAMETERS).sort());
  expect(ok()).toEqual(okParameters);
});

test.each([
  [
    'fileSystemId',
    'fs-1',
    'parameter fileSystemId (EFS_FILE_SYSTEM_ID) is "fs-1", expected the id of a file system',
  ],
  [
    'fileSystemId',
    '',
    'parameter fileSystemId (EFS_FILE_SYSTEM_ID) is missing, expected the id of a file system',
  ],
  [
    'clusterName',
    'arn:aws:ecs:x',
    'parameter clusterName (ECS_CLUSTER_NAME) is "arn:aws:ecs:x", expected the name of the cluster',
  ],
  ['baseTaskDefinition', 'a b', 'parameter baseTaskDefinition (ECS_TASK_DEFINITION) is "a b"'],
  [
    'taskRoles',
    'workspace-task',
    'parameter taskRoles (ECS_TASK_ROLES) is "workspace-task", expected the ARNs',
  ],
  [
    'subnets',
    'subnet-1, subnet-2',
    'parameter subnets (ECS_SUBNETS) is "subnet-1, subnet-2", expected subnet ids',
  ],
  ['securityGroups', 'default', 'parameter securityGroups (ECS_SECURITY_GROUPS) is "default"'],
  ['retentionPolicies', '{"free":7}', 'parameter retentionPolicies (RETENTION_POLICIES) is'],
  [
    'cancelledGraceDays',
    '0',
    'parameter cancelledGraceDays (CANCELLED_GRACE_DAYS) is "0", expected whole days from 1',
  ],
  ['enforcement', 'on', 'parameter enforcement (ENFORCEMENT) is "on", expected off, observe or enforce'],
  ['maxArchivesPerHour', 'many', 'parameter maxArchivesPerHour (MAX_ARCHIVES_PER_HOUR) is "many"'],
  [
    'terminateFiles',
    'keep',
    'parameter terminateFiles (TERMINATE_FILES) is "keep", expected delete or retain',
  ],
  [
    'stripePrices',
    'price_1=pro',
    'parameter stripePrices (STRIPE_PRICE_TIERS) is "price_1=pro", expected JSON',
  ],
  ['deadlineConcurrency', '-1', 'parameter deadlineConcurrency is "-1", expected how many deadlines'],
  ['scheduleQuota', '10', 'parameter scheduleQuota is "10", expected schedules'],
  ['requestsPerSecond', '1e3', 'parameter requestsPerSecond is "1e3"'],
  [
    'securityGroups',
    'sg-0123456789abcdef0 ',
    'parameter securityGroups (ECS_SECURITY_GROUPS) is "sg-0123456789abcdef0 "',
  ],
  [
    'workspaceUidsTable',
    'Work Space',
    'parameter workspaceUidsTable is "Work Space", expected the name of a table',
  ],
  ['cleanupControlTable', 'WorkspaceStatus', 'cleanupControlTable is "WorkspaceStatus" as another table is'],
  ['scheduleGroup', 'a/b', 'parameter scheduleGroup is "a/b", expected a schedule group'],
  ['workspaceStatusTable', '', 'parameter workspaceStatusTable is missing, expected the name of a table'],
  ['alarmEmail', 'ops', 'parameter alarmEmail (ALARM_EMAIL) is "ops", expected an e-mail address'],
  [
    'logRetentionDays',
    '42',
    'parameter logRetentionDays is "42", expected days as CloudWatch Logs knows them',
  ],
  ['requestsPerSecond', '-1', 'parameter requestsPerSecond is "-1"'],
  ['tracing', 'on', 'parameter tracing is "on", expected Active or PassThrough'],
  ['alarms', 'yes', 'parameter alarms is "yes", expected on or off'],
])('%s that is %j stops by name', (name, value, message) => {
  expect(() => ok({ [name]: value })).toThrow(message);
});

test.each([
  [
    { subnets: 'subnet-0123456789abcdef0' },
    'securityGroups (ECS_SECURITY_GROUPS) is missing, as subnets is set',
  ],
  [{ securityGroups: 'sg-0123456789abcdef0' }, 'subnets (ECS_SUBNETS) is missing, as securityGroups is set'],
  [{ terminateFiles: 'delete' }, 'subnets (ECS_SUBNETS) is missing, as terminateFiles is delete'],
  [
    { baseTaskDefinition: 'base', taskRoles: ROLE },
    'subnets (ECS_SUBNETS) is missing, as baseTaskDefinition is set',
  ],
  [{ baseTaskDefinition: 'base' }, 'taskRoles (ECS_TASK_ROLES) is missing, as baseTaskDefinition is set'],
])('%j needs another', (change, message) => {
  expect(() => ok(change)).toThrow(message);
});

test('all that is wrong is said at once, also a name that nobody knows', () => {
  const read = () => ok({ fileSystemId: 'x', enforcment: 'enforce', alarms: '' });
  expect(read).toThrow(
    /^the stage parameters are not good:\n {2}there is no parameter enforcment\n {2}.*fileSystemId.*\n {2}.*alarms/,
  );
});

describe('a secret', () => {
  test.each(['{{resolve:secretsmanager:workspace-cleanup/stripe}}', 'whsec_abcdef', ''])(
    'may be %j',
    (value) => {
      expect(ok({ stripeWebhookSecret: value }).stripeWebhookSecret).toBe(value);
    },
  );

  test.each(['sk_live_1234', '{{resolve:ssm:/stripe}}', 'whsec_ x'])(
    'that is refused is not shown: %j',
    (value) => {
      const read = () => ok({ stripeWebhookSecret: value });
      expect(read).toThrow(
        'parameter stripeWebhookSecret (STRIPE_WEBHOOK_SECRET) is not valid (its value is a secret)',
      );
      expect(read).not.toThrow(value);
    },
  );
});

describe('what can be looked at is not deployed', () => {
  const good = ok({ fileSystemId: 'fs-0123456789abcdef0' });

  test('without a file system', () => {
    expect(() => refuseToDeploy('prod', '', ok())).toThrow(
      'parameter fileSystemId (EFS_FILE_SYSTEM_ID) is not set, expected the id',
    );
    expect(() => refuseToDeploy('prod', '', good)).not.toThrow();
  });

  test('to AWS itself as the stage local, which enforces at once', () => {
    expect(() => refuseToDeploy('local', '', good)).toThrow(
      'AWS_ENDPOINT_URL is not set, expected the address',
    );
    expect(() => refuseToDeploy('local', 'http://127.0.0.1:5000', good)).not.toThrow();
  });
});

test.each([
  ['a'.repeat(29), undefined],
  ['a'.repeat(30), 'expected 1 to 29 letters, digits and -'],
  ['a_b', '--stage is "a_b"'],
])('a stage that is called %s', (stage, problem) => {
  const check = () => checkStage(stage);
  if (problem === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(problem);
});

test('each is in the table of docs/deploying.md, with its variable', () => {
  const table = readFileSync('docs/deploying.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .join('\n');
  for (const [name, parameter] of Object.entries(PARAMETERS)) {
    expect(table).toContain(`\`${name}\``);
    if ('from' in parameter) expect(table).toContain(`\`${parameter.from}\``);
  }
});
