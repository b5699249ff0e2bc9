import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { ServiceQuota } from '@aws-sdk/client-service-quotas';
import { readTemplate } from '../../../../src/local/template/template.ts';
import { attempt } from '../../../../src/operator/doctor/attempt.ts';
import { judgeClock } from '../../../../src/operator/doctor/clock.ts';
import { TABLES } from '../../../../src/operator/doctor/expected-tables.ts';
import { exitCodeOf, findingLines } from '../../../../src/operator/doctor/finding.ts';
import {
  FUNCTIONS,
  judgeAgreement,
  judgeDestination,
  judgeFunction,
} from '../../../../src/operator/doctor/functions.ts';
import { judgeMapping, MAPPINGS } from '../../../../src/operator/doctor/mappings.ts';
import { judgeDepth } from '../../../../src/operator/doctor/queues.ts';
import { judgeConcurrency, judgeQuota, QUOTAS } from '../../../../src/operator/doctor/quotas.ts';
import {
  judgeApart,
  judgeBase,
  judgeCluster,
  judgeFileSystem,
} from '../../../../src/operator/doctor/resources.ts';
import { judgeGroup, judgeRole } from '../../../../src/operator/doctor/scheduling.ts';
import { judgeBackups, judgeExpiry, judgeTable } from '../../../../src/operator/doctor/tables.ts';
import { NOW } from '../../../support/rows.ts';
import { silentTerminal } from '../../../support/silent-terminal.ts';
import { UnknownServiceError } from './unknown-service-error.ts';

const [STATUS] = TABLES;
if (STATUS === undefined) throw new Error('no table is expected, expected WorkspaceStatus');

const okTable: TableDescription = {
  TableName: 'WorkspaceStatus',
  TableStatus: 'ACTIVE',
  DeletionProtectionEnabled: true,
  // The order is DynamoDB's.
  KeySchema: [
    { AttributeName: 'userId', KeyType: 'RANGE' },
    { AttributeName: 'clientId', KeyType: 'HASH' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'upcoming',
      IndexStatus: 'ACTIVE',
      Projection: { ProjectionType: 'KEYS_ONLY' },
      KeySchema: [
        { AttributeName: 'armedDay', KeyType: 'HASH' },
        { AttributeName: 'armedFor', KeyType: 'RANGE' },
      ],
    },
    {
      IndexName: 'waiting',
      IndexStatus: 'ACTIVE',
      Projection: { ProjectionType: 'KEYS_ONLY' },
      KeySchema: [
        { AttributeName: 'waitingFor', KeyType: 'HASH' },
        { AttributeName: 'waitingSince', KeyType: 'RANGE' },
      ],
    },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
};
const [upcoming, waiting] = okTable.GlobalSecondaryIndexes ?? [];

test.each<[string, TableDescription | undefined, string, string]>([
  ['as it must be', okTable, 'ok', 'clientId + userId, index upcoming, index waiting, stream'],
  ['that is not there', undefined, 'wrong', 'there is no such table'],
  ['that is being deleted', { ...okTable, TableStatus: 'DELETING' }, 'wrong', 'it is DELETING'],
  [
    'with another key',
    { ...okTable, KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] },
    'wrong',
    'the key is id, expected clientId + userId',
  ],
  [
    'without an index',
    { ...okTable, GlobalSecondaryIndexes: waiting ? [waiting] : [] },
    'wrong',
    'index upcoming is missing',
  ],
  [
    'whose index has heartbeats',
    {
      ...okTable,
      GlobalSecondaryIndexes: [
        { ...upcoming, Projection: { ProjectionType: 'ALL' } },
        ...(waiting ? [waiting] : []),
      ],
    },
    'wrong',
    'index upcoming projects ALL, expected KEYS_ONLY',
  ],
  ['without a stream', { ...okTable, StreamSpecification: undefined }, 'wrong', 'it has no stream'],
  [
    'whose stream shows keys',
    { ...okTable, StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } },
    'wrong',
    'its stream shows KEYS_ONLY, expected NEW_AND_OLD_IMAGES',
  ],
  [
    'that anybody can delete',
    { ...okTable, DeletionProtectionEnabled: false },
    'look',
    'not protected from deletion',
  ],
])('a table %s', (_, table, result, seen) => {
  expect(judgeTable(table, STATUS)).toMatchObject({ result, seen: expect.stringContaining(seen) });
});

