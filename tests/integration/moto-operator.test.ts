import { CreateTableCommand, UpdateContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateScheduleGroupCommand } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { functionNameOf, readStageEnvironment } from '../../src/aws/stage-functions.ts';
import { createOperatorClients, type OperatorClients } from '../../src/operator/doctor/clients.ts';
import { examine } from '../../src/operator/doctor/doctor.ts';
import { lookAtDeadLetters } from '../../src/operator/doctor/queues.ts';
import { findBoxes } from '../../src/operator/redrive/find-boxes.ts';
import type { Letter } from '../../src/operator/redrive/letters.ts';
import { type Redriven, redrive } from '../../src/operator/redrive/redrive.ts';
import { s3Box } from '../../src/operator/redrive/s3-box.ts';
import { sqsBox } from '../../src/operator/redrive/sqs-box.ts';
import { type Moto, motoMissing, startMoto } from '../support/moto.ts';

const ACCOUNT = '123456789012';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/schedules`;
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:letters`;
/** The smallest file that is a zip. */
const EMPTY_ZIP = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');
const VARIABLES = {
  EFS_FILE_SYSTEM_ID: 'fs-0123456789abcdef0',
  ECS_CLUSTER_NAME: 'workspaces',
  SCHEDULE_GROUP: 'workspace-cleanup-prod',
  SCHEDULE_ROLE_ARN: ROLE,
  SCHEDULE_DEAD_LETTER_ARN: QUEUE,
  DEADLINE_FUNCTION_ARN: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:workspace-cleanup-prod-deadlineReached`,
  TERMINATE_FILES: 'retain',
};

/**
 * Parts of a stage, its queues and its bucket, in another reading of the documentation of AWS: what is there is found, what is
 * not is told, and dead letters go where they belong.
 */
(motoMissing ? describe.skip : describe)(`a stage in moto${motoMissing ? ` (${motoMissing})` : ''}`, () => {
  let moto: Moto;
  let clients: OperatorClients;

  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    clients = createOperatorClients({ endpoint: moto.url, region: 'us-east-1', credentials }, moto.url);
    await deploy();
  }, 90_000);
  afterAll(() => moto.stop());

  async function deploy(): Promise<void> {
    const trust = (...Service: string[]) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
      });
    await clients.iam.send(
      new CreateRoleCommand({
        RoleName: 'schedules',
        AssumeRolePolicyDocument: trust('scheduler.amazonaws.com', 'lambda.amazonaws.com'),
      }),
    );
    const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: 'letters' }));
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    for (const name of ['deadlineReached', 'workspaceChanged', 'accountChanged', 'provision']) {
      await clients.lambda.send(
        new CreateFunctionCommand({
          FunctionName: functionNameOf('prod', name),
          Runtime: 'nodejs22.x',
          Role: ROLE,
          Handler: 'index.handler',
          Code: { ZipFile: EMPTY_ZIP },
          Environment: { Variables: VARIABLES },
        }),
      );
    }
    const { TableDescription } = await clients.dynamodb.send(
      new CreateTableCommand({
        TableName: 'ClientAccounts',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'clientId', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'clientId', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        DeletionProtectionEnabled: true,
      }),
    );
    await clients.dynamodb.send(
      new UpdateContinuousBackupsCommand({
        TableName: 'ClientAccounts',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    );
    await clients.lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: functionNameOf('prod', 'accountChanged'),
        EventSourceArn: TableDescription?.LatestStreamArn,
        StartingPosition: 'TRIM_HORIZON',
        DestinationConfig: { OnFailure: { Destination: QUEUE } },
      }),
    );
    await clients.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: functionNameOf('prod', 'deadlineReached'),
        DestinationConfig: { OnFailure: { Destination: QUEUE } },
      }),
    );
    await clients.scheduler.send(new CreateScheduleGroupCommand({ Name: 'workspace-cleanup-prod' }));
  }

  test('every part is found as it is', async () => {
    const environment = await readStageEnvironment(clients.lambda, 'prod');
    const stage = { name: 'prod', environment, endpoint: moto.url };
    const findings = await examine(stage, clients, () => Date.now() / 1_000);
    const of = (check: string, subject: string) =>
      findings.find((one) => one.check === check && one.subject.includes(subject));
    expect(of('account', 'prod')).toMatchObject({ result: 'ok', seen: expect.stringContaining(ACCOUNT) });
    expect(of('clock', '')).toMatchObject({ result: 'ok' });
    expect(of('table', 'ClientAccounts')).toMatchObject({ result: 'ok' });
    expect(of('backups', 'ClientAccounts')).toMatchObject({ result: 'ok' });
    expect(of('table', 'WorkspaceStatus')).toMatchObject({ result: 'wrong', seen: 'there is no such table' });
    expect(of('function', 'deadlineReached')).toMatchObject({ result: 'ok' });
    expect(of('function', 'overdueCheck')).toMatchObject({
      result: 'wrong',
      seen: 'there is no such function',
    });
    expect(of('stream', 'accountChanged')).toMatchObject({
      seen: expect.stringContaining('failures kept in letters'),
    });
    expect(of('stream', 'publishEvents')?.result).not.toBe('ok');
    expect(of('failed events', 'deadlineReached')).toMatchObject({ result: 'ok', seen: 'kept in letters' });
    expect(
      findings.filter(({ check }) => check === 'role').map(({ result, seen }) => `${result}: ${seen}`),
    ).toEqual(['ok: trusts lambda.amazonaws.com', 'ok: trusts scheduler.amazonaws.com']);
    expect(of('schedules', 'workspace-cleanup-prod')).toMatchObject({ result: 'ok' });
    // One queue for all of them, here.
    expect(of('dead letters', 'letters')).toMatchObject({
      result: 'wrong',
      seen: '1 that could not be handled',
    });
    expect(of('cluster', 'workspaces')).toMatchObject({ result: 'wrong' });
    expect(of('file system', 'fs-')).toMatchObject({ result: 'wrong' });
    expect(findings.filter(({ result, todo }) => result === 'wrong' && todo === undefined)).toEqual([]);
  }, 60_000);

  test('dead letters are looked for where the stage puts them', async () => {
    const environment = await readStageEnvironment(clients.lambda, 'prod');
    for (const kind of ['stream', 'deadline', 'schedule'] as const) {
      const [box] = await findBoxes(kind, undefined, { stage: 'prod', environment }, clients);
      expect(await box?.count()).toEqual({ there: 1, hidden: 0 });
    }
    await expect(
      findBoxes('schedule', undefined, { stage: 'prod', environment: {} }, clients),
    ).rejects.toThrow('stage prod keeps no dead letters of schedule');
    await expect(findBoxes('schedule', 'letters', { stage: 'prod', environment }, clients)).rejects.toThrow(
      '--queue is "letters", expected the URL of a queue of SQS, or s3://<bucket>',
    );
  });

  /** Redrives with a messenger that writes down what it is given. */
  async function run(box: ReturnType<typeof sqsBox>, kind: 'stream' | 'schedule', send: boolean) {
    const woken: string[] = [];
    const told: Redriven[] = [];
    const messenger = {
      wake: async ({ key }: { key: { clientId: string; userId: string } }) =>
        void woken.push(`${key.clientId}/${key.userId}`),
      invoke: async () => {},
      recordsOf: async () => undefined,
    };
    const ports = { box, messenger, pace: async () => {} };
    const tally = await redrive(kind, 'prod', { send, limit: 100 }, ports, (one) => told.push(one));
    return { woken: woken.sort(), told, tally };
  }

  test('a queue is shown as it is, emptied of what is understood, and keeps the rest', async () => {
    const { QueueUrl = '' } = await clients.sqs.send(
      new CreateQueueCommand({ QueueName: 'schedule-letters' }),
    );
    for (const userId of ['ada', 'bob', 'cy']) {
      await clients.sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: JSON.stringify({ clientId: 'acme', userId }),
          MessageAttributes: { ERROR_MESSAGE: { DataType: 'String', StringValue: 'busy' } },
        }),
      );
    }
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    const box = sqsBox(clients.sqs, QueueUrl);
    expect(await box.count()).toEqual({ there: 4, hidden: 0 });
    const shown = await run(box, 'schedule', false);
    expect(shown).toMatchObject({ woken: [], tally: { handled: 3, kept: 1 } });
    const known = shown.told.filter(({ outcome }) => outcome === 'seen');
    expect(known.map(({ why }) => why)).toEqual(['busy', 'busy', 'busy']);
    expect(known[0]?.at).toBeGreaterThan(1_700_000_000);
    // What was looked at is there for others at once.
    expect(await box.count()).toEqual({ there: 4, hidden: 0 });

    const sent = await run(box, 'schedule', true);
    expect(sent).toMatchObject({
      woken: ['acme/ada', 'acme/bob', 'acme/cy'],
      tally: { handled: 3, kept: 1 },
    });
    expect(await box.count()).toEqual({ there: 1, hidden: 0 });
    const arn = 'arn:aws:sqs:us-east-1:123456789012:schedule-letters';
    const finding = await lookAtDeadLetters(clients, { kind: 'schedule', arn }, moto.url);
    expect(finding).toMatchObject({ result: 'wrong', seen: '1 that could not be handled' });
  }, 30_000);

  test('objects that Lambda wrote are read, and deleted when they are done', async () => {
    await clients.s3.send(new CreateBucketCommand({ Bucket: 'letters' }));
    const put = (Key: string, body: unknown) =>
      clients.s3.send(new PutObjectCommand({ Bucket: 'letters', Key, Body: JSON.stringify(body) }));
    const records = {
      Records: [{ dynamodb: { Keys: { clientId: { S: 'acme' }, userId: { S: 'ada' } } } }],
    };
    const record = {
      requestContext: {
        functionArn: 'arn:aws:lambda:us-east-1:123456789012:function:workspace-cleanup-prod-workspaceChanged',
      },
      DDBStreamBatchInfo: {
        shardId: 's',
        startSequenceNumber: '1',
        endSequenceNumber: '1',
        batchSize: 1,
        streamArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/W/stream/t',
      },
      payload: JSON.stringify(records),
    };
    await put('aws/lambda/mapping/2026-01-01T00.00.00-a', record);
    await put('aws/lambda/mapping/2026-01-01T00.00.01-b', { hello: 'world' });
    await put('elsewhere/c', record);
    const sent = await run(s3Box(clients.s3, 'letters'), 'stream', true);
    expect(sent).toMatchObject({ woken: ['acme/ada'], tally: { handled: 1, kept: 1 } });
    expect(await s3Box(clients.s3, 'letters').count()).toEqual({ there: 1, hidden: 0 });
    const [left] = (await s3Box(clients.s3, 'letters').receive()) as [Letter];
    expect(left.id).toBe('aws/lambda/mapping/2026-01-01T00.00.01-b');
  }, 30_000);

  test('a place that is not there could not be read, and is never good', async () => {
    const arn = 'arn:aws:sqs:us-east-1:123456789012:nobody';
    const finding = await lookAtDeadLetters(clients, { kind: 'stream', arn }, moto.url);
    expect(finding.result).toBe('unread');
  });
});
