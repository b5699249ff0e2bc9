import { ConflictException, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { SchedulerTimers, scheduleName } from '../../../src/aws/scheduler-timers.ts';
import { RetryableError } from '../../../src/core/errors.ts';
import { NOW, OK_KEY } from '../../support/memory/ok-values.ts';
import { stubClient } from './stub-client.ts';

const schedules = {
  group: 'workspace-cleanup-test',
  roleArn: 'arn:aws:iam::000000000000:role/scheduler',
  targetArn: 'arn:aws:lambda:us-east-1:000000000000:function:deadlineReached',
  deadLetterArn: undefined as string | undefined,
};
const conflict = () => {
  throw new ConflictException({ message: 'exists', Message: 'exists', $metadata: {} });
};

function timersWith(answer: () => unknown, now = NOW, change: Partial<typeof schedules> = {}) {
  const { client, sent } = stubClient<SchedulerClient>({ CreateSchedule: answer });
  return { timers: new SchedulerTimers(client, { ...schedules, ...change }, { now: () => now }), sent };
}

test('one schedule that fires once, at the exact second, and says whose workspace it is', async () => {
  const { timers, sent } = timersWith(() => ({}));
  const row = { ...OK_KEY, lastActivity: NOW, claim: { owner: 'somebody' } };
  await timers.arm(row, NOW + 3_661);
  expect(sent).toEqual([
    {
      name: 'CreateSchedule',
      input: {
        Name: scheduleName(OK_KEY, NOW + 3_661),
        GroupName: schedules.group,
        ScheduleExpression: 'at(2026-01-01T01:01:01)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        ActionAfterCompletion: 'DELETE',
        Target: {
          Arn: schedules.targetArn,
          RoleArn: schedules.roleArn,
          Input: '{"clientId":"acme","userId":"ada"}',
          RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
        },
      },
    },
  ]);
});

test('deliveries that fail go to the queue, if there is one', async () => {
  const deadLetterArn = 'arn:aws:sqs:us-east-1:000000000000:dead';
  const { timers, sent } = timersWith(() => ({}), NOW, { deadLetterArn });
  await timers.arm(OK_KEY, NOW + 60);
  expect(sent[0]?.input.Target.DeadLetterConfig).toEqual({ Arn: deadLetterArn });
});

describe('a name that exists', () => {
  test.each([
    ['a minute ahead', NOW, true],
    ['six seconds ahead', NOW + 54, true],
    ['five seconds ahead: another clock may have seen it fire', NOW + 55, false],
    ['now', NOW + 60, false],
    ['past', NOW + 61, false],
  ])('%s', async (_, now, armed) => {
    const arming = timersWith(conflict, now).timers.arm(OK_KEY, NOW + 60);
    if (armed) await expect(arming).resolves.toBeUndefined();
    else await expect(arming).rejects.toThrow(RetryableError);
  });
});

test('any other error is thrown', async () => {
  const { timers } = timersWith(() => {
    throw new Error('throttled');
  });
  await expect(timers.arm(OK_KEY, NOW + 60)).rejects.toThrow('throttled');
});

describe('names', () => {
  const longest = { clientId: 'c'.repeat(44), userId: 'u'.repeat(44) };

  test.each([
    ['short ids', OK_KEY],
    ['the longest ids', longest],
    ['ids of other characters', { clientId: 'a@b.c', userId: 'x=y:z+1' }],
  ])('of %s are taken by Scheduler', (_, key) => {
    expect(scheduleName(key, 99_999_999_999)).toMatch(/^[0-9a-zA-Z-_.]{1,64}$/);
  });

  test('sort by when they fire', () => {
    expect(scheduleName(longest, NOW) < scheduleName(OK_KEY, NOW + 1)).toBe(true);
  });

  test('differ by workspace and by second, however alike the ids are', () => {
    const keys = [OK_KEY, { clientId: 'acm', userId: 'eada' }, { clientId: 'acme', userId: 'adA' }];
    const names = keys.flatMap((key) => [scheduleName(key, NOW), scheduleName(key, NOW + 1)]);
    expect(new Set(names).size).toBe(6);
  });
});
