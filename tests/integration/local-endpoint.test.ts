import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { ListClustersCommand } from '@aws-sdk/client-ecs';
import {
  ConflictException,
  CreateScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  ResourceNotFoundException,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { startEndpoint } from '../../src/local/http/endpoint.ts';
import { type Engine, startEngine } from '../../src/local/processes/engine.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { credentials, type LocalServices, startLocalServices } from '../support/local-services.ts';

const folder = useDataFolder();
let engine: Engine;
let local: LocalServices;
let database: DynamoDBClient;
let writes: number;

beforeEach(async () => {
  writes = 0;
  engine = await startEngine({ dataDirectory: folder() });
  local = await startLocalServices({
    dataDirectory: folder(),
    engineUrl: engine.endpoint,
    onWritten: () => {
      writes += 1;
    },
  });
  const connection = { endpoint: local.endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  database = new DynamoDBClient(connection);
  await database.send(
    new CreateTableCommand({
      TableName: 'Things',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
});
afterEach(async () => {
  database.destroy();
  await local.close();
  await engine.close();
});

interface Answer {
  status: number | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

async function send(options: {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}) {
  const outgoing = request({ host: '127.0.0.1', port: local.endpoint.port, ...options });
  const answering = once(outgoing, 'response');
  outgoing.end(options.body);
  const [incoming] = await answering;
  const chunks = await incoming.toArray();
  return {
    status: incoming.statusCode,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString(),
  } as Answer;
}

const ecsHeaders = {
  'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters',
  'content-type': 'application/x-amz-json-1.1',
};

test('DynamoDB and its streams go through to the engine; writes are announced once answered', async () => {
  const put = new PutItemCommand({ TableName: 'Things', Item: { id: { S: 'a' }, n: { N: '1' } } });
  await database.send(put);
  expect(writes).toBe(1);
  const { Item } = await database.send(new GetItemCommand({ TableName: 'Things', Key: { id: { S: 'a' } } }));
  expect(Item).toEqual({ id: { S: 'a' }, n: { N: '1' } });
  const batch = { Things: [{ PutRequest: { Item: { id: { S: 'b' } } } }] };
  await database.send(new BatchWriteItemCommand({ RequestItems: batch }));
  expect(writes).toBe(2);
  await local.inFlight.settled();
  const streams = new DynamoDBStreamsClient({
    endpoint: local.endpoint.url,
    region: 'us-east-1',
    credentials,
  });
  const { Streams } = await streams.send(new ListStreamsCommand({ TableName: 'Things' }));
  expect(Streams).toHaveLength(1);
  streams.destroy();
});

test('the engine’s errors and headers come through', async () => {
  const missing = new PutItemCommand({ TableName: 'Missing', Item: { id: { S: 'a' } } });
  await expect(database.send(missing)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const headers = {
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    'content-type': 'application/x-amz-json-1.0',
  };
  const answer = await send({ method: 'POST', headers, body: '{' });
  expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('SerializationException') });
  expect(answer.headers['x-amz-crc32']).toBeDefined();
});

test('an engine that is gone is an InternalServerError, which SDKs retry, and leaves nothing in flight', async () => {
  await engine.close();
  const put = new PutItemCommand({ TableName: 'Things', Item: { id: { S: 'a' } } });
  await expect(database.send(put)).rejects.toMatchObject({ name: 'InternalServerError' });
  await local.inFlight.settled();
});

test('a large item passes whole', async () => {
  const blob = 'x'.repeat(390_000);
  await database.send(
    new PutItemCommand({ TableName: 'Things', Item: { id: { S: 'big' }, blob: { S: blob } } }),
  );
  const { Item } = await database.send(
    new GetItemCommand({ TableName: 'Things', Key: { id: { S: 'big' } } }),
  );
  expect(Item?.blob?.S).toHaveLength(390_000);
});

test('the scheduler answers its real client', async () => {
  const { scheduler } = local.clients;
  const ok = {
    Name: 'alice',
    ScheduleExpression: 'at(2030-01-01T13:00:00)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      RoleArn: 'arn:aws:iam::000000000000:role/r',
    },
    ActionAfterCompletion: 'DELETE',
  } as const;
  await scheduler.send(new CreateScheduleCommand(ok));
  const found = await scheduler.send(new GetScheduleCommand({ Name: 'alice' }));
  expect(found).toMatchObject({
    ...ok,
    GroupName: 'default',
    State: 'ENABLED',
    CreationDate: expect.any(Date),
  });
  const { Schedules } = await scheduler.send(
    new ListSchedulesCommand({ GroupName: 'default', MaxResults: 10 }),
  );
  expect(Schedules).toMatchObject([{ Name: 'alice', Target: { Arn: ok.Target.Arn } }]);
  await expect(scheduler.send(new CreateScheduleCommand(ok))).rejects.toThrow(ConflictException);
  await expect(scheduler.send(new GetScheduleCommand({ Name: 'bob' }))).rejects.toThrow(
    ResourceNotFoundException,
  );
  const past = new CreateScheduleCommand({
    ...ok,
    Name: 'late',
    ScheduleExpression: 'at(2020-01-01T00:00:00)',
  });
  await expect(scheduler.send(past)).rejects.toThrow(ValidationException);
});

test('answers say who answered, and have an id', async () => {
  const status = await send({});
  expect(JSON.parse(status.body)).toMatchObject({ services: expect.arrayContaining(['DynamoDB', 'ECS']) });
  expect(status.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  const identity = await send({ method: 'POST', body: 'Action=GetCallerIdentity&Version=2011-06-15' });
  expect(identity.body).toContain('<Account>000000000000</Account>');
});

test.each([
  ['evil.example', 403],
  ['evil.example:4566', 403],
  ['127.0.0.1.evil.example', 403],
  ['10.0.0.1', 403],
  ['localhost', 200],
  ['sub.localhost:4566', 200],
  ['[::1]:4566', 200],
  ['127.1.2.3', 200],
])('host "%s" is answered with %i', async (host, status) => {
  expect((await send({ headers: { host } })).status).toBe(status);
});

test('a web page of another site is refused, whatever name it uses for us', async () => {
  expect((await send({ headers: { origin: 'https://evil.example' } })).status).toBe(403);
  expect((await send({ headers: { origin: 'null' } })).status).toBe(403);
  expect((await send({ headers: { origin: 'http://localhost:4567' } })).status).toBe(200);
});

test.each([
  ['ECS', { method: 'POST', headers: ecsHeaders, body: '{"nextToken":' }],
  ['ECS', { method: 'POST', headers: ecsHeaders, body: '[]' }],
  ['EFS', { method: 'POST', path: '/2015-02-01/file-systems', body: 'x' }],
  ['Scheduler', { method: 'POST', path: '/schedules/a', body: '"x"' }],
])('a body for %s that is no JSON object is a SerializationException', async (_, options) => {
  const answer = await send(options);
  expect(answer.status).toBe(400);
  expect(answer.headers['x-amzn-errortype']).toBe('SerializationException');
});

test.each(['AmazonEC2ContainerServiceV20141113.ListClusters', 'DynamoDB_20120810.PutItem'])(
  'a body over 16 MB for %s is refused with 413, announced or not',
  async (target) => {
    const headers = { 'x-amz-target': target };
    const length = String(16 * 1024 * 1024 + 1);
    const announced = await send({ method: 'POST', headers: { ...headers, 'content-length': length } });
    expect(announced.status).toBe(413);
    const body = Buffer.alloc(16 * 1024 * 1024 + 1, 'x');
    const chunked = await send({
      method: 'POST',
      headers: { ...headers, 'transfer-encoding': 'chunked' },
      body,
    });
    expect(chunked.status).toBe(413);
    await local.inFlight.settled();
  },
);

test('what is not supported says what is', async () => {
  const target = await send({ method: 'POST', headers: { 'x-amz-target': 'AWSLambda.Invoke' } });
  expect(JSON.parse(target.body)).toMatchObject({
    __type: 'UnknownOperationException',
    message: expect.stringContaining('EFS'),
  });
  const headers = { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.CreateService' };
  const operation = await send({ method: 'POST', headers });
  expect(JSON.parse(operation.body).message).toContain('It supports CreateCluster, DescribeClusters');
  expect((await send({ path: '/buckets' })).status).toBe(400);
});

test('a port that is taken is an error that says what to do', async () => {
  const unused = async () => ({ status: 200, headers: {}, body: '' });
  const { port } = local.endpoint;
  const second = startEndpoint({
    port,
    engineUrl: engine.endpoint,
    inFlight: local.inFlight,
    ecs: unused,
    efs: unused,
    scheduler: unused,
  });
  await expect(second).rejects.toThrow(`Port ${port} on 127.0.0.1 is in use.`);
  await expect(second).rejects.toThrow('--port <number>');
});

test('closing lets a running request end', async () => {
  const unused = async () => ({ status: 200, headers: {}, body: '' });
  let asked = () => {};
  let release = () => {};
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const slow = async () => {
    asked();
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return { status: 200, headers: {}, body: 'done' };
  };
  const { inFlight } = local;
  const services = { ecs: unused, efs: slow, scheduler: unused };
  const endpoint = await startEndpoint({ port: 0, engineUrl: engine.endpoint, inFlight, ...services });
  const answering = fetch(`${endpoint.url}/2015-02-01/file-systems`);
  await arrived;
  const closed = endpoint.close();
  release();
  expect(await (await answering).text()).toBe('done');
  await closed;
});

test('closing ends connections that are kept open', async () => {
  await local.clients.ecs.send(new ListClustersCommand({}));
  const idle = connect(local.endpoint.port, '127.0.0.1');
  await once(idle, 'connect');
  const ended = once(idle, 'close');
  idle.resume();
  await local.endpoint.close();
  await ended;
  local.endpoint.close = async () => {};
});
