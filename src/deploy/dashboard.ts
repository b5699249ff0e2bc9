import { type Alarm, alarmName } from './alarm.ts';
import { alarmsOf } from './alarms.ts';
import { rowsOf } from './dashboard/rows.ts';
import type { Graph, Line, Row } from './dashboard/widgets.ts';
import type { Deployment, Resource, Resources, TemplateValue } from './deployment.ts';
import { serviceName } from './metrics.ts';

/** CloudWatch's grid is 24 units wide. */
const WIDTH = 24;
const HEIGHT = 6;
const TITLE_HEIGHT = 1;
const ALARMS_HEIGHT = 5;

/**
 * What somebody on call looks at first, as an AWS::CloudWatch::Dashboard: which alarms are on; then whether what is due is
 * done and in time, what keeps it from being done, what fails, and what it costs.
 */
export function dashboardResource(deployment: Deployment): Resources {
  const name = serviceName(deployment);
  const resource: Resource = {
    Type: 'AWS::CloudWatch::Dashboard',
    Properties: {
      DashboardName: name,
      DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets: widgetsOf(deployment) }) },
    },
  };
  return { Dashboard: resource };
}

function widgetsOf(deployment: Deployment): object[] {
  // What exists under a condition may not be there to be referred to.
  const certain = deployment.functions.filter(({ condition }) => condition === undefined);
  const alarms = alarmsOf({ ...deployment, functions: certain });
  const widgets: object[] = [alarmsWidget(deployment, alarms)];
  let y = ALARMS_HEIGHT;
  for (const { title, graphs } of rowsOf({ ...deployment, functions: certain })) {
    widgets.push({
      type: 'text',
      x: 0,
      y,
      width: WIDTH,
      height: TITLE_HEIGHT,
      properties: { markdown: `## ${title}`, background: 'transparent' },
    });
    widgets.push(...graphsOf(graphs, y + TITLE_HEIGHT));
    y += TITLE_HEIGHT + HEIGHT;
  }
  return widgets;
}

function alarmsWidget(deployment: Deployment, alarms: readonly Alarm[]): object {
  const order = [...alarms].sort((a, b) => a.severity.localeCompare(b.severity));
  const arn = 'arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:';
  return {
    type: 'alarm',
    x: 0,
    y: 0,
    width: WIDTH,
    height: ALARMS_HEIGHT,
    properties: {
      title: 'Alarms: docs/runbook says what to do about each',
      sortBy: 'stateUpdatedTimestamp',
      // CloudWatch shows at most 100 in one widget; those that page come first.
      alarms: order.slice(0, 100).map((alarm) => `${arn}${alarmName(deployment, alarm)}`),
    },
  };
}

function graphsOf(graphs: Row['graphs'], y: number): object[] {
  const width = WIDTH / graphs.length;
  return graphs.map((graph, index) => ({
    type: 'metric',
    x: index * width,
    y,
    width,
    height: HEIGHT,
    properties: graphProperties(graph),
  }));
}

function graphProperties({ title, unit, lines, limits = [], stacked = false }: Graph): object {
  return {
    title,
    view: 'timeSeries',
    stacked,
    region: '${AWS::Region}',
    period: 300,
    metrics: lines.map(metricLine),
    yAxis: { left: { min: 0, label: unit, showUnits: false } },
    ...(limits.length > 0 && {
      annotations: { horizontal: limits.map(({ at, label }) => ({ value: at, label })) },
    }),
  };
}

function metricLine(line: Line): unknown[] {
  if ('expression' in line) {
    const { expression, id, label } = line;
    return [{ expression, id, ...(label !== undefined && { label }) }];
  }
  const { metric, statistic, label, id, hidden } = line;
  const dimensions = Object.entries(metric.dimensions).flatMap(([name, value]) => [name, substituted(value)]);
  const options = { stat: statistic, label, ...(id && { id }), ...(hidden && { visible: false }) };
  return [metric.namespace, metric.name, ...dimensions, options];
}

/** What `Fn::Sub` puts in: the body of a dashboard is one text. */
function substituted(value: TemplateValue): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  return Ref === undefined ? `\${${attribute?.join('.')}}` : `\${${Ref}}`;
}
