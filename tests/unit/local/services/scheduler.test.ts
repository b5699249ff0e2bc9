import {
  createScheduler,
  type Scheduler,
  type SchedulerOptions,
} from '../../../../src/local/services/scheduler.ts';
import { InFlight } from '../../../../src/local/time/in-flight.ts';
import { useDataFolder } from '../../../support/data-folder.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const NOON = Date.UTC(2030, 0, 1, 12) / 1000;
const RoleArn = 'arn:aws:iam::000000000000:role/schedule';
const TargetArn = 'arn:aws:lambda:us-east-1:000000000000:function:deadline';
const okSchedule = {
  ScheduleExpression: 'at(2030-01-01T12:01:00)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: TargetArn, RoleArn, Input: '{"workspace":"alice"}' },
  ActionAfterCompletion: 'DELETE',
};

const folder = useDataFolder();
let clock: ManualClock;
let inFlight: InFlight;
let scheduler: Scheduler;
let invoke: jest.Mock<Promise<void>, Parameters<SchedulerOptions['invoke']>>;
let deadLetter: jest.Mock;
const opened: Scheduler[] = [];

function open(options: Partial<SchedulerOptions> = {}): Scheduler {
  scheduler = createScheduler({
    dataDirectory: folder(),
    clock,
    inFlight,
    invoke,
    deadLetter,
    retryWaitMs: { first: 0, longest: 0 },
    ...options,
  });
  opened.push(scheduler);
  scheduler.start();
  return scheduler;
}

