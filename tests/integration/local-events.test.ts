import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventBridgeClient, ListEventBusesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { eventDetailSchema } from '../../src/core/event.ts';
import type { BusEvent } from '../../src/local/services/eventbridge.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { bill, post, rowOf, startTestStack, type TestStack } from '../support/local-stack.ts';

jest.setTimeout(180_000);

const DAY = 86_400;
const folder = useDataFolder();
let stack: TestStack;
afterEach(() => stack.stop());

const eventsIn = (): BusEvent[] =>
  readFileSync(join(folder(), 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('the life of a workspace is told on the bus, in order and with ids of their own', async () => {
  stack = await startTestStack(folder());
  const heard: BusEvent[] = [];
  stack.events.subscribe((event) => heard.push(event));
  await bill(stack, 'acme', 'active', 'free');
  await post(stack, '/workspaces', { clientId: 'acme', userId: 'ada' });
  await stack.advanceTo(stack.clock.now() + 8 * DAY);
  expect(await rowOf(stack, { clientId: 'acme', userId: 'ada' })).toMatchObject({ lifecycle: 'archived' });
  await post(stack, '/workspaces/acme/ada/resume', {});
  await stack.inFlight.settled();

  const told = eventsIn().filter(({ detail }) => (detail as { workspace?: unknown }).workspace !== undefined);
  expect(told.map((event) => event['detail-type'])).toEqual([
    'Workspace Expiring',
    'Workspace Archived',
    'Workspace Resumed',
    'Workspace Restored',
  ]);
  for (const { source, detail } of told) {
    expect(source).toBe('workspace-cleanup');
    expect(eventDetailSchema.safeParse(detail).error).toBeUndefined();
  }
  const sequences = told.map(({ detail }) => (detail as { sequence: number }).sequence);
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  expect(heard).toEqual(eventsIn());
});

test('the bus is as particular as the real one', async () => {
  stack = await startTestStack(folder());
  const client = new EventBridgeClient({
    endpoint: stack.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const good = { Source: 'me', DetailType: 'Test', Detail: '{"a":1}' };
  const { FailedEntryCount, Entries } = await client.send(
    new PutEventsCommand({
      Entries: [
        good,
        { ...good, Source: undefined },
        { ...good, Detail: 'a text' },
        { ...good, Detail: '[1]' },
        { ...good, Detail: JSON.stringify({ long: 'x'.repeat(262_144) }) },
        // The user guide, Sending events with PutEvents: a bus that does not exist is no failure of the entry.
        { ...good, EventBusName: 'nobodys' },
      ],
    }),
  );
  expect(FailedEntryCount).toBe(4);
  expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    'InvalidArgument',
    'MalformedDetail',
    'MalformedDetail',
    'InvalidArgument',
    undefined,
  ]);
  expect(Entries?.map(({ EventId }) => EventId !== undefined)).toEqual([
    true,
    false,
    false,
    false,
    false,
    true,
  ]);
  const eleven = Array.from({ length: 11 }, () => good);
  await expect(client.send(new PutEventsCommand({ Entries: eleven }))).rejects.toMatchObject({
    name: 'ValidationException',
  });
  await expect(client.send(new ListEventBusesCommand({}))).rejects.toThrow(/ListEventBuses/);
  expect(eventsIn().map(({ source }) => source)).toEqual(['me', 'me']);
  client.destroy();
});

test('a bus of another name is told as well', async () => {
  stack = await startTestStack(folder(), { environment: { EVENT_BUS_NAME: 'ours' } });
  await bill(stack, 'acme', 'active', 'free');
  await post(stack, '/workspaces', { clientId: 'acme', userId: 'ada' });
  await stack.advanceTo(stack.clock.now() + 8 * DAY);
  expect(eventsIn().map((event) => event['detail-type'])).toContain('Workspace Archived');
});

const hasCli = spawnSync('aws', ['--version']).status === 0;
const cliTest = hasCli ? test : test.skip;
const skipped = hasCli ? '' : ' (skipped: the AWS CLI, aws, is not installed here)';
cliTest(`the AWS CLI puts events${skipped}`, async () => {
  stack = await startTestStack(folder());
  const entries = JSON.stringify([
    { Source: 'me', DetailType: 'Test', Detail: '{"a":1}', Time: '2026-01-31T12:00:00Z' },
    { Source: 'me', DetailType: 'Test', Detail: 'a text' },
  ]);
  const { stdout } = await promisify(execFile)(
    'aws',
    ['events', 'put-events', '--entries', entries, '--output', 'json'],
    {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        AWS_ENDPOINT_URL: stack.url,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      },
    },
  );
  expect(JSON.parse(stdout)).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ EventId: expect.any(String) }, { ErrorCode: 'MalformedDetail' }],
  });
  expect(eventsIn()).toMatchObject([
    { version: '0', source: 'me', 'detail-type': 'Test', time: '2026-01-31T12:00:00Z', detail: { a: 1 } },
  ]);
});
