import type { Context } from 'aws-lambda';
import { Invoker, type InvokerOptions, type LocalFunction } from '../../../src/local/invoker.ts';
import type { DeadLetter } from '../../../src/local/storage/dead-letters.ts';
import { InFlight } from '../../../src/local/time/in-flight.ts';

function invokerOf(run: LocalFunction, more: Partial<InvokerOptions> = {}, timeoutSeconds = 30) {
  const letters: DeadLetter[] = [];
  const waits: number[] = [];
  const inFlight = new InFlight();
  const invoker = new Invoker({
    functions: { deadlineReached: run, activity: async () => 'ok' },
    settings: [
      { name: 'deadlineReached', timeoutSeconds, asyncRetries: 2 },
      { name: 'activity', timeoutSeconds: 10, asyncRetries: 2 },
    ],
    service: 'workspace-cleanup',
    stage: 'dev',
    region: 'us-east-1',
    failureDestination: async (letter) => void letters.push(letter),
    inFlight,
    log: () => {},
    sleep: async (ms) => void waits.push(ms),
    ...more,
  });
  return { invoker, letters, waits, inFlight };
}

describe('an asynchronous invocation', () => {
  test('is retried under the same request id until it succeeds', async () => {
    const ids: string[] = [];
    const { invoker, letters, waits } = invokerOf((_event, context) => {
      ids.push(context.awsRequestId);
      if (ids.length < 3) throw new Error('not yet');
    });
    await invoker.invokeAsync('deadlineReached', { userId: 'ada' });
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect(waits).toEqual([200, 1000]);
    expect(letters).toEqual([]);
  });

  test('goes to the failure destination after its last retry', async () => {
    const { invoker, letters } = invokerOf(async () => Promise.reject(new Error('never')));
    await invoker.invokeAsync('deadlineReached', { userId: 'ada' });
    expect(letters).toEqual([
      {
        functionName: 'deadlineReached',
        reason: 'RetriesExhausted',
        attempts: 3,
        error: 'Error: never',
        payload: { userId: 'ada' },
      },
    ]);
  });

  test('rejects when the failure destination does: nobody has the event then', async () => {
    const failureDestination = () => Promise.reject(new Error('disk full'));
    const { invoker } = invokerOf(async () => Promise.reject(new Error('never')), { failureDestination });
    await expect(invoker.invokeAsync('deadlineReached', {})).rejects.toThrow('disk full');
  });

  test('is in flight until it is dealt with', async () => {
    const order: string[] = [];
    const { invoker, inFlight } = invokerOf(async () => {
      order.push('tried');
      throw new Error('never');
    });
    const done = invoker.invokeAsync('deadlineReached', {});
    await inFlight.settled();
    expect(order).toEqual(['tried', 'tried', 'tried']);
    await done;
  });
});

test('each event has its own request id', async () => {
  const ids: string[] = [];
  const { invoker } = invokerOf((_event, context) => void ids.push(context.awsRequestId));
  await invoker.invokeSync('deadlineReached', {});
  await invoker.invokeSync('deadlineReached', {});
  expect(new Set(ids).size).toBe(2);
});

test('a function that takes longer than its timeout has failed, and sees its time run', async () => {
  let context: Context | undefined;
  const { invoker } = invokerOf(
    (_event, given) => {
      context = given;
      return new Promise(() => {});
    },
    {},
    0.01,
  );
  await expect(invoker.invokeSync('deadlineReached', {})).rejects.toThrow('timed out after 0.01 seconds');
  expect(context?.getRemainingTimeInMillis()).toBe(0);
});

test('events and results are copies, as after their way through JSON', async () => {
  const event = { at: new Date(0), left: undefined, list: [1] };
  let received: unknown;
  const { invoker } = invokerOf((given: { list: number[] }) => {
    received = structuredClone(given);
    given.list.push(2);
    return { when: new Date(0), none: undefined };
  });
  await expect(invoker.invokeSync('deadlineReached', event)).resolves.toEqual({
    when: '1970-01-01T00:00:00.000Z',
  });
  expect(received).toEqual({ at: '1970-01-01T00:00:00.000Z', list: [1] });
  expect(event.list).toEqual([1]);
});

describe('names', () => {
  const { invoker } = invokerOf(() => {});

  test.each([
    'deadlineReached',
    'workspace-cleanup-dev-deadlineReached',
    'arn:aws:lambda:us-east-1:000000000000:function:workspace-cleanup-dev-deadlineReached',
    'arn:aws-cn:lambda:cn-north-1:123456789012:function:workspace-cleanup-dev-deadlineReached:$LATEST',
  ])('%s is deadlineReached', (name) => {
    expect(invoker.resolveName(name)).toBe('deadlineReached');
  });

  test.each([
    'arn:aws:lambda:us-east-1:000000000000:function:workspace-cleanup-prod-deadlineReached',
    'nothing',
    'toString',
  ])('%s is unknown, and the error names those that are known', (name) => {
    expect(() => invoker.resolveName(name)).toThrow(/no function ".*known are deadlineReached, activity/);
  });

  test('an unknown one rejects at once and leaves no dead letter', async () => {
    const { invoker: other, letters } = invokerOf(() => {});
    await expect(other.invokeAsync('nothing', {})).rejects.toThrow('nothing');
    expect(letters).toEqual([]);
  });
});
