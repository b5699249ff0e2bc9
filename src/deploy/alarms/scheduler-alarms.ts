import type { Alarm } from '../alarm.ts';
import type { Deployment } from '../deployment.ts';
import { schedulerMetric, schedulerUsageMetric } from '../metrics.ts';
import { AT_ONCE } from './own-alarm.ts';

/** What AWS gives an account at first: https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html */
export const DEFAULT_SCHEDULE_QUOTA = 10_000_000;
/** AWS advises to be told at half of it. Below a million the metric may say nothing at all. */
const QUOTA_SHARE = 0.5;

type Delivery = Pick<Alarm, 'id' | 'severity' | 'what' | 'first' | 'page' | 'periods'> & { metric: string };

const LASTING = { atLeast: 3, of: 3 };

/** What EventBridge Scheduler says of how it hands wake-ups over; each Sum of five minutes, from 1 on. */
const DELIVERIES: readonly Delivery[] = [
  {
    id: 'scheduler-target-errors',
    metric: 'TargetErrorCount',
    severity: 'ticket',
    what: 'Lambda refuses wake-ups of EventBridge Scheduler; it tries again for as long as each schedule says.',
    first: 'see whether deadlineReached exists and the schedule role may invoke it.',
    page: 'scheduler-delivery',
    periods: LASTING,
  },
  {
    id: 'scheduler-target-throttled',
    metric: 'TargetErrorThrottledCount',
    severity: 'ticket',
    what: 'Lambda throttles the calls of EventBridge Scheduler; it tries again.',
    first: 'see what else in the account uses up the rate of asynchronous invocations.',
    page: 'scheduler-delivery',
    periods: LASTING,
  },
  {
    id: 'scheduler-throttled',
    metric: 'InvocationThrottleCount',
    severity: 'ticket',
    what: 'More schedules fire than EventBridge Scheduler may invoke in a second: wake-ups are late.',
    first:
      'nothing, if it is a mass cancellation: they all come. If it lasts, ask for more invocations per second.',
    page: 'scheduler-delivery',
    periods: LASTING,
  },
  {
    id: 'scheduler-dropped',
    metric: 'InvocationDroppedCount',
    severity: 'page',
    what: 'EventBridge Scheduler has given wake-ups up.',
    first:
      'look into ScheduleDeadLetters; what was dropped is armed again by the backstop within half an hour.',
    page: 'schedule-dead-letters',
    periods: AT_ONCE,
  },
  {
    id: 'scheduler-sent-to-dead-letters',
    metric: 'InvocationsSentToDeadLetterCount',
    severity: 'ticket',
    what: 'EventBridge Scheduler has put wake-ups into ScheduleDeadLetters.',
    first: 'look at one message: its attribute ERROR_CODE says why.',
    page: 'schedule-dead-letters',
    periods: AT_ONCE,
  },
  {
    id: 'scheduler-dead-letters-failed',
    metric: 'InvocationsFailedToBeSentToDeadLetterCount',
    severity: 'page',
    what: 'EventBridge Scheduler has given wake-ups up and cannot write to ScheduleDeadLetters either.',
    first:
      'see whether the schedule role may still sqs:SendMessage to the queue, and whether the queue exists.',
    page: 'schedule-dead-letters',
    periods: AT_ONCE,
  },
];

/** How wake-ups are handed over, and how many schedules there may be. */
export function schedulerAlarms({
  scheduleGroup,
  scheduleQuota = DEFAULT_SCHEDULE_QUOTA,
}: Pick<Deployment, 'scheduleGroup' | 'scheduleQuota'>): Alarm[] {
  if (scheduleGroup === undefined) return [];
  const deliveries = DELIVERIES.map(
    ({ metric, ...alarm }): Alarm => ({
      ...alarm,
      measure: { metric: schedulerMetric(scheduleGroup, metric), statistic: 'Sum' },
      threshold: 1,
      period: 300,
      missing: 'notBreaching',
    }),
  );
  return [...deliveries, scheduleCount(scheduleQuota)];
}

function scheduleCount(quota: number): Alarm {
  return {
    id: 'schedule-quota',
    severity: 'ticket',
    what: `The account has half of the ${quota.toLocaleString('en-US')} schedules that it may have in this Region. At the limit nothing more is armed.`,
    first: 'ask for more in Service Quotas (EventBridge Scheduler, "Number of schedules"); that takes days.',
    page: 'schedule-quota',
    measure: { metric: schedulerUsageMetric('ResourceCount', 'ApproximateSchedule'), statistic: 'Maximum' },
    threshold: quota * QUOTA_SHARE,
    period: 3_600,
    periods: { atLeast: 1, of: 1 },
    missing: 'notBreaching',
  };
}