test('backups and expiry of a table', () => {
  expect(judgeBackups('ENABLED').result).toBe('ok');
  expect(judgeBackups('DISABLED')).toMatchObject({ result: 'wrong' });
  expect(judgeExpiry('ENABLED', 'expiresAt', 'expiresAt').result).toBe('ok');
  expect(judgeExpiry('ENABLED', 'ttl', 'expiresAt')).toMatchObject({
    result: 'look',
    seen: 'items go at ttl, expected expiresAt',
  });
  expect(judgeExpiry('DISABLED', undefined, 'expiresAt').result).toBe('look');
});

test('what is expected is what serverless.yml makes', () => {
  const template = readTemplate('serverless.yml', { stage: 'local' });
  const made = template.tables.map(({ createTableInput: table }) => ({
    name: table.TableName,
    key: table.KeySchema?.map(({ AttributeName }) => AttributeName),
    indexes: Object.fromEntries(
      (table.GlobalSecondaryIndexes ?? []).map(({ IndexName, KeySchema }) => [
        IndexName,
        KeySchema?.map(({ AttributeName }) => AttributeName),
      ]),
    ),
    stream: table.StreamSpecification?.StreamViewType,
  }));
  const expected = TABLES.map(({ variable, key, indexes, stream }) => ({
    name: template.environment[variable],
    key,
    indexes,
    stream,
  }));
  expect(expected).toEqual(expect.arrayContaining(made));
  expect(expected).toHaveLength(made.length);
  const functions = template.functions.map(({ name }) => name);
  expect([...FUNCTIONS, 'purge'].sort()).toEqual(functions.sort());
  expect(MAPPINGS.map(({ name, variable }) => ({ name, table: template.environment[variable] }))).toEqual(
    expect.arrayContaining(
      template.streamMappings.map(({ functionName: name, tableName: table }) => ({ name, table })),
    ),
  );
  expect(MAPPINGS).toHaveLength(template.streamMappings.length);
});

/** Everything that a function needs. */
const VARIABLES = {
  EFS_FILE_SYSTEM_ID: 'fs-0123456789abcdef0',
  ECS_CLUSTER_NAME: 'workspaces',
  SCHEDULE_GROUP: 'workspace-cleanup-prod',
  SCHEDULE_ROLE_ARN: 'arn:aws:iam::123456789012:role/schedules',
  DEADLINE_FUNCTION_ARN: 'arn:aws:lambda:eu-central-1:123456789012:function:deadlineReached',
  TERMINATE_FILES: 'retain',
};

test.each([
  ['that works', { State: 'Active' }, VARIABLES, 'ok', 'its variables are valid'],
  ['that sleeps', { State: 'Inactive' }, VARIABLES, 'ok', 'Inactive'],
  ['that failed', { State: 'Failed', StateReason: 'no image' }, VARIABLES, 'wrong', 'it is Failed: no image'],
  [
    'whose update failed',
    { State: 'Active', LastUpdateStatus: 'Failed', LastUpdateStatusReason: 'no role' },
    VARIABLES,
    'wrong',
    'its last update failed: no role',
  ],
  [
    'with a bad variable',
    { State: 'Active' },
    { ...VARIABLES, RETENTION_POLICIES: '{"free":0}' },
    'wrong',
    'environment variable RETENTION_POLICIES is',
  ],
  [
    'without a variable',
    { State: 'Active' },
    { ...VARIABLES, SCHEDULE_GROUP: '' },
    'wrong',
    'environment variable SCHEDULE_GROUP is',
  ],
])('a function %s', (_, state, Variables, result, seen) => {
  const found = { ...state, MemorySize: 512, Timeout: 30, Environment: { Variables } };
  expect(judgeFunction(found as never, 'deadlineReached', 'eu-central-1')).toMatchObject({
    result,
    seen: expect.stringContaining(seen),
  });
});

