import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { readStageEnvironment } from '../../src/aws/stage-functions.ts';
import { toItem } from '../../src/aws/update-expression.ts';
import { ask } from '../../src/operator/ask.ts';
import { CANARY_CLIENT, type CanaryPorts, runCanary } from '../../src/operator/doctor/canary.ts';
import { canaryRows } from '../../src/operator/doctor/canary-rows.ts';
import { createOperatorClients, type OperatorClients } from '../../src/operator/doctor/clients.ts';
import { examine } from '../../src/operator/doctor/doctor.ts';
import { explainWorkspace } from '../../src/operator/fleet/explain.ts';
import type { Filters } from '../../src/operator/fleet/filters.ts';
import { createFleetPorts } from '../../src/operator/fleet/fleet-ports.ts';
import { type ListPage, listAll, listUpcoming } from '../../src/operator/fleet/list-fleet.ts';
import { lookAtWorkspace, shownLines } from '../../src/operator/fleet/show.ts';
import { createOperatorPorts } from '../../src/operator/operator-ports.ts';
import { lambdaMessenger } from '../../src/operator/redrive/lambda-messenger.ts';
import { readRecords } from '../../src/operator/redrive/stream-records.ts';
import { putRow, rowOf, setAttribute, startTestStack, type TestStack } from '../support/local-stack.ts';
import { silentTerminal } from '../support/silent-terminal.ts';

jest.setTimeout(180_000);

const DAY = 86_400;
const folder = mkdtempSync(join(tmpdir(), 'workspace-cleanup-'));
let stack: TestStack;
let clients: OperatorClients;
let environment: Record<string, string>;
const access = () => ({
  endpoint: stack.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
beforeAll(async () => {
  stack = await startTestStack(folder);
  clients = createOperatorClients(access(), stack.url);
  environment = await readStageEnvironment(clients.lambda, 'local');
});
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the stage says how it is configured, and one that is not there is refused', async () => {
  expect(environment).toMatchObject({
    WORKSPACE_STATUS_TABLE: 'WorkspaceStatus',
    RETENTION_POLICIES: '{"free":7,"pro":30,"enterprise":90}',
    SCHEDULE_GROUP: 'workspace-cleanup-local',
    AWS_REGION: 'us-east-1',
  });
  expect(Object.keys(environment).filter((name) => name.endsWith('_SECRET'))).toEqual([]);
  await expect(readStageEnvironment(clients.lambda, 'prod')).rejects.toThrow(
    'there is no function workspace-cleanup-prod-deadlineReached in us-east-1, expected the --stage',
  );
});

test('doctor finds nothing wrong here, and what is not here is not called good', async () => {
  const stage = { name: 'local', environment, endpoint: stack.url };
  const findings = await examine(stage, clients, () => Date.now() / 1_000);
  expect(findings.filter(({ result }) => result === 'wrong' || result === 'unread')).toEqual([]);
  const ok = findings.filter(({ result }) => result === 'ok').map(({ check }) => check);
  expect([...new Set(ok)].sort()).toEqual([
    'account',
    'base task',
    'clock',
    'cluster',
    'file system',
    'function',
    'schedules',
    'variables',
  ]);
  const absent = findings.filter(({ result }) => result === 'not here').map(({ check }) => check);
  expect([...new Set(absent)].sort()).toEqual(['backups', 'failed events', 'quota', 'role', 'stream']);
});

test('doctor finds what is missing', async () => {
  const broken = {
    ...environment,
    CLEANUP_CONTROL_TABLE: 'Nobody',
    SCHEDULE_GROUP: 'nobody',
    ECS_CLUSTER_NAME: 'nobody',
    ECS_TASK_DEFINITION: 'nobody',
    EFS_FILE_SYSTEM_ID: 'fs-99999999',
  };
  const stage = { name: 'other', environment: broken, endpoint: stack.url };
  const findings = await examine(stage, clients, () => Date.now() / 1_000 + 400);
  const wrong = findings.filter(({ result }) => result === 'wrong');
  expect([...new Set(wrong.map(({ check }) => check))].sort()).toEqual([
    'base task',
    'clock',
    'cluster',
    'file system',
    'function',
    'schedules',
    'table',
  ]);
  expect(wrong.filter(({ todo }) => todo === undefined)).toEqual([]);
});

/** Sets what may be done, as somebody would who edits the table. */
async function putControl(settings: Record<string, unknown>): Promise<void> {
  const Item = toItem({ kind: 'control', key: 'cleanup', ...settings });
  await clients.dynamodb.send(new PutItemCommand({ TableName: 'CleanupControl', Item }));
}

