import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import {
  type DiscardedBatch,
  StreamPoller,
  type StreamPollerOptions,
} from '../../../../src/local/streams/poller.ts';
import type { StreamMapping } from '../../../../src/local/template/functions.ts';
import { InFlight } from '../../../../src/local/time/in-flight.ts';
import { okMapping } from '../../../support/stream.ts';

interface FakeShard {
  id: string;
  parent?: string;
  records: number[];
  closed?: boolean;
}

/** A stream in memory, listed one shard a page, read two records at a time unless told otherwise. */
function fakeStream(shards: FakeShard[], recordsPerRead = 2) {
  const calls: string[] = [];
  const state = { failure: undefined as Error | undefined };
  const answers: Record<string, (input: Record<string, string | undefined>) => unknown> = {
    DescribeStreamCommand: ({ ExclusiveStartShardId: after }) => {
      const index = shards.findIndex(({ id }) => id === after) + 1;
      const shard = shards[index];
      return {
        StreamDescription: {
          Shards: shard ? [{ ShardId: shard.id, ParentShardId: shard.parent }] : [],
          LastEvaluatedShardId: index + 1 < shards.length ? shard?.id : undefined,
        },
      };
    },
    GetShardIteratorCommand: ({ ShardId, ShardIteratorType, SequenceNumber }) => {
      calls.push([ShardId, ShardIteratorType, SequenceNumber].filter(Boolean).join(' '));
      return { ShardIterator: `${ShardId} ${SequenceNumber ?? 0}` };
    },
    GetRecordsCommand: ({ ShardIterator = '' }) => {
      const [id, after] = ShardIterator.split(' ');
      const shard = shards.find((candidate) => candidate.id === id);
      const records = (shard?.records ?? [])
        .filter((number) => number > Number(after))
        .slice(0, recordsPerRead);
      const last = records.at(-1) ?? after;
      const isAtEnd = shard?.closed && Number(last) >= (shard.records.at(-1) ?? 0);
      return {
        Records: records.map((number) => ({
          dynamodb: { SequenceNumber: String(number), Keys: { id: { S: `item-${number}` } } },
        })),
        NextShardIterator: isAtEnd ? undefined : `${id} ${last}`,
      };
    },
  };
  const client = {
    send: async (command: { input: Record<string, string | undefined> }) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (state.failure) throw state.failure;
      return answers[command.constructor.name]?.(command.input);
    },
  };
  return { client: client as unknown as DynamoDBStreamsClient, calls, state };
}

const IDLE_MS = 12_345;
const running: StreamPoller[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((poller) => poller.stop()));
});

/** A poller that polls only when poked, but waits for no retry. */
function pollerOf(
  client: DynamoDBStreamsClient,
  handle: (number: number) => void | Promise<void> = () => {},
  mapping: Partial<StreamMapping> = {},
  more: Partial<StreamPollerOptions> = {},
) {
  const inFlight = new InFlight();
  const handled: number[] = [];
  const discarded: [DiscardedBatch, string][] = [];
  const log: string[] = [];
  const poller = new StreamPoller({
    client,
    streamArn: 'stream',
    mapping: { ...okMapping, ...mapping },
    invoke: async (_name, { Records }) => {
      for (const record of Records) {
        const number = Number(record.dynamodb?.SequenceNumber);
        await handle(number);
        handled.push(number);
      }
    },
    checkpoints: new Map(),
    failureDestination: async (batch, reason) => void discarded.push([batch, reason]),
    inFlight,
    log: (message) => void log.push(message),
    idleMs: IDLE_MS,
    random: () => 0,
    sleep: async (ms, signal) => {
      if (ms !== IDLE_MS) return;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    },
    ...more,
  });
  running.push(poller);
  return { poller, inFlight, handled, discarded, log };
}

describe('shards', () => {
  const family: FakeShard[] = [
    { id: 'child-a', parent: 'parent', records: [20, 21] },
    { id: 'parent', parent: 'trimmed-long-ago', records: [8, 9, 10, 11], closed: true },
    { id: 'child-b', parent: 'parent', records: [30] },
  ];

  test('are read to the end of the parent before the children', async () => {
    const checkpoints = new Map<string, string>();
    const { client, calls } = fakeStream(family);
    const { poller, inFlight, handled } = pollerOf(client, undefined, {}, { checkpoints });
    poller.start();
    await inFlight.settled();
    expect(handled.slice(0, 4)).toEqual([8, 9, 10, 11]);
    expect(handled.slice(4).sort()).toEqual([20, 21, 30]);
    expect(calls[0]).toBe('parent TRIM_HORIZON');
    expect([...checkpoints.values()].sort()).toEqual(['21', '30', 'SHARD_END']);
  });

  test('that were read to their end are not read again after a restart', async () => {
    const checkpoints = new Map([
      ['workspaceChanged stream parent', 'SHARD_END'],
      ['workspaceChanged stream child-a', '20'],
    ]);
    const { client, calls } = fakeStream(family);
    const { poller, inFlight, handled } = pollerOf(client, undefined, {}, { checkpoints });
    poller.start();
    await inFlight.settled();
    expect(handled.sort()).toEqual([21, 30]);
    expect(calls).toEqual(['child-a AFTER_SEQUENCE_NUMBER 20', 'child-b TRIM_HORIZON']);
  });
});

