import { readFileSync } from 'node:fs';
import { type Alarm, alarmLogicalId, alarmName, alarmResource } from '../../../src/deploy/alarm.ts';
import { alarmResources, alarmsOf } from '../../../src/deploy/alarms.ts';
import { readDeployment } from '../../../src/deploy/deployment.ts';
import { type Metric, metricsEnvironment, OWN_NAMESPACE } from '../../../src/deploy/metrics.ts';
import { countEverything } from '../../support/count-everything.ts';
import { packagedResources, STAGE, without } from '../../support/deployments.ts';
import { type Emitted, emittedBy } from '../../support/emitted-metrics.ts';

const deployment = readDeployment(STAGE, packagedResources());
const alarms = alarmsOf(deployment);
const idsOf = (some: readonly Alarm[]) => some.map(({ id }) => id);
const named = (id: string) => alarms.find((alarm) => alarm.id === id) as Alarm;

const metricsOf = ({ measure }: Alarm): Metric[] =>
  'expression' in measure ? Object.values(measure.metrics).map(({ metric }) => metric) : [measure.metric];
const show = ({ namespace, name, dimensions }: Emitted | Metric) =>
  `${namespace} ${name} ${JSON.stringify(Object.entries(dimensions).sort())}`;

describe('what is counted and what is looked at is the same', () => {
  const watched = alarms.flatMap(metricsOf).filter(({ namespace }) => namespace === OWN_NAMESPACE);

  test('every metric of ours that an alarm looks at is counted, with just these dimensions', async () => {
    const emitted = await emittedBy(metricsEnvironment(STAGE), countEverything);
    const known = new Set(emitted.map(show));
    expect(known.size).toBeGreaterThan(20);
    expect(watched.map(show).filter((metric) => !known.has(metric))).toEqual([]);
  });

  test('what another stage counts is not looked at', async () => {
    const other = await emittedBy(metricsEnvironment({ ...STAGE, stage: 'dev' }), countEverything);
    const known = new Set(other.map(show));
    expect(watched.map(show).filter((metric) => known.has(metric))).toEqual([]);
  });

  test('everything that src/ports.ts says has an alarm has one', () => {
    const text = readFileSync('src/ports.ts', 'utf8');
    const [, promised = ''] = /\/\/ With an alarm:([^;]*);/.exec(text) ?? [];
    const names = [...promised.matchAll(/'(\w+)'/g)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(['InvalidRow', 'Paused', 'FilesRetained']));
    const looked = new Set(watched.map(({ name }) => name));
    expect(names.filter((name) => !looked.has(name as string))).toEqual([]);
  });
});

describe('every alarm', () => {
  test.each(alarms.map((alarm) => [alarm.id, alarm] as const))('%s', (_, alarm) => {
    const { Properties: properties = {} } = alarmResource(deployment, alarm, 'AlarmPages');
    expect(String(properties.AlarmName)).toMatch(/^workspace-cleanup-prod-(page|ticket)-[a-z0-9-]+$/);
    expect(String(properties.AlarmDescription)).toMatch(
      /^[A-Z].* FIRST: .* Runbook: docs\/runbook\/[a-z0-9-]+\.md$/,
    );
    expect(properties.AlarmActions).toEqual(properties.OKActions);
    // What is missing is never left to the default, by which an alarm knows nothing and tells nobody.
    expect(['notBreaching', 'breaching', 'ignore']).toContain(properties.TreatMissingData);
    // CloudWatch looks back a day at most; a week from an hour's period on (PutMetricAlarm, EvaluationPeriods).
    const looksBack = alarm.period * alarm.periods.of;
    expect(looksBack).toBeLessThanOrEqual(alarm.period < 3_600 ? 86_400 : 7 * 86_400);
    expect(alarm.period === 60 || alarm.period % 300 === 0).toBe(true);
    expect(alarm.periods.atLeast).toBeLessThanOrEqual(alarm.periods.of);
    expect(metricsOf(alarm).length).toBeLessThanOrEqual(10);
  });

  test('has a name and a logical id that no other has', () => {
    expect(new Set(alarms.map(alarmLogicalId)).size).toBe(alarms.length);
    expect(new Set(alarms.map((alarm) => alarmName(deployment, alarm))).size).toBe(alarms.length);
    expect(Object.keys(alarmResources(deployment))).toHaveLength(alarms.length);
  });

  test('tells the topic of its severity', () => {
    expect(alarmResources(deployment)).toMatchObject({
      OverdueAlarm: { Properties: { AlarmActions: [{ Ref: 'AlarmTickets' }] } },
      OverdueLastingAlarm: { Properties: { AlarmActions: [{ Ref: 'AlarmPages' }] } },
    });
  });

  test('a description that CloudWatch would not take is refused, with its length', () => {
    const long = { ...named('overdue'), what: 'a'.repeat(1_024) };
    expect(() => alarmResource(deployment, long, 'AlarmPages')).toThrow(
      /overdue has 1\d{3} characters.*1024/,
    );
  });
});