describe('a canary', () => {
  const ports = (changes: Partial<CanaryPorts> = {}): CanaryPorts => ({
    ...canaryRows(clients.dynamodb, 'WorkspaceStatus'),
    now: async () => stack.clock.now(),
    pause: () => stack.advanceTo(stack.clock.now() + 20),
    looks: 30,
    ...changes,
  });
  const canaries = () => canaryRows(clients.dynamodb, 'WorkspaceStatus').leftOver();

  test('lives through arm, fire and archive, and is gone afterwards, with those of others before', async () => {
    await putRow(stack, { clientId: CANARY_CLIENT, userId: 'left-over' });
    const { judgement, steps } = await runCanary(ports());
    expect(judgement).toMatchObject({
      result: 'ok',
      seen: expect.stringMatching(/^armed, fired and archived/),
    });
    expect(steps).toEqual([expect.stringMatching(/^armed after/), expect.stringMatching(/^archived after/)]);
    expect(await canaries()).toEqual([]);
  });

  test('that is only observed says so', async () => {
    await putControl({ clients: { [CANARY_CLIENT]: 'observe' } });
    const { judgement } = await runCanary(ports());
    expect(judgement).toMatchObject({ result: 'look', seen: expect.stringMatching(/held back: observe$/) });
    await putControl({});
    expect(await canaries()).toEqual([]);
  });

  test('that nobody wakes is told as what it is, and taken away', async () => {
    const { judgement } = await runCanary(ports({ pause: async () => {}, looks: 2 }));
    expect(judgement).toMatchObject({
      result: 'wrong',
      seen: expect.stringContaining('when the time was over'),
    });
    expect(await canaries()).toEqual([]);
  });

  test('is taken away also when the look at it fails', async () => {
    const read = () => Promise.reject(new Error('no answer'));
    await expect(runCanary(ports({ read }))).rejects.toThrow('no answer');
    expect(await canaries()).toEqual([]);
  });
});

describe('the fleet, as an operator sees it', () => {
  const now = () => Math.floor(stack.clock.now());
  const row = (userId: string, changes: Record<string, unknown> = {}) => ({
    clientId: 'hooli',
    userId,
    subscriptionStatus: 'active',
    subscriptionTier: 'free',
    containerStatus: 'terminated',
    lastActivity: now() - 2 * DAY,
    ...changes,
  });
  const ports = () =>
    createFleetPorts({ environment, options: access(), stage: 'local', endpoint: stack.url });
  const request = (filters: Filters, limit = 50, after?: string) => ({
    filters: { client: 'hooli', ...filters },
    limit,
    after,
  });
  const names = ({ workspaces }: ListPage) => workspaces.map(({ userId }) => userId);

  beforeAll(async () => {
    await putRow(stack, row('ada'));
    await putRow(stack, row('bob', { lastActivity: now() - 5 * DAY, subscriptionTier: 'pro' }));
    await putRow(stack, row('cy', { lastActivity: now() - 5 * DAY, subscriptionStatus: 'suspended' }));
    await putRow(stack, row('bad', { subscriptionTier: 'gold' }));
    await stack.inFlight.settled();
  });

  test('is listed by what comes next, page by page, and by what it is', async () => {
    const { reader, context } = ports();
    const first = await listUpcoming(reader, request({}, 2), await context());
    expect(names(first)).toEqual(['cy', 'ada']);
    const second = await listUpcoming(reader, request({}, 2, first.next ?? ''), await context());
    expect(names(second)).toEqual(['bob']);
    const soon = await listUpcoming(reader, request({ dueWithinSeconds: DAY }), await context());
    expect(names(soon)).toEqual(['cy']);
    const all = await listAll(reader, request({}), await context(), async () => {});
    expect(names(all).sort()).toEqual(['ada', 'bad', 'bob', 'cy']);
    const invalid = await listAll(
      reader,
      request({ client: undefined, state: 'invalid' }),
      await context(),
      async () => {},
    );
    expect(names(invalid)).toEqual(['bad']);
  });

  test('one of it is shown with all that belongs to it', async () => {
    const { reader, context, show } = ports();
    const key = { clientId: 'hooli', userId: 'ada' };
    const [one] = await reader.rows([key]);
    const shown = await lookAtWorkspace(one as Record<string, unknown>, key, await context(), show);
    expect(shown).toMatchObject({
      state: 'at-rest',
      problems: [],
      account: { seen: null },
      tasks: { seen: [] },
      accessPoints: { seen: [] },
      schedule: { seen: { isThere: true } },
    });
    const lines = shownLines(shown, silentTerminal());
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}schedule {14}\d+-[0-9a-f]{32} is armed$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}lastActivity {10}\d+ {2}20.*Z, 2 d ago$/));
  });

  test('one is archived because an operator asks for it, and given back, and its history says so', async () => {
    const key = { clientId: 'hooli', userId: 'ada' };
    const connection = { environment, options: access(), stage: 'local', endpoint: stack.url };
    const terminal = silentTerminal();
    const { workspaces, observer, history } = await createOperatorPorts(connection, terminal.print);
    const askFor = (what: 'archive' | 'return') =>
      ask(
        { what, key, by: 'ops', reason: 'left', yes: 'hooli/ada', json: false },
        { workspaces, observer, clock: stack.clock, context: ports().context },
        terminal,
      );
    await askFor('archive');
    await stack.advanceTo(now() + 120);
    expect(await rowOf(stack, key)).toMatchObject({ lifecycle: 'archived' });
    const { reader, context } = ports();
    const archived = explainWorkspace((await reader.rows([key]))[0], key, await context());
    expect(archived).toMatchObject({ rule: 'operator-request', reasons: [{ kind: 'archived' }] });
    await askFor('return');
    await stack.advanceTo(now() + 120);
    expect(await rowOf(stack, key)).toMatchObject({ lifecycle: 'active' });
    const { entries } = await history.page('hooli/ada', 10);
    expect(entries.reverse()).toMatchObject([
      { what: 'requested', by: 'ops', reason: 'left', loss: 'archive' },
      { what: 'archiving', by: 'ops', rule: 'operator-request' },
      { what: 'archived', by: 'ops' },
      { what: 'returned', by: 'ops' },
      { what: 'restoring', by: 'policy' },
      { what: 'restored', by: 'policy' },
    ]);
  });
});