test('a deployment that broke off is seen by the values that differ', () => {
  const one = (name: string, variables: Record<string, string>) => ({ name, role: undefined, variables });
  const common = { SCHEDULE_GROUP: 'a', RETENTION_POLICIES: '{}' };
  const purge = one('purge', { WORKSPACE_FILES_ROOT: '/mnt', RETENTION_POLICIES: '' });
  expect(judgeAgreement([one('a', common), one('b', common), purge]).result).toBe('ok');
  expect(
    judgeAgreement([one('a', common), purge, one('b', { ...common, SCHEDULE_GROUP: 'b' })]),
  ).toMatchObject({
    result: 'wrong',
    seen: 'SCHEDULE_GROUP is another in a and b',
  });
});

test('what a function fails on to the end is kept', () => {
  expect(judgeDestination('arn:aws:sqs:eu-central-1:123456789012:letters').seen).toBe('kept in letters');
  expect(judgeDestination(undefined).result).toBe('wrong');
});

const okMapping = {
  UUID: 'a-b',
  State: 'Enabled',
  LastProcessingResult: 'OK',
  StartingPosition: 'TRIM_HORIZON' as const,
  DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::letters' } },
};
test.each([
  ['works', [okMapping], 'ok', 'Enabled, last: OK; failures kept in letters'],
  ['is not there', [], 'wrong', 'nobody reads the stream'],
  ['is off', [{ ...okMapping, State: 'Disabled' }], 'wrong', 'Disabled'],
  ['is being made', [{ ...okMapping, State: 'Creating' }], 'look', 'Creating'],
  ['fails', [{ ...okMapping, LastProcessingResult: 'PROBLEM: Function call failed' }], 'wrong', 'PROBLEM'],
  ['keeps nothing', [{ ...okMapping, DestinationConfig: {} }], 'wrong', 'nobody keeps what fails'],
  ['begins late', [{ ...okMapping, StartingPosition: 'LATEST' as const }], 'look', 'begins at LATEST'],
  ['is there twice', [okMapping, okMapping], 'look', '2 readers, expected one'],
])('a reader of a stream that %s', (_, mappings, result, seen) => {
  expect(judgeMapping(mappings)).toMatchObject({ result, seen: expect.stringContaining(seen) });
});

const trusting = (service: unknown, more: object = {}) =>
  encodeURIComponent(
    JSON.stringify({
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service }, ...more }],
    }),
  );
test.each([
  ['the service', trusting('scheduler.amazonaws.com'), 'ok'],
  ['several', trusting(['lambda.amazonaws.com', 'scheduler.amazonaws.com']), 'ok'],
  ['another service', trusting('ec2.amazonaws.com'), 'wrong'],
  ['by refusing', trusting('scheduler.amazonaws.com', { Effect: 'Deny' }), 'wrong'],
  ['nobody knows whom', '%', 'wrong'],
])('a role that trusts %s', (_, document, result) => {
  expect(judgeRole(document, 'scheduler.amazonaws.com').result).toBe(result);
});

test('other parts', () => {
  expect(judgeGroup('ACTIVE').result).toBe('ok');
  expect(judgeGroup('DELETING')).toMatchObject({ result: 'wrong', seen: 'the group is DELETING' });
  expect(judgeGroup(undefined).seen).toBe('there is no such group');
  expect(judgeDepth(0, 'stream').result).toBe('ok');
  expect(judgeDepth(3, 'stream').todo).toContain('redrive stream');
  expect(judgeCluster({ status: 'ACTIVE' }).result).toBe('ok');
  expect(judgeCluster({ status: 'INACTIVE' }).result).toBe('wrong');
  expect(judgeCluster(undefined).result).toBe('wrong');
  expect(judgeBase(undefined, 'fs-1')).toMatchObject({ result: 'wrong' });
  expect(judgeFileSystem('available').result).toBe('ok');
  expect(judgeFileSystem('deleting').result).toBe('wrong');
  expect(judgeFileSystem(undefined).result).toBe('wrong');
  expect(judgeApart([]).result).toBe('ok');
  expect(judgeApart(['no TLS'])).toMatchObject({ result: 'look', seen: 'no TLS' });
  expect(judgeConcurrency(1000, 980).result).toBe('ok');
  expect(judgeConcurrency(110, 90).result).toBe('look');
  expect(judgeConcurrency(undefined, undefined).result).toBe('unread');
});

