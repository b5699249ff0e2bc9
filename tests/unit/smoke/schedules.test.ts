import { ResourceNotFoundException, SchedulerClient } from '@aws-sdk/client-scheduler';
import type { StageSchedule } from '../../../src/smoke/ports.ts';
import { decideFiring, PlayedSchedules, WatchedSchedules } from '../../../src/smoke/schedules.ts';
import { stubClient } from '../aws/stub-client.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:workspace-cleanup-local-deadlineReached';
const AT = Date.parse('2026-01-01T00:01:00Z') / 1000;
const schedule = (change: Partial<StageSchedule> = {}): StageSchedule => ({
  name: 'one',
  at: AT,
  targetArn: ARN,
  input: '{"clientId":"smoke-1","userId":"idle"}',
  ...change,
});

describe('of the schedules of a group', () => {
  test.each([
    [AT - 1, 0],
    [AT, 1],
    [AT + 1, 1],
  ])('at %d, %d of one fire', (now, count) => {
    expect(decideFiring([schedule()], 'smoke-1', now)).toHaveLength(count);
  });

  test('the earliest fires first', () => {
    const all = [schedule({ name: 'later' }), schedule({ name: 'earlier', at: AT - 60 })];
    expect(decideFiring(all, 'smoke-1', AT).map(({ name }) => name)).toEqual(['earlier', 'later']);
  });

  test.each(['{"clientId":"acme","userId":"idle"}', 'null', 'not JSON', ''])(
    'what is not of the smoke test never fires: %s',
    (input) => {
      expect(decideFiring([schedule({ input })], 'smoke-1', AT + 1_000_000)).toEqual([]);
    },
  );
});

/** A group with these, as Scheduler gives them. */
function group(all: Record<string, { ScheduleExpression?: string; Arn?: string; Input?: string }>) {
  const left = new Map(Object.entries(all));
  const described = (name: string) => {
    const found = left.get(name);
    if (!found) throw new ResourceNotFoundException({ message: 'gone', Message: 'gone', $metadata: {} });
    const { ScheduleExpression = 'at(2026-01-01T00:01:00)', Arn = ARN, Input = schedule().input } = found;
    return { Name: name, ScheduleExpression, Target: { Arn, Input } };
  };
  const { client, sent } = stubClient<SchedulerClient>({
    ListSchedules: () => ({
      Schedules: [...left.keys()].map((name) => ({
        Name: name,
        Target: { Arn: described(name).Target.Arn },
      })),
    }),
    GetSchedule: ({ Name }) => described(Name),
    DeleteSchedule: ({ Name }) => void left.delete(Name),
  });
  // The paginator looks whether it has a client of the SDK.
  Object.setPrototypeOf(client, SchedulerClient.prototype);
  return { client, sent, left };
}

const nameOf = (arn: string) => (arn === ARN ? 'deadlineReached' : undefined);

test('a schedule is found by its name, with the second at which it fires', async () => {
  const watched = new WatchedSchedules(group({ one: {} }).client, 'group');
  expect(await watched.find('one')).toEqual(schedule());
  expect(await watched.find('two')).toBeUndefined();
});

test('a schedule that fires again and again is none of this system', async () => {
  const watched = new WatchedSchedules(
    group({ one: { ScheduleExpression: 'rate(1 minute)' } }).client,
    'group',
  );
  await expect(watched.find('one')).rejects.toThrow('schedule one is rate(1 minute), expected at(');
});

test('whoever only watches fires nothing', async () => {
  const { client, sent } = group({ one: {} });
  expect(await new WatchedSchedules(client, 'group').come(AT, 'smoke-1')).toEqual([]);
  expect(sent).toEqual([]);
});

test('what is due is delivered and deleted, and nothing else is touched', async () => {
  const { client, left } = group({
    one: {},
    later: { ScheduleExpression: 'at(2026-01-02T00:00:00)' },
    'of somebody else': { Input: '{"clientId":"acme","userId":"ada"}' },
    'of another system': {
      Arn: 'arn:aws:sqs:us-east-1:000000000000:q',
      ScheduleExpression: 'rate(1 minute)',
    },
  });
  const called: unknown[] = [];
  const call = async (...args: unknown[]) => called.push(args);
  const played = new PlayedSchedules(client, 'group', { call }, nameOf);
  expect(await played.come(AT, 'smoke-1')).toEqual(['one']);
  expect(called).toEqual([['deadlineReached', { clientId: 'smoke-1', userId: 'idle' }]]);
  expect([...left.keys()]).toEqual(['later', 'of somebody else', 'of another system']);
});

test('what could not be delivered stays', async () => {
  const { client, left } = group({ one: {} });
  const call = async () => {
    throw new Error('on purpose');
  };
  await expect(new PlayedSchedules(client, 'group', { call }, nameOf).come(AT, 'smoke-1')).rejects.toThrow(
    'on purpose',
  );
  expect([...left.keys()]).toEqual(['one']);
});