/** Where the stream of the workspaces is, and the numbers of all of its records. */
async function readStream(streams: DynamoDBStreamsClient) {
  const table = await clients.dynamodb.send(new DescribeTableCommand({ TableName: 'WorkspaceStatus' }));
  const streamArn = table.Table?.LatestStreamArn ?? '';
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: streamArn }));
  const shardId = StreamDescription?.Shards?.[0]?.ShardId ?? '';
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({
      StreamArn: streamArn,
      ShardId: shardId,
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
  return { streamArn, shardId, numbers: Records.map(({ dynamodb }) => String(dynamodb?.SequenceNumber)) };
}

describe('what is put back to work', () => {
  const ada = { clientId: 'acme', userId: 'ada' };
  const row = () => ({
    ...ada,
    subscriptionStatus: 'active',
    subscriptionTier: 'free',
    containerStatus: 'terminated',
    lastActivity: Math.floor(stack.clock.now()) - 8 * DAY,
  });
  const messenger = () =>
    lambdaMessenger({ lambda: clients.lambda, streams: new DynamoDBStreamsClient(access()) }, 'local');

  test('is handled by the function that it is for, as the workspace is by now', async () => {
    await putRow(stack, row());
    await messenger().wake({ kind: 'wake', key: ada });
    await stack.inFlight.settled();
    expect(await rowOf(stack, ada)).toMatchObject({ lifecycle: 'archived' });
    // Twice does no harm.
    await messenger().wake({ kind: 'wake', key: ada });
    await stack.inFlight.settled();
    expect(await rowOf(stack, ada)).toMatchObject({ lifecycle: 'archived' });
  });

  test('is refused where there is no such function', async () => {
    const elsewhere = lambdaMessenger(
      { lambda: clients.lambda, streams: new DynamoDBStreamsClient(access()) },
      'prod',
    );
    await expect(elsewhere.wake({ kind: 'wake', key: ada })).rejects.toThrow('Function not found');
  });

  test('records are read from the stream again, from the first to the last, as their function gets them', async () => {
    await setAttribute(stack, ada, 'note', 'x');
    await setAttribute(stack, ada, 'note', 'y');
    const streams = new DynamoDBStreamsClient(access());
    const { streamArn, shardId, numbers } = await readStream(streams);
    const [startSequenceNumber = '', endSequenceNumber = ''] = numbers.slice(-3);
    const batch = { streamArn, shardId, startSequenceNumber, endSequenceNumber, batchSize: 2 };
    const event = await readRecords(streams, batch);
    expect(event?.Records).toMatchObject([
      { eventSourceARN: streamArn, dynamodb: { SequenceNumber: startSequenceNumber } },
      { eventSourceARN: streamArn, dynamodb: { SequenceNumber: endSequenceNumber } },
    ]);
    await messenger().invoke({ kind: 'invoke', functionName: 'workspaceChanged', event, about: '' });
    await expect(
      messenger().invoke({ kind: 'invoke', functionName: 'workspaceChanged', event: {}, about: '' }),
    ).rejects.toThrow('failed on it again');
  });
});
