import { PutItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { StreamPoller, type StreamPollerOptions } from '../../src/local/streams/poller.ts';
import { ensureTables } from '../../src/local/template/ensure-tables.ts';
import type { StreamMapping } from '../../src/local/template/functions.ts';
import { InFlight } from '../../src/local/time/in-flight.ts';
import { TestEngine } from '../support/engine.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { Condition, okMapping } from '../support/stream.ts';

/** How many items a transaction may write; the engine is quickest with few large ones. */
const ITEMS_PER_WRITE = 100;

let engine: TestEngine;
let inFlight: InFlight;
const pollers: StreamPoller[] = [];
let tableCount = 0;

beforeAll(async () => {
  engine = await TestEngine.start();
});
beforeEach(() => {
  inFlight = new InFlight();
});
afterEach(async () => {
  await Promise.all(pollers.splice(0).map((poller) => poller.stop()));
});
afterAll(() => engine.stop());

async function newTable(): Promise<{ name: string; streamArn: string }> {
  tableCount += 1;
  const name = `Counters${tableCount}`;
  const streams = await ensureTables(engine.database, [
    {
      logicalId: name,
      createTableInput: {
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'group', AttributeType: 'S' },
          { AttributeName: 'item', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'group', KeyType: 'HASH' },
          { AttributeName: 'item', KeyType: 'RANGE' },
        ],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      },
    },
  ]);
  return { name, streamArn: streams.get(name) ?? '' };
}

const row = (item: number, version: number) => ({
  group: { S: `group-${item % 7}` },
  item: { S: `item-${item}` },
  version: { N: String(version) },
});

/** Writes the versions `from` to `to` (included) of items 0 to `items` (excluded), version by version. */
async function write(table: string, items: number, from: number, to: number): Promise<void> {
  for (let version = from; version <= to; version += 1) {
    for (let first = 0; first < items; first += ITEMS_PER_WRITE) {
      const count = Math.min(ITEMS_PER_WRITE, items - first);
      const rows = Array.from({ length: count }, (_, index) => row(first + index, version));
      const puts = rows.map((Item) => ({ Put: { TableName: table, Item } }));
      await engine.database.send(new TransactWriteItemsCommand({ TransactItems: puts }));
    }
  }
}

/** The versions that a function has seen of each item, in the order in which it saw them. */
class Seen {
  readonly versions = new Map<string, number[]>();
  count = 0;

  add(record: DynamoDBStreamEvent['Records'][number]): void {
    const { NewImage } = record.dynamodb ?? {};
    const item = NewImage?.item?.S ?? '';
    const versions = this.versions.get(item) ?? [];
    versions.push(Number(NewImage?.version?.N));
    this.versions.set(item, versions);
    this.count += 1;
  }

  hasAll(items: number, versions: number): boolean {
    if (this.versions.size < items) return false;
    return [...this.versions.values()].every((seen) => new Set(seen).size === versions);
  }
}

function pollerOf(
  streamArn: string,
  mapping: Partial<StreamMapping>,
  invoke: (event: DynamoDBStreamEvent) => Promise<unknown>,
  more: Partial<StreamPollerOptions> = {},
): StreamPoller {
  const poller = new StreamPoller({
    client: engine.streams,
    streamArn,
    mapping: { ...okMapping, ...mapping },
    invoke: (_name, event) => invoke(event),
    checkpoints: new Map(),
    failureDestination: async () => {},
    inFlight,
    log: () => {},
    random: seededRandom(1),
    sleep: async () => void (await new Promise((resolve) => setImmediate(resolve))),
    ...more,
  });
  pollers.push(poller);
  return poller;
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test('5,000 records in four lanes: each item in order, each record once, though one try in five fails', async () => {
  const { name, streamArn } = await newTable();
  await write(name, 100, 1, 50);
  const seen = new Seen();
  const random = seededRandom(7);
  const mapping = { parallelizationFactor: 4, batchSize: 100 };
  pollerOf(streamArn, mapping, async ({ Records }) => {
    const failAt = random() < 0.2 ? Math.floor(random() * Records.length) : Records.length;
    for (const record of Records.slice(0, failAt)) seen.add(record);
    const failed = Records[failAt]?.dynamodb?.SequenceNumber;
    return { batchItemFailures: failed === undefined ? [] : [{ itemIdentifier: failed }] };
  }).start();
  await inFlight.settled();
  expect(seen.count).toBe(5000);
  for (const versions of seen.versions.values()) expect(versions).toEqual(upTo(50));
}, 30_000);

test('after a crash it goes on from the checkpoint: some records come twice, none is lost', async () => {
  const { name, streamArn } = await newTable();
  await write(name, 50, 1, 10);
  const mapping = { parallelizationFactor: 4, batchSize: 20 };
  const checkpoints = new Map<string, string>();
  const seen = new Seen();
  let batches = 0;
  let endCrash = () => {};
  const crashing = new Promise<void>((resolve) => (endCrash = resolve));
  const crash = new Condition(() => batches >= 12);
  pollerOf(
    streamArn,
    mapping,
    async ({ Records }) => {
      batches += 1;
      crash.check();
      if (batches >= 12) return await crashing;
      for (const record of Records) seen.add(record);
    },
    { checkpoints },
  ).start();
  await crash.reached;
  const beforeCrash = seen.count;
  expect(beforeCrash).toBeGreaterThan(0);

  let again = 0;
  const all = new Condition(() => seen.hasAll(50, 10));
  pollerOf(
    streamArn,
    mapping,
    async ({ Records }) => {
      again += Records.length;
      for (const record of Records) seen.add(record);
      all.check();
    },
    { checkpoints: new Map(checkpoints) },
  ).start();
  await all.reached;
  expect(checkpoints.size).toBe(1);
  expect(again).toBeLessThan(500);
  endCrash();
});

test('a poke holds the clock until what was written is handled', async () => {
  const { name, streamArn } = await newTable();
  const seen = new Seen();
  const neverIdle = { sleep: abortOnly };
  const poller = pollerOf(
    streamArn,
    {},
    async ({ Records }) => {
      await new Promise((resolve) => setImmediate(resolve));
      for (const record of Records) seen.add(record);
    },
    neverIdle,
  );
  poller.start();
  await inFlight.settled();
  for (const version of [1, 2, 3]) {
    await engine.database.send(new PutItemCommand({ TableName: name, Item: row(1, version) }));
    poller.poke();
    await inFlight.settled();
    expect(seen.count).toBe(version);
  }
});

test('an engine that dies and comes back is waited for, with one line of log', async () => {
  const { name, streamArn } = await newTable();
  const seen = new Seen();
  const log: string[] = [];
  const handled = new Condition(() => seen.hasAll(1, 2));
  let isDown = new Condition(() => false);
  const poller = pollerOf(
    streamArn,
    {},
    async ({ Records }) => {
      for (const record of Records) seen.add(record);
      handled.check();
    },
    {
      log: (message) => {
        log.push(message);
        isDown.check();
      },
    },
  );
  await write(name, 1, 1, 1);
  poller.start();
  await inFlight.settled();
  isDown = new Condition(() => log.length > 0);
  await engine.kill();
  await isDown.reached;
  await engine.run();
  await write(name, 1, 2, 2);
  await handled.reached;
  await inFlight.settled();
  expect(seen.versions.get('item-0')).toEqual([1, 2]);
  expect(log).toEqual([
    expect.stringContaining('cannot be read, trying on'),
    expect.stringContaining('is back'),
  ]);
});

/** Waits until it is cut short: nothing happens unless somebody pokes. */
async function abortOnly(_ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
}
