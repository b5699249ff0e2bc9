import type { Deployment } from '../deployment.ts';
import {
  functionMetric,
  OWN_NAMESPACE,
  ownMetric,
  queueMetric,
  schedulerMetric,
  schedulerUsageMetric,
  serviceName,
  tableMetric,
} from '../metrics.ts';
import { failureGraphs } from './failure-graphs.ts';
import { type Graph, type Line, ownLine, type Row } from './widgets.ts';

/** The dashboard from top to bottom: what is wanted first comes first. */
export function rowsOf(deployment: Deployment): Row[] {
  return [
    { title: 'Is what is due done, and in time?', graphs: dueGraphs(deployment) },
    { title: 'What keeps it from being done?', graphs: heldBackGraphs(deployment) },
    { title: 'Does everything arrive?', graphs: arrivalGraphs(deployment) },
    { title: 'What fails?', graphs: failureGraphs(deployment) },
    { title: 'What does it cost?', graphs: costGraphs(deployment) },
  ];
}

function dueGraphs(deployment: Deployment): Graph[] {
  const lateness = (action: string): Line[] => {
    const metric = ownMetric(deployment, 'LatenessSeconds', { action });
    return [
      { metric, statistic: 'p50', label: `${action} p50` },
      { metric, statistic: 'p99', label: `${action} p99` },
      { metric, statistic: 'Maximum', label: `${action} max` },
    ];
  };
  return [
    {
      title: 'Done',
      unit: 'workspaces',
      stacked: true,
      lines: [
        ownLine(deployment, 'Archived', 'archived'),
        ownLine(deployment, 'Terminated', 'terminated'),
        ownLine(deployment, 'Restored', 'given back'),
        ownLine(deployment, 'NoticeGiven', 'told beforehand'),
      ],
    },
    {
      title: 'After their deadline',
      unit: 'seconds',
      lines: [...lateness('archive'), ...lateness('terminate')],
      limits: [
        { at: 600, label: 'archive' },
        { at: 3_600, label: 'terminate' },
      ],
    },
    {
      title: 'Overdue, found by the backstop',
      unit: 'wake-ups',
      lines: [
        ownLine(deployment, 'Overdue', 'overdue'),
        { metric: ownMetric(deployment, 'Overdue'), statistic: 'SampleCount', label: 'times looked' },
      ],
      limits: [{ at: 1, label: 'ticket' }],
    },
  ];
}

function heldBackGraphs(deployment: Deployment): Graph[] {
  const used = (loss: string): Line => ({
    metric: ownMetric(deployment, 'BudgetUsedPercent', { loss }),
    statistic: 'Maximum',
    label: loss,
  });
  const byReason = `SEARCH('{"${OWN_NAMESPACE}",reason,service} service="${serviceName(deployment)}" MetricName="HeldBack"', 'Sum')`;
  return [
    {
      title: "Of the hour's budget",
      unit: 'percent',
      lines: [used('archive'), used('terminate')],
      limits: [
        { at: 80, label: 'ticket' },
        { at: 100, label: 'used up' },
      ],
    },
    {
      title: 'Held back, by reason',
      unit: 'workspaces',
      lines: [
        { expression: byReason, id: 'reasons' },
        ownLine(deployment, 'PutOff', 'put off to a later hour'),
        ownLine(deployment, 'Released', 'let go on'),
      ],
    },
    {
      title: 'Paused',
      unit: 'seconds',
      lines: [
        { metric: ownMetric(deployment, 'PausedSeconds'), statistic: 'Maximum', label: 'paused for' },
        ownLine(deployment, 'Paused', 'paused itself (times)'),
      ],
      limits: [{ at: 86_400, label: 'ticket' }],
    },
  ];
}

function arrivalGraphs({ functions, queues, scheduleGroup }: Deployment): Graph[] {
  const readers = functions.filter(({ calledBy }) => calledBy === 'stream');
  const queued = functions.filter(({ calledBy }) => calledBy === 'queue');
  const graphs: Graph[] = [
    {
      title: 'Age of what is worked off',
      unit: 'milliseconds',
      lines: [
        ...readers.map(
          ({ name, logicalId }): Line => ({
            metric: functionMetric(logicalId, 'IteratorAge'),
            statistic: 'Maximum',
            label: name,
          }),
        ),
        ...queued.map(
          ({ name, logicalId }): Line => ({
            metric: functionMetric(logicalId, 'AsyncEventAge'),
            statistic: 'Maximum',
            label: name,
          }),
        ),
      ],
      limits: [{ at: 900_000, label: 'a quarter of an hour' }],
    },
    {
      title: 'Dead letters',
      unit: 'messages',
      stacked: true,
      lines: queues.map((queue) => ({
        metric: queueMetric(queue, 'ApproximateNumberOfMessagesVisible'),
        statistic: 'Maximum',
        label: queue,
      })),
    },
  ];
  if (scheduleGroup !== undefined) graphs.push(schedulerGraph(scheduleGroup));
  return graphs;
}

function schedulerGraph(scheduleGroup: string): Graph {
  const line = (name: string, label: string): Line => ({
    metric: schedulerMetric(scheduleGroup, name),
    statistic: 'Sum',
    label,
  });
  return {
    title: 'EventBridge Scheduler',
    unit: 'wake-ups',
    lines: [
      line('InvocationAttemptCount', 'handed over'),
      line('InvocationThrottleCount', 'throttled'),
      line('TargetErrorCount', 'refused by Lambda'),
      line('InvocationDroppedCount', 'given up'),
    ],
  };
}

function costGraphs(deployment: Deployment): Graph[] {
  const { tables, functions } = deployment;
  return [
    {
      title: 'Write units, with those of the indexes',
      unit: 'units',
      stacked: true,
      lines: tables.flatMap(({ logicalId, indexes }) => [
        {
          metric: tableMetric(logicalId, 'ConsumedWriteCapacityUnits'),
          statistic: 'Sum' as const,
          label: logicalId,
        },
        ...indexes.map((index) => ({
          metric: tableMetric(logicalId, 'ConsumedWriteCapacityUnits', { GlobalSecondaryIndexName: index }),
          statistic: 'Sum' as const,
          label: `${logicalId} ${index}`,
        })),
      ]),
    },
    {
      title: 'Schedules made, and those saved',
      unit: 'schedules',
      lines: [
        ownLine(deployment, 'Armed', 'made'),
        ownLine(deployment, 'ArmingSkipped', 'not needed'),
        ownLine(deployment, 'WokenEarly', 'woken for nothing'),
      ],
    },
    {
      title: 'Schedules there are, in the account',
      unit: 'schedules (0 below a million)',
      lines: [
        {
          metric: schedulerUsageMetric('ResourceCount', 'ApproximateSchedule'),
          statistic: 'Maximum',
          label: 'schedules',
        },
      ],
    },
    {
      title: 'Calls of functions',
      unit: 'calls',
      stacked: true,
      lines: functions.map(({ name, logicalId }) => ({
        metric: functionMetric(logicalId, 'Invocations'),
        statistic: 'Sum',
        label: name,
      })),
    },
  ];
}
