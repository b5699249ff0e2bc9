import { type LaneOptions, StreamLane } from '../../../../src/local/streams/lane.ts';
import type { StreamRecord } from '../../../../src/local/streams/records.ts';
import type { StreamMapping } from '../../../../src/local/template/functions.ts';
import { numbersOf, okMapping, streamRecords } from '../../../support/stream.ts';

function laneWith(
  invoke: (records: readonly StreamRecord[]) => Promise<unknown>,
  mapping: Partial<StreamMapping> = {},
  more: Partial<LaneOptions> = {},
) {
  const seen = {
    batches: [] as string[][],
    finished: [] as string[],
    discarded: [] as { numbers: string[]; reason: string; attempts: number }[],
    waits: [] as number[],
  };
  const options: LaneOptions = {
    mapping: { ...okMapping, ...mapping },
    invoke: (records) => {
      seen.batches.push(numbersOf(records));
      return invoke(records);
    },
    finish: async (records) => void seen.finished.push(...numbersOf(records)),
    discard: async (records, reason, attempts) => {
      seen.discarded.push({ numbers: numbersOf(records), reason, attempts });
    },
    onChange: () => {},
    log: () => {},
    now: () => 1000,
    random: () => 0,
    sleep: async (ms) => void seen.waits.push(ms),
    ...more,
  };
  return { lane: new StreamLane(options), seen };
}

const throwAt = (poison: string) => async (records: readonly StreamRecord[]) => {
  if (numbersOf(records).includes(poison)) throw new Error('poison');
};

test('handles everything in order, in batches', async () => {
  const { lane, seen } = laneWith(async () => undefined, { batchSize: 2 });
  lane.push(streamRecords(1, 5));
  await lane.idle();
  expect(seen.batches).toEqual([['1', '2'], ['3', '4'], ['5']]);
  expect(seen.finished).toEqual(['1', '2', '3', '4', '5']);
  expect(lane.isActive).toBe(false);
});

test('bisection isolates one poison record of 1,000 in about log2 steps and goes on behind it', async () => {
  const { lane, seen } = laneWith(throwAt('700'), { maximumRetryAttempts: 2 });
  lane.push(streamRecords(1, 1000));
  await lane.idle();
  const retries = 2;
  expect(seen.batches.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(1000)) + retries);
  expect(seen.discarded).toEqual([
    { numbers: ['700'], reason: expect.stringContaining('RetryAttemptsExhausted'), attempts: 3 },
  ]);
  expect(seen.finished).toEqual(numbersOf(streamRecords(1, 1000)));
  expect(seen.waits).toEqual([50, 100]);
});

test('a partial failure repeats nothing in front of it', async () => {
  let calls = 0;
  const { lane, seen } = laneWith(async () => {
    calls += 1;
    return calls === 1 ? { batchItemFailures: [{ itemIdentifier: '3' }] } : undefined;
  });
  lane.push(streamRecords(1, 4));
  await lane.idle();
  expect(seen.batches).toEqual([
    ['1', '2', '3', '4'],
    ['3', '4'],
  ]);
  expect(seen.finished).toEqual(['1', '2', '3', '4']);
});

test('records that cannot be given away are never finished before they are', async () => {
  let refusals = 3;
  const { lane, seen } = laneWith(
    throwAt('1'),
    { maximumRetryAttempts: 0 },
    {
      discard: async () => {
        expect(seen.finished).toEqual([]);
        refusals -= 1;
        if (refusals > 0) throw new Error('disk full');
      },
    },
  );
  lane.push(streamRecords(1, 1));
  await lane.idle();
  expect(refusals).toBe(0);
  expect(seen.finished).toEqual(['1']);
});

test('the window waits for the rest of its seconds, or until the batch is full', async () => {
  const waits: number[] = [];
  const { lane, seen } = laneWith(
    async () => undefined,
    { batchSize: 3, batchWindowSeconds: 5 },
    {
      sleep: (ms, signal) => {
        waits.push(ms);
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    },
  );
  lane.push(streamRecords(1, 2));
  expect(lane.isActive).toBe(true);
  lane.push(streamRecords(3, 3));
  await lane.idle();
  expect(waits).toEqual([5000]);
  expect(seen.batches).toEqual([['1', '2', '3']]);
});

test('a short wait for a retry counts as work, a long one does not', async () => {
  const active: boolean[] = [];
  const { lane } = laneWith(
    throwAt('1'),
    { maximumRetryAttempts: 7 },
    { sleep: async () => void active.push(lane.isActive) },
  );
  lane.push(streamRecords(1, 1));
  await lane.idle();
  // 50, 100, 200, 400, 800, 1,600 and 3,200 ms.
  expect(active).toEqual([true, true, true, true, true, true, false]);
});

test('stop waits for the running invocation, keeps its success and begins no other', async () => {
  let succeed = (_value?: unknown) => {};
  const { lane, seen } = laneWith(() => new Promise((resolve) => (succeed = resolve)), { batchSize: 1 });
  const began = new Promise<void>((resolve) => {
    const wait = () => (seen.batches.length > 0 ? resolve() : setImmediate(wait));
    wait();
  });
  lane.push(streamRecords(1, 2));
  await began;
  const stopped = lane.stop();
  succeed();
  await stopped;
  expect(seen.finished).toEqual(['1']);
  expect(seen.batches).toEqual([['1']]);
});

test('stop ends a wait for a retry; the record stays unfinished', async () => {
  let waiting = () => {};
  const waits = new Promise<void>((resolve) => (waiting = resolve));
  const { lane, seen } = laneWith(
    throwAt('1'),
    {},
    {
      sleep: (_ms, signal) => {
        waiting();
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    },
  );
  lane.push(streamRecords(1, 1));
  await waits;
  await lane.stop();
  expect(seen.finished).toEqual([]);
  expect(lane.isActive).toBe(false);
});