describe('as resources', () => {
  test('a metric', () => {
    expect(alarmResource(deployment, named('backstop-silent'), 'AlarmPages').Properties).toMatchObject({
      Namespace: 'workspace-cleanup',
      MetricName: 'Overdue',
      Dimensions: [{ Name: 'service', Value: 'workspace-cleanup-prod' }],
      Statistic: 'SampleCount',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      Period: 900,
      DatapointsToAlarm: 4,
      EvaluationPeriods: 4,
      TreatMissingData: 'breaching',
    });
  });

  test('a percentile goes by few values as well', () => {
    const { Properties } = alarmResource(deployment, named('lateness-archive'), 'AlarmTickets');
    expect(Properties).toMatchObject({
      ExtendedStatistic: 'p99',
      EvaluateLowSampleCountPercentile: 'evaluate',
    });
    expect(Properties).not.toHaveProperty('Statistic');
  });

  test('an expression: the throttles of a table and of each of its indexes', () => {
    const { Properties } = alarmResource(
      deployment,
      named('throttled-workspace-status-table'),
      'AlarmTickets',
    );
    const { Metrics } = Properties as { Metrics: { Id: string; Expression?: string; ReturnData: boolean }[] };
    expect(Metrics.map(({ Id }) => Id)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'result']);
    expect(Metrics.filter(({ ReturnData }) => ReturnData).map(({ Id }) => Id)).toEqual(['result']);
    expect(Properties).not.toHaveProperty('MetricName');
  });

  test('the number of schedules is held against half of the quota, the own one where it is given', () => {
    const thresholdOf = (scheduleQuota?: number) =>
      alarmsOf({ ...deployment, scheduleQuota }).find(({ id }) => id === 'schedule-quota')?.threshold;
    expect([thresholdOf(), thresholdOf(40_000_000)]).toEqual([5_000_000, 20_000_000]);
  });
});

describe('what is deployed is looked at', () => {
  test.each(deployment.functions.map(({ name, calledBy }) => [name, calledBy] as const))(
    '%s, called by %s',
    (name, calledBy) => {
      const suffix = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const kinds = {
        caller: ['errors', 'throttles'],
        stream: ['errors', 'throttles', 'stream-age', 'failure-lost'],
        queue: ['errors', 'throttles', 'queue-age', 'events-dropped', 'failure-lost'],
      };
      expect(idsOf(alarms)).toEqual(
        expect.arrayContaining(kinds[calledBy].map((kind) => `${kind}-${suffix}`)),
      );
    },
  );

  test('every queue, table and delivery of schedules', () => {
    expect(idsOf(alarms)).toEqual(
      expect.arrayContaining([
        'stream-dead-letters',
        'deadline-dead-letters',
        'schedule-dead-letters',
        'throttled-cleanup-control-table',
        'system-errors-workspace-history-table',
        'scheduler-dropped',
        'http-5xx',
      ]),
    );
    expect(idsOf(alarmsOf({ ...deployment, queues: ['AuditDeadLetters'] }))).toContain('audit-dead-letters');
  });

  test('what is not deployed has no alarm, and nothing refers to it', () => {
    const smaller = alarmResources({
      ...without(deployment, 'purge', 'stripeWebhook', 'overdueCheck', 'workspaceChanged'),
      httpApi: undefined,
      scheduleGroup: undefined,
      queues: ['StreamDeadLetters'],
    });
    const text = JSON.stringify(smaller);
    expect(text).not.toMatch(
      /Purge|StripeWebhook|OverdueCheckLambda|WorkspaceChanged|HttpApi|ScheduleGroup|DeadlineDeadLetters"/,
    );
    const ids = Object.keys(smaller).join(' ');
    expect(ids).not.toMatch(/BackstopSilent|Http5xx|Scheduler|ScheduleQuota|DeadlineDeadLetters/);
    expect(Object.keys(alarmResources(deployment))).toContain('BackstopSilentAlarm');
  });

  test('what exists under a condition has its alarms under the same', () => {
    const conditional = deployment.functions.map((one) =>
      one.name === 'purge' ? { ...one, condition: 'DeleteFiles' } : one,
    );
    const resources = alarmResources({ ...deployment, functions: conditional });
    const withCondition = Object.entries(resources).filter(([, { Condition }]) => Condition !== undefined);
    expect(withCondition.map(([id]) => id)).toEqual(['ErrorsPurgeAlarm', 'ThrottlesPurgeAlarm']);
  });
});

test('somebody is woken for what cannot wait, and for nothing else', () => {
  expect(idsOf(alarms.filter(({ severity }) => severity === 'page')).sort()).toEqual([
    'access-point-not-ours',
    'backstop-silent',
    'failure-lost-account-changed',
    'failure-lost-control-changed',
    'failure-lost-deadline-reached',
    'failure-lost-overdue-check',
    'failure-lost-publish-events',
    'failure-lost-workspace-changed',
    'http-5xx',
    'installation-problem',
    'invalid-control',
    'overdue-lasting',
    'paused-itself',
    'queue-age-deadline-reached',
    'queue-age-overdue-check',
    'schedule-dead-letters',
    'scheduler-dead-letters-failed',
    'scheduler-dropped',
    'stream-age-account-changed',
    'stream-age-workspace-changed',
    'stream-dead-letters',
    'stream-silent-account-changed',
    'stream-silent-workspace-changed',
    'tokens-refused',
  ]);
});