beforeEach(() => {
  clock = new ManualClock(NOON);
  inFlight = new InFlight();
  invoke = jest.fn().mockResolvedValue(undefined);
  deadLetter = jest.fn();
  open();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function call(
  method: string,
  path: string,
  body: object = {},
  query = '',
): Promise<Record<string, unknown>> {
  const reply = await scheduler.service({
    method,
    path,
    query: new URLSearchParams(query),
    operation: undefined,
    body: Buffer.from(JSON.stringify(body)),
  });
  return JSON.parse(reply.body);
}

const create = (changes: object = {}, name = 'alice') =>
  call('POST', `/schedules/${name}`, { ...okSchedule, ...changes });
const names = async (query = '') => {
  const { Schedules } = await call('GET', '/schedules', {}, query);
  return (Schedules as { Name: string }[]).map(({ Name }) => Name);
};
async function moveTo(time: number): Promise<void> {
  clock.moveTo(time);
  await inFlight.settled();
}
const refusal = (code: string, message: string) => ({ code, message: expect.stringContaining(message) });

test('fires at its second, never before, and once', async () => {
  await create();
  await moveTo(NOON + 59.999);
  expect(invoke).not.toHaveBeenCalled();
  await moveTo(NOON + 60);
  await moveTo(NOON + 10_000);
  expect(invoke.mock.calls).toEqual([[TargetArn, '{"workspace":"alice"}', { attempt: 1 }]]);
});

test('is in flight until it is delivered', async () => {
  let deliver = () => {};
  invoke.mockImplementation(() => new Promise((resolve) => (deliver = resolve)));
  await create();
  clock.moveTo(NOON + 60);
  let settled = false;
  const waiting = inFlight.settled().then(() => {
    settled = true;
  });
  await Promise.resolve();
  expect(settled).toBe(false);
  deliver();
  await waiting;
});

test('with two deliveries per firing everything comes twice', async () => {
  open({ deliveries: 2 });
  await create();
  await moveTo(NOON + 60);
  expect(invoke).toHaveBeenCalledTimes(2);
});

test('a fired schedule lingers, keeps its name, and is then gone', async () => {
  await create();
  await moveTo(NOON + 60);
  await moveTo(NOON + 119.999);
  expect(await names()).toEqual(['alice']);
  const later = { ScheduleExpression: 'at(2030-01-01T13:00:00)' };
  await expect(create(later)).rejects.toMatchObject({ code: 'ConflictException', status: 409 });
  await moveTo(NOON + 120);
  expect(await names()).toEqual([]);
  await create(later);
});

test('a fired schedule without ActionAfterCompletion stays', async () => {
  await create({ ActionAfterCompletion: 'NONE' });
  await moveTo(NOON + 1e7);
  expect(await names()).toEqual(['alice']);
  expect(invoke).toHaveBeenCalledTimes(1);
});

test('what was pending fires after a restart, at once if its time has passed', async () => {
  await create();
  await create({ ScheduleExpression: 'at(2030-01-01T15:00:00)' }, 'bob');
  await scheduler.close();
  clock = new ManualClock(NOON + 3600);
  open();
  await moveTo(NOON + 3600);
  expect(invoke).toHaveBeenCalledTimes(1);
  await moveTo(NOON + 3 * 3600);
  expect(invoke).toHaveBeenCalledTimes(2);
});

test('a crash in the middle of a delivery delivers again; a crash after it does not', async () => {
  let deliver = () => {};
  invoke.mockImplementation(() => new Promise((resolve) => (deliver = resolve)));
  await create();
  clock.moveTo(NOON + 60);
  expect(invoke).toHaveBeenCalledTimes(1);

  // The first one is never told to close: it is as if its process had been killed here.
  clock = new ManualClock(NOON + 61);
  const second = new InFlight();
  open({ inFlight: second });
  clock.moveTo(NOON + 61);
  expect(invoke).toHaveBeenCalledTimes(2);
  deliver();
  await second.settled();

  clock = new ManualClock(NOON + 62);
  open();
  expect(await names()).toEqual(['alice']);
  clock.moveTo(NOON + 62);
  expect(invoke).toHaveBeenCalledTimes(2);
  clock.moveTo(NOON + 61 + 60);
  expect(await names()).toEqual([]);
  opened.shift();
});

test('a rejected delivery is tried again, then handed over with the last error', async () => {
  const failure = new Error('no such function');
  invoke.mockRejectedValue(failure);
  const Target = { ...okSchedule.Target, RetryPolicy: { MaximumRetryAttempts: 2 } };
  await create({ Target });
  await moveTo(NOON + 60);
  expect(invoke.mock.calls.map(([, , { attempt }]) => attempt)).toEqual([1, 2, 3]);
  expect(deadLetter.mock.calls).toMatchObject([
    [{ request: { Name: 'alice' } }, '{"workspace":"alice"}', failure],
  ]);
  await moveTo(NOON + 120);
  expect(await names()).toEqual([]);
});

test('a delivery that succeeds at last is no dead letter; the default is 185 retries', async () => {
  invoke.mockRejectedValue(new Error('not yet'));
  await create();
  await moveTo(NOON + 60);
  expect(invoke).toHaveBeenCalledTimes(186);
  expect(deadLetter).toHaveBeenCalledTimes(1);

  invoke.mockReset().mockRejectedValueOnce(new Error('not yet'));
  await create({ ScheduleExpression: 'at(2030-01-01T13:00:00)' }, 'bob');
  await moveTo(NOON + 3600);
  expect(invoke).toHaveBeenCalledTimes(2);
  expect(deadLetter).toHaveBeenCalledTimes(1);
});

test('closing ends the waiting for another attempt, and the next start delivers', async () => {
  invoke.mockRejectedValueOnce(new Error('not yet'));
  open({ retryWaitMs: { first: 1e9, longest: 1e9 } });
  await create();
  clock.moveTo(NOON + 60);
  await scheduler.close();
  clock = new ManualClock(NOON + 61);
  open();
  await moveTo(NOON + 61);
  expect(invoke).toHaveBeenCalledTimes(2);
});

test('context attributes are filled in, other words in brackets are not', async () => {
  const Input = JSON.stringify({
    at: '<aws.scheduler.scheduled-time>',
    arn: '<aws.scheduler.schedule-arn>',
    id: '<aws.scheduler.execution-id>',
    attempt: '<aws.scheduler.attempt-number>',
    other: '<aws.scheduler.something>',
  });
  invoke.mockRejectedValueOnce(new Error('not yet'));
  await create({ Target: { ...okSchedule.Target, Input } });
  await moveTo(NOON + 60);
  const [first, second] = invoke.mock.calls.map(([, input]) => JSON.parse(input));
  expect(first).toEqual({
    at: '2030-01-01T12:01:00Z',
    arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/alice',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    attempt: '1',
    other: '<aws.scheduler.something>',
  });
  expect(second).toEqual({ ...first, attempt: '2' });
});

test('without an input the target gets AWS’s event', async () => {
  await create({ Target: { Arn: TargetArn, RoleArn } });
  await moveTo(NOON + 60);
  expect(JSON.parse(invoke.mock.calls[0]?.[1] ?? '')).toMatchObject({
    source: 'aws.scheduler',
    time: '2030-01-01T12:01:00Z',
    'detail-type': 'Scheduled Event',
  });
});

test('a schedule that was disabled, deleted or moved does not fire at its old time', async () => {
  await create({ State: 'DISABLED' }, 'disabled');
  await create({}, 'deleted');
  await create({}, 'moved');
  await call('DELETE', '/schedules/deleted');
  const later = { ScheduleExpression: 'at(2030-01-01T12:02:00)' };
  await call('PUT', '/schedules/moved', { ...okSchedule, ...later, GroupName: 'default' });
  await moveTo(NOON + 119);
  expect(invoke).not.toHaveBeenCalled();
  await moveTo(NOON + 120);
  expect(invoke).toHaveBeenCalledTimes(1);
  expect(await names('State=DISABLED')).toEqual(['disabled']);
});

test('groups keep their schedules apart, and take them along when they are deleted', async () => {
  await call('POST', '/schedule-groups/cleanup');
  await expect(call('POST', '/schedule-groups/cleanup')).rejects.toMatchObject({ code: 'ConflictException' });
  await create();
  await create({ GroupName: 'cleanup' });
  expect(await names('ScheduleGroup=cleanup')).toEqual(['alice']);
  await call('DELETE', '/schedule-groups/cleanup');
  await expect(names('ScheduleGroup=cleanup')).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  await moveTo(NOON + 60);
  expect(invoke).toHaveBeenCalledTimes(1);
  const { ScheduleGroups } = await call('GET', '/schedule-groups');
  expect(ScheduleGroups).toMatchObject([{ Name: 'default', State: 'ACTIVE' }]);
  await expect(call('DELETE', '/schedule-groups/default')).rejects.toMatchObject({
    code: 'ValidationException',
  });
});

test('lists by prefix and page by page, while schedules come and go', async () => {
  for (const name of ['a-1', 'a-2', 'a-3', 'b-1']) await create({}, name);
  const { Schedules, NextToken } = await call('GET', '/schedules', {}, 'NamePrefix=a-&MaxResults=2');
  expect(Schedules).toMatchObject([{ Name: 'a-1' }, { Name: 'a-2' }]);
  await call('DELETE', '/schedules/a-2');
  expect(await names(`NamePrefix=a-&NextToken=${NextToken}`)).toEqual(['a-3']);
});

test('the same request with the same client token is one schedule, as when an SDK retries', async () => {
  const first = await create({ ClientToken: 'once' });
  expect(await create({ ClientToken: 'once' })).toEqual(first);
  await expect(create({ ClientToken: 'twice' })).rejects.toMatchObject({ code: 'ConflictException' });
});

test.each<[string, object, string]>([
  ['one second ago', { ScheduleExpression: 'at(2030-01-01T11:59:59)' }, 'it is in the past'],
  ['a fraction', { ScheduleExpression: 'at(2030-01-01T12:01:00.5)' }, 'Expected at(yyyy-mm-ddThh:mm:ss)'],
  ['a zone in the time', { ScheduleExpression: 'at(2030-01-01T12:01:00Z)' }, 'Expected at('],
  ['a day that does not exist', { ScheduleExpression: 'at(2030-02-30T12:00:00)' }, 'Expected at('],
  ['rate', { ScheduleExpression: 'rate(1 minute)' }, 'one-time schedules only'],
  ['cron', { ScheduleExpression: 'cron(0 0 * * ? *)' }, 'one-time schedules only'],
  ['another time zone', { ScheduleExpressionTimezone: 'Europe/Vienna' }, 'no time zone but UTC'],
  ['no window', { FlexibleTimeWindow: undefined }, "Value at 'FlexibleTimeWindow'"],
  ['no role', { Target: { Arn: TargetArn } }, "Value at 'Target.RoleArn'"],
  ['no target', { Target: undefined }, "Value at 'Target'"],
  [
    '186 retries',
    { Target: { ...okSchedule.Target, RetryPolicy: { MaximumRetryAttempts: 186 } } },
    'MaximumRetryAttempts',
  ],
  [
    'an age of 59 s',
    { Target: { ...okSchedule.Target, RetryPolicy: { MaximumEventAgeInSeconds: 59 } } },
    'MaximumEventAge',
  ],
  [
    'input that is not JSON',
    { Target: { ...okSchedule.Target, Input: 'hello' } },
    'Target.Input must be JSON',
  ],
  ['an unknown parameter', { Frequency: 'often' }, 'Frequency'],
])('%s is a ValidationException', async (_, changes, message) => {
  await expect(create(changes)).rejects.toMatchObject(refusal('ValidationException', message));
  expect(await names()).toEqual([]);
});

test('now is not the past', async () => {
  await create({ ScheduleExpression: 'at(2030-01-01T12:00:00)' });
  await moveTo(NOON);
  expect(invoke).toHaveBeenCalledTimes(1);
});

test('names have up to 64 letters, digits and - _ .', async () => {
  await create({}, 'a'.repeat(64));
  await create({}, 'a-Z_0.9');
  await expect(create({}, 'a'.repeat(65))).rejects.toMatchObject({ code: 'ValidationException' });
  await expect(create({}, 'a%20b')).rejects.toMatchObject({ code: 'ValidationException' });
});

test('what is missing is a ResourceNotFoundException, what is unknown an UnknownOperationException', async () => {
  await expect(create({ GroupName: 'missing' })).rejects.toMatchObject(
    refusal('ResourceNotFoundException', 'Schedule group missing does not exist.'),
  );
  await expect(call('GET', '/schedules/missing')).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
    status: 404,
  });
  await expect(call('DELETE', '/schedules/missing')).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
  await expect(call('PATCH', '/schedules/alice')).rejects.toMatchObject(
    refusal('UnknownOperationException', 'It supports CreateSchedule, GetSchedule'),
  );
});
