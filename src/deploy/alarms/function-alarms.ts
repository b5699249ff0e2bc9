import type { Alarm, Severity } from '../alarm.ts';
import type { DeployedFunction, Deployment } from '../deployment.ts';
import { functionMetric, tableMetric } from '../metrics.ts';
import { kebabCase } from './kebab-case.ts';

/** How old the records of a stream may get, in seconds, and how urgent it is then. After 23 hours they are given up. */
const STREAM_LIMITS: Record<string, { ageSeconds: number; severity: Severity }> = {
  // Who pays waits for it, and a deadline that is not armed is not met.
  workspaceChanged: { ageSeconds: 900, severity: 'page' },
  accountChanged: { ageSeconds: 900, severity: 'page' },
  // What is switched holds at once, whatever this is doing; the event bus may hear of things later.
  controlChanged: { ageSeconds: 3_600, severity: 'ticket' },
  publishEvents: { ageSeconds: 3_600, severity: 'ticket' },
};
const OTHER_STREAM = { ageSeconds: 3_600, severity: 'ticket' } as const;

/** Lambda gives asynchronous events up at six hours (serverless.yml, maximumEventAge). Seconds. */
const LONGEST_QUEUE_SECONDS = 3_600;

/** Errors within a quarter of an hour, twice within the hour, that are worth a look. */
const MOST_ERRORS = 5;

/** Functions that a small fleet calls a few times a day, or four times an hour: each of their errors is worth one. */
const RARELY_CALLED = new Set(['overdueCheck', 'stripeWebhook', 'billingWebhook', 'provision', 'resume']);

/** More than any stream function is called within a quarter of an hour; see `silentStream`. */
const ANY_CALL = 1e9;
const WRITES_WORTH_A_CALL = 20;

/** What is looked at in each function: errors and throttles of all, and how far behind those are that work off something. */
export function functionAlarms({ functions }: Pick<Deployment, 'functions'>): Alarm[] {
  return functions.flatMap((one) => {
    const alarms = [errors(one), throttles(one)];
    if (one.calledBy === 'stream') alarms.push(streamAge(one), ...silentStream(one), lostRecord(one));
    if (one.calledBy === 'queue') alarms.push(queueAge(one), dropped(one), lostRecord(one));
    return alarms.map((alarm) => ({ ...alarm, condition: one.condition }));
  });
}

function errors({ name, logicalId }: DeployedFunction): Alarm {
  return {
    id: `errors-${kebabCase(name)}`,
    severity: 'ticket',
    what: `The function ${name} fails.`,
    first: `read its last errors: aws logs tail, or "Errors of the last hour" on the page.`,
    page: 'function-errors',
    measure: { metric: functionMetric(logicalId, 'Errors'), statistic: 'Sum' },
    ...(RARELY_CALLED.has(name)
      ? { threshold: 1, period: 3_600, periods: { atLeast: 1, of: 1 } }
      : { threshold: MOST_ERRORS, period: 900, periods: { atLeast: 2, of: 4 } }),
    missing: 'notBreaching',
  };
}

function throttles({ name, logicalId, calledBy }: DeployedFunction): Alarm {
  // What comes out of a queue waits there and is tried again: it may be throttled for a while, that is what the limit is for.
  const periods = calledBy === 'queue' ? { atLeast: 12, of: 12 } : { atLeast: 3, of: 3 };
  return {
    id: `throttles-${kebabCase(name)}`,
    severity: 'ticket',
    what: `Calls of the function ${name} are refused, for want of concurrency.`,
    first: 'see whether the account or the function has reached its limit of concurrent executions.',
    page: 'function-throttles',
    measure: { metric: functionMetric(logicalId, 'Throttles'), statistic: 'Sum' },
    threshold: 1,
    period: 300,
    periods,
    missing: 'notBreaching',
  };
}

