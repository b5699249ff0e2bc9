import type { Deployment, Resource } from './deployment.ts';
import { type Metric, serviceName } from './metrics.ts';

/** `page`: somebody is woken. `ticket`: somebody looks at it on the next working day. */
export type Severity = 'page' | 'ticket';

/** `p99` is the 99th percentile; of fewer than a hundred values it is close to the greatest. */
export type Statistic = 'Sum' | 'Maximum' | 'SampleCount' | 'p99';

export type Measure =
  | { metric: Metric; statistic: Statistic }
  /** CloudWatch's metric math over the metrics by their ids. */
  | { expression: string; metrics: Readonly<Record<string, { metric: Metric; statistic: Statistic }>> };

/** When a measure is out of bounds. */
export interface Bounds {
  measure: Measure;
  /** Out of bounds at this value or beyond it; with `below`, under it. */
  threshold: number;
  below?: true;
  /** Seconds. */
  period: number;
  /** So many of the last `of` periods have to be out of bounds. */
  periods: { atLeast: number; of: number };
  /**
   * What a period without data means. `notBreaching`: nothing happened, nothing is wrong. `breaching`: what should have
   * reported did not. `ignore`: it is as it was before.
   */
  missing: 'notBreaching' | 'breaching' | 'ignore';
}

export interface Alarm extends Bounds {
  /** In lower case with hyphens; no other alarm has it. */
  id: string;
  severity: Severity;
  /** What has happened, for somebody who has just been woken. */
  what: string;
  /** What to do first, before any understanding; `<stage>` in it is the stage. */
  first: string;
  /** Its page in docs/runbook, without `.md`. */
  page: string;
  /** The template's condition without which what it looks at does not exist. */
  condition?: string | undefined;
}

/** CloudWatch takes so many characters (PutMetricAlarm, AlarmDescription). */
const LONGEST_DESCRIPTION = 1_024;

/** The logical id of an alarm's resource, e.g. `OverdueLastingAlarm`. */
export function alarmLogicalId({ id }: Pick<Alarm, 'id'>): string {
  const words = id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Alarm`;
}

/** e.g. `workspace-cleanup-prod-page-overdue-lasting`: all that pages begins alike. */
export function alarmName(
  deployment: Pick<Deployment, 'service' | 'stage'>,
  { id, severity }: Alarm,
): string {
  return `${serviceName(deployment)}-${severity}-${id}`;
}

/** The path of an alarm's page, from the root of the repository. */
export function runbookPath({ page }: Pick<Alarm, 'page'>): string {
  return `docs/runbook/${page}.md`;
}

function describe(alarm: Alarm, stage: string): string {
  const text = `${alarm.what} FIRST: ${alarm.first} Runbook: ${runbookPath(alarm)}`.replaceAll(
    '<stage>',
    stage,
  );
  if (text.length <= LONGEST_DESCRIPTION) return text;
  throw new Error(
    `the description of alarm ${alarm.id} has ${text.length} characters, expected at most ${LONGEST_DESCRIPTION}`,
  );
}

/** The alarm as an AWS::CloudWatch::Alarm that tells the topic with this logical id, also when it is over. */
export function alarmResource(
  deployment: Pick<Deployment, 'service' | 'stage'>,
  alarm: Alarm,
  topic: string,
): Resource {
  const { threshold, below, periods, missing, condition } = alarm;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    ...(condition !== undefined && { Condition: condition }),
    Properties: {
      AlarmName: alarmName(deployment, alarm),
      AlarmDescription: describe(alarm, deployment.stage),
      ...measureProperties(alarm),
      Threshold: threshold,
      ComparisonOperator: below ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold',
      DatapointsToAlarm: periods.atLeast,
      EvaluationPeriods: periods.of,
      TreatMissingData: missing,
      AlarmActions: [{ Ref: topic }],
      OKActions: [{ Ref: topic }],
    },
  };
}

function measureProperties({ measure, period }: Alarm): Record<string, unknown> {
  if ('expression' in measure) {
    const metrics = Object.entries(measure.metrics).map(([Id, { metric, statistic }]) => ({
      Id,
      MetricStat: { Metric: metricProperties(metric), Period: period, Stat: statistic },
      ReturnData: false,
    }));
    return { Metrics: [...metrics, { Id: 'result', Expression: measure.expression, ReturnData: true }] };
  }
  const { metric, statistic } = measure;
  const isPercentile = statistic.startsWith('p');
  return {
    ...metricProperties(metric),
    Period: period,
    // One late workspace in a quiet night is late all the same.
    ...(isPercentile
      ? { ExtendedStatistic: statistic, EvaluateLowSampleCountPercentile: 'evaluate' }
      : { Statistic: statistic }),
  };
}

function metricProperties({ namespace, name, dimensions }: Metric): Record<string, unknown> {
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}