test('what is given up goes to the failure destination, and the mapping goes on behind it', async () => {
  const checkpoints = new Map<string, string>();
  const { client } = fakeStream([{ id: 'only', records: [1, 2, 3, 4] }]);
  const fail = (number: number) => {
    if (number === 2) throw new Error('poison');
  };
  const { poller, inFlight, handled, discarded } = pollerOf(
    client,
    fail,
    { maximumRetryAttempts: 1 },
    { checkpoints },
  );
  poller.start();
  await inFlight.settled();
  expect(handled).toEqual(expect.arrayContaining([1, 3, 4]));
  expect(discarded).toEqual([
    [
      {
        functionName: 'workspaceChanged',
        streamArn: 'stream',
        shardId: 'only',
        records: [expect.objectContaining({ eventSourceARN: 'stream' })],
        attempts: 2,
      },
      expect.stringContaining('RetryAttemptsExhausted: Error: poison'),
    ],
  ]);
  expect([...checkpoints.values()]).toEqual(['4']);
});

test('the checkpoint stays before an item that is stuck while others go on', async () => {
  const records = Array.from({ length: 40 }, (_, index) => index + 1);
  const checkpoints = new Map<string, string>();
  const { client } = fakeStream([{ id: 'only', records }]);
  let release = () => {};
  const stuck = new Promise<void>((resolve) => (release = resolve));
  const othersDone = new Promise<void>((resolve) => {
    const { poller } = pollerOf(
      client,
      (number) => (number === 3 ? stuck : number === 40 ? resolve() : undefined),
      { parallelizationFactor: 10, batchSize: 1 },
      { checkpoints },
    );
    poller.start();
  });
  await othersDone;
  expect([...checkpoints.values()]).toEqual(['2']);
  release();
});

test.each([
  ['', 1],
  [', even with more behind it than are read ahead', 10_600],
])('a long wait for a retry lets the clock go on%s', async (_more, last) => {
  const records = Array.from({ length: last }, (_, index) => index + 1);
  const { client } = fakeStream([{ id: 'only', records }], 500);
  let resume = () => {};
  let isPoison = true;
  const { poller, inFlight, handled } = pollerOf(
    client,
    () => {
      if (isPoison) throw new Error('poison');
    },
    { bisect: false },
    {
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (ms < 2000) resolve();
          else signal.addEventListener('abort', () => resolve());
          if (ms >= 2000 && ms !== IDLE_MS) resume = resolve;
        }),
    },
  );
  poller.start();
  await inFlight.settled();
  expect(handled).toEqual([]);
  isPoison = false;
  resume();
  // The retry counts as work from the moment at which its wait has ended.
  await new Promise((resolve) => setImmediate(resolve));
  await inFlight.settled();
  expect(handled).toEqual(records);
});

test('a stream that is gone is logged once, lets the clock go on, and is taken up when it is back', async () => {
  const { client, state } = fakeStream([{ id: 'only', records: [1] }]);
  state.failure = new Error('ResourceNotFoundException');
  const { poller, inFlight, handled, log } = pollerOf(client);
  poller.start();
  await inFlight.settled();
  expect(log).toEqual([expect.stringContaining('ResourceNotFoundException')]);
  state.failure = undefined;
  poller.poke();
  await new Promise<void>((resolve) => {
    const look = () => (handled.length > 0 ? resolve() : setImmediate(look));
    look();
  });
  expect(handled).toEqual([1]);
  expect(log).toHaveLength(2);
});

test('a checkpoint that cannot be kept stops nothing', async () => {
  const { client } = fakeStream([{ id: 'only', records: [1, 2, 3] }]);
  const { poller, inFlight, handled, log } = pollerOf(client, undefined, undefined, {
    checkpoints: { get: () => undefined, set: () => Promise.reject(new Error('disk full')) },
  });
  poller.start();
  await inFlight.settled();
  expect(handled).toEqual([1, 2, 3]);
  expect(log.join()).toContain('disk full');
});

test('stop lets the clock go on, whatever is left', async () => {
  const { client } = fakeStream([{ id: 'only', records: [1] }]);
  const { poller, inFlight } = pollerOf(client);
  poller.start();
  await poller.stop();
  poller.poke();
  await inFlight.settled();
});