function streamAge({ name, logicalId }: DeployedFunction): Alarm {
  const { ageSeconds, severity } = STREAM_LIMITS[name] ?? OTHER_STREAM;
  return {
    id: `stream-age-${kebabCase(name)}`,
    severity,
    what: `The function ${name} is ${ageSeconds / 60} minutes behind its stream. Records older than 23 hours are given up.`,
    first: `see whether ${name} fails (then: its errors) or is only slow (then: wait, and watch the age fall).`,
    page: 'stream-behind',
    measure: { metric: functionMetric(logicalId, 'IteratorAge'), statistic: 'Maximum' },
    threshold: ageSeconds * 1_000,
    period: 300,
    periods: { atLeast: 3, of: 3 },
    // Without records there is no age; that none are read although there are some is what `stream-silent` is for.
    missing: 'notBreaching',
  };
}

/** A mapping that is disabled or gone has no age, no error and no dead letter: only that nothing happens tells of it. */
function silentStream({ name, logicalId, table }: DeployedFunction): Alarm[] {
  // The switches are written too seldom to tell.
  if (table === undefined || STREAM_LIMITS[name]?.severity !== 'page') return [];
  return [
    {
      id: `stream-silent-${kebabCase(name)}`,
      severity: 'page',
      what: `The table ${table} is written to, and ${name} has not been called for an hour: new deadlines are not armed, payments are not carried on.`,
      first: 'aws lambda list-event-source-mappings: is the mapping there, and Enabled? If not, enable it.',
      page: 'stream-behind',
      measure: {
        // Says "writes, but no call" also where a metric without any data stays empty instead of being filled.
        expression: `IF(SUM([FILL(calls, 0) * ${ANY_CALL}, writes]) < ${ANY_CALL}, writes, 0)`,
        metrics: {
          calls: { metric: functionMetric(logicalId, 'Invocations'), statistic: 'Sum' },
          writes: { metric: tableMetric(table, 'ConsumedWriteCapacityUnits'), statistic: 'Sum' },
        },
      },
      threshold: WRITES_WORTH_A_CALL,
      period: 900,
      periods: { atLeast: 4, of: 4 },
      missing: 'notBreaching',
    },
  ];
}

function queueAge({ name, logicalId }: DeployedFunction): Alarm {
  return {
    id: `queue-age-${kebabCase(name)}`,
    severity: 'page',
    what: `Events for ${name} have waited in Lambda's queue for an hour. After six hours they are given up.`,
    first: `see whether ${name} fails or is throttled; a mass cancellation takes its time, and the page says how long.`,
    page: 'function-throttles',
    measure: { metric: functionMetric(logicalId, 'AsyncEventAge'), statistic: 'Maximum' },
    threshold: LONGEST_QUEUE_SECONDS * 1_000,
    period: 300,
    periods: { atLeast: 3, of: 3 },
    missing: 'notBreaching',
  };
}

function dropped({ name, logicalId }: DeployedFunction): Alarm {
  return {
    id: `events-dropped-${kebabCase(name)}`,
    severity: 'ticket',
    what: `Events for ${name} were given up after all retries and are in DeadlineDeadLetters.`,
    first: 'look at a message of the queue: its requestContext.condition and responsePayload say why.',
    page: 'deadline-dead-letters',
    measure: { metric: functionMetric(logicalId, 'AsyncEventsDropped'), statistic: 'Sum' },
    threshold: 1,
    period: 300,
    periods: { atLeast: 1, of: 1 },
    missing: 'notBreaching',
  };
}

function lostRecord({ name, logicalId, calledBy }: DeployedFunction): Alarm {
  return {
    id: `failure-lost-${kebabCase(name)}`,
    severity: 'page',
    what: `What ${name} gave up could not be kept either: it is in no dead-letter queue.`,
    first: `see whether the role of ${name} may still write to its failure destination, and whether that exists.`,
    page: calledBy === 'stream' ? 'stream-dead-letters' : 'deadline-dead-letters',
    measure: { metric: functionMetric(logicalId, 'DestinationDeliveryFailures'), statistic: 'Sum' },
    threshold: 1,
    period: 300,
    periods: { atLeast: 1, of: 1 },
    missing: 'notBreaching',
  };
}
