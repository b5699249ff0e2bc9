import { type Letter, type LetterKind, readLetter } from '../../../../src/operator/redrive/letters.ts';

const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:workspace-cleanup-prod-';
const ada = { clientId: 'acme', userId: 'ada' };
const wakeAda = { kind: 'wake', key: ada };

const letter = (body: unknown, attributes: Record<string, string> = {}): Letter => ({
  id: '1',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  attributes,
  at: undefined,
});
const read = (kind: LetterKind, body: unknown, attributes?: Record<string, string>) =>
  readLetter(kind, letter(body, attributes), 'prod');

/** As Lambda puts it into a destination. */
const failed = (functionName: string, requestPayload: unknown) => ({
  version: '1.0',
  timestamp: '2026-01-01T00:00:00.000Z',
  requestContext: {
    requestId: 'e4b46cbf-b738-xmpl-8880-a18cdf61200e',
    functionArn: `${ARN}${functionName}:$LATEST`,
    condition: 'RetriesExhausted',
    approximateInvokeCount: 3,
  },
  requestPayload,
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: { errorMessage: 'ECS is busy', errorType: 'RetryableError' },
});

const batch = {
  shardId: 'shardId-00000001573689847184-864758bb',
  startSequenceNumber: '800000000003126276362',
  endSequenceNumber: '800000000003126276364',
  approximateArrivalOfFirstRecord: '2026-01-01T00:00:00Z',
  approximateArrivalOfLastRecord: '2026-01-01T00:00:00Z',
  batchSize: 1,
  streamArn:
    'arn:aws:dynamodb:eu-central-1:123456789012:table/WorkspaceStatus/stream/2026-01-01T00:00:00.000',
};
const discarded = (functionName: string, payload?: unknown) => ({
  requestContext: {
    functionArn: `${ARN}${functionName}`,
    condition: 'RetryAttemptsExhausted',
    approximateInvokeCount: 101,
  },
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  version: '1.0',
  timestamp: '2026-01-01T00:00:00.000Z',
  DDBStreamBatchInfo: batch,
  ...(payload !== undefined && { payload }),
});
const records = (...keys: object[]) => ({
  Records: keys.map((Keys) => ({ eventName: 'MODIFY', dynamodb: { Keys, NewImage: { x: { N: '1' } } } })),
});
const keyOf = (clientId: string, userId: string) => ({ clientId: { S: clientId }, userId: { S: userId } });

describe('a wake-up that Scheduler could not deliver', () => {
  const target = { TARGET_ARN: `${ARN}deadlineReached`, ERROR_CODE: 'Lambda.TooMany', ERROR_MESSAGE: 'busy' };
  test('is done again for its workspace', () => {
    expect(read('schedule', ada, target)).toEqual({
      kind: 'understood',
      errands: [wakeAda],
      why: 'Lambda.TooMany: busy',
    });
    expect(read('schedule', ada)).toMatchObject({ kind: 'understood', errands: [wakeAda], why: undefined });
  });

  test.each([
    ['that is not JSON', 'acme/ada', target, 'the message is not JSON'],
    ['without a workspace', { clientId: 'acme' }, target, 'its payload names no workspace'],
    ['with a name that climbs', { clientId: '..', userId: 'ada' }, target, 'its payload names no workspace'],
    [
      'of another stage',
      ada,
      { TARGET_ARN: `${ARN}deadlineReached`.replace('prod', 'dev') },
      'its target is',
    ],
    ['for another function', ada, { TARGET_ARN: `${ARN}purge` }, 'its target is'],
    ['that was cut', ada, { ...target, IS_PAYLOAD_TRUNCATED: 'true' }, 'its payload was cut'],
  ])('%s stays', (_, body, attributes, problem) => {
    expect(read('schedule', body, attributes)).toEqual({
      kind: 'not-understood',
      problem: expect.stringContaining(problem),
    });
  });
});

describe('an event that a function has failed on', () => {
  test('is done again for its workspace, and says why it failed', () => {
    expect(read('deadline', failed('deadlineReached', ada))).toEqual({
      kind: 'understood',
      errands: [wakeAda],
      why: 'ECS is busy',
    });
  });

  test('of the check for what is overdue runs it again', () => {
    expect(read('deadline', failed('overdueCheck', { time: 'now' }))).toMatchObject({
      errands: [{ kind: 'invoke', functionName: 'overdueCheck', event: { time: 'now' } }],
    });
  });

  test.each([
    ['of another stage', { ...failed('deadlineReached', ada), requestContext: { functionArn: 'arn:other' } }],
    ['of a function that has no such queue', failed('purge', ada)],
    ['without a workspace', failed('deadlineReached', { userId: 'ada' })],
    ['without a payload', failed('deadlineReached', undefined)],
    ['that is something else', { hello: 'world' }],
    ['that is null', null],
  ])('%s stays', (_, body) => {
    expect(read('deadline', body)).toMatchObject({ kind: 'not-understood' });
  });
});

describe('records of a stream that a function could not handle', () => {
  const both = records(keyOf('acme', 'ada'), keyOf('acme', 'bob'), keyOf('acme', 'ada'));
  test.each([
    ['as an object', both],
    ['as text', JSON.stringify(both)],
  ])('of workspaces wake each of them once, payload %s', (_, payload) => {
    expect(read('stream', discarded('workspaceChanged', payload))).toEqual({
      kind: 'understood',
      errands: [wakeAda, { kind: 'wake', key: { clientId: 'acme', userId: 'bob' } }],
      why: 'RetryAttemptsExhausted',
    });
  });

  test('of other tables are given to their function again', () => {
    const event = records({ clientId: { S: 'acme' } });
    expect(read('stream', discarded('accountChanged', event))).toMatchObject({
      errands: [
        { kind: 'invoke', functionName: 'accountChanged', event, about: '1 records of accountChanged' },
      ],
    });
  });

  test('are looked for in the stream where they did not come with the letter', () => {
    expect(read('stream', discarded('workspaceChanged'))).toMatchObject({
      kind: 'records',
      functionName: 'workspaceChanged',
      batch: { startSequenceNumber: '800000000003126276362' },
    });
  });

  test('with the key of nobody among others wake the others', () => {
    const some = records(keyOf('acme', 'ada'), { clientId: { S: '../x' }, userId: { S: 'y' } }, {});
    expect(read('stream', discarded('workspaceChanged', some))).toMatchObject({ errands: [wakeAda] });
  });

  test.each([
    ['with keys of nobody', discarded('workspaceChanged', records({}))],
    ['without records', discarded('workspaceChanged', { Records: [] })],
    ['that are no JSON', discarded('workspaceChanged', '{')],
    ['of a function that reads no stream', discarded('deadlineReached', both)],
    ['without a place in the stream', { ...discarded('workspaceChanged'), DDBStreamBatchInfo: {} }],
  ])('%s stay', (_, body) => {
    expect(read('stream', body)).toMatchObject({ kind: 'not-understood' });
  });
});