test('a quota is enough, little, or not found; that is never good', () => {
  const [watched] = QUOTAS;
  if (watched === undefined) throw new Error('no quota is watched');
  const judge = (quotas: object[]) => judgeQuota(quotas, watched).result;
  expect(judge([{ QuotaName: 'Number of schedules', Value: 10_000_000 }])).toBe('ok');
  expect(judge([{ QuotaName: 'Number of schedules', Value: 1_000 }])).toBe('look');
  expect(judge([{ QuotaName: 'Number of groups', Value: 500 }])).toBe('unread');
});

test('quotas of the names that AWS has are told apart', () => {
  const known = [
    ['Number of schedules', 10_000_000],
    ['Number of schedule groups', 500],
    ['CreateSchedule request rate', 5_000],
    ['CreateScheduleGroup request rate', 10],
    ['Invocations throttle limit', 1_000],
    ['Access points per file system', 10_000],
    ['Fargate On-Demand vCPU resource count', 6],
    ['Fargate Spot vCPU resource count', 4_000],
  ].map(([QuotaName, Value]) => ({ QuotaName, Value }) as ServiceQuota);
  expect(QUOTAS.map((quota) => judgeQuota(known, quota).seen.split(' ')[0])).toEqual([
    '10,000,000',
    '5,000',
    '1,000',
    '10,000',
    '6',
  ]);
});

test.each([
  [0, 'ok', '0 s ahead of AWS'],
  [5, 'ok', '5 s ahead of AWS'],
  [-6, 'look', '6 s behind AWS'],
  [301, 'wrong', '301 s ahead of AWS'],
])('a clock that is %i s ahead', (ahead, result, seen) => {
  const date = new Date(NOW * 1_000).toUTCString();
  expect(judgeClock(date, NOW + 0.5 + ahead)).toMatchObject({ result, seen });
});

test('a clock that nothing is known of is not good', () => {
  expect(judgeClock(undefined, NOW).result).toBe('unread');
});

describe('a look that fails', () => {
  const subject = { check: 'table', subject: 'T', needs: 'dynamodb:DescribeTable' };
  const named = (name: string, message = 'said AWS') => Object.assign(new Error(message), { name });
  test.each([
    ['for want of a permission', named('AccessDeniedException'), undefined, 'unread'],
    ['for want of a permission, at an emulator', named('AccessDeniedException'), 'http://x', 'unread'],
    ['for want of the service, at an emulator', new UnknownServiceError(), 'http://x', 'not here'],
    ['for want of the service, at AWS', new UnknownServiceError(), undefined, 'unread'],
    ['for a page that is no answer, at an emulator', named('SyntaxError'), 'http://x', 'not here'],
    ['for want of time', named('TimeoutError'), 'http://x', 'unread'],
  ])('%s', async (_, error, endpoint, result) => {
    const look = () => Promise.reject(error);
    expect(await attempt(subject, endpoint, look)).toMatchObject({ check: 'table', subject: 'T', result });
  });

  test('says what to allow', async () => {
    const { todo } = await attempt(subject, undefined, () => Promise.reject(named('AccessDenied')));
    expect(todo).toBe('allow it to whoever runs this: dynamodb:DescribeTable');
  });
});

test('the exit code and the table tell the worst, and count all', () => {
  const finding = (result: 'ok' | 'wrong' | 'unread' | 'not here' | 'look') => ({
    check: 'table',
    subject: 'T',
    result,
    seen: result,
    ...(result === 'wrong' && { todo: 'mend it' }),
  });
  expect(exitCodeOf([finding('ok'), finding('look'), finding('not here')])).toBe(0);
  expect(exitCodeOf([finding('ok'), finding('unread'), finding('wrong')])).toBe(1);
  expect(exitCodeOf([finding('ok'), finding('unread')])).toBe(2);
  const lines = findingLines([finding('ok'), finding('wrong'), finding('not here')], silentTerminal(60));
  expect(lines).toEqual([
    'CHECK  OF  RESULT    SEEN',
    'table  T   ok        ok',
    'table  T   wrong     wrong',
    'table  T   not here  not here',
    '',
    'WHAT TO DO',
    'wrong  table T: wrong',
    '    mend it',
    '',
    '1 ok, 1 wrong, 1 not here',
  ]);
});
