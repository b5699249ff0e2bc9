import type { Metric as OwnMetric } from '../ports.ts';
import type { Deployment, TemplateValue } from './deployment.ts';

/** A metric of CloudWatch: it is identified by all three together, and one dimension more or less is another metric. */
export interface Metric {
  namespace: string;
  name: string;
  dimensions: Readonly<Record<string, TemplateValue>>;
}

/** The namespace of what the handlers count. */
export const OWN_NAMESPACE = 'workspace-cleanup';

type Stage = Pick<Deployment, 'service' | 'stage'>;

/** What logs and metrics of a stage are marked with, so that two stages in one account are never added up. */
export function serviceName({ service, stage }: Stage): string {
  return `${service}-${stage}`;
}

/** The environment that every function needs so that it counts what the alarms look at. */
export function metricsEnvironment(stage: Stage): Record<string, string> {
  return { POWERTOOLS_SERVICE_NAME: serviceName(stage), POWERTOOLS_METRICS_NAMESPACE: OWN_NAMESPACE };
}

/** What the handlers count (`Observer.count`), with the dimension `service` and those that the handler gives it. */
export function ownMetric(
  stage: Stage,
  name: OwnMetric,
  dimensions: Readonly<Record<string, string>> = {},
): Metric {
  return { namespace: OWN_NAMESPACE, name, dimensions: { service: serviceName(stage), ...dimensions } };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export function functionMetric(logicalId: string, name: string): Metric {
  return { namespace: 'AWS/Lambda', name, dimensions: { FunctionName: { Ref: logicalId } } };
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export function queueMetric(logicalId: string, name: string): Metric {
  return {
    namespace: 'AWS/SQS',
    name,
    dimensions: { QueueName: { 'Fn::GetAtt': [logicalId, 'QueueName'] } },
  };
}

/** Without an index, what concerns the table itself: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
export function tableMetric(
  logicalId: string,
  name: string,
  dimensions: { GlobalSecondaryIndexName?: string; Operation?: string } = {},
): Metric {
  return { namespace: 'AWS/DynamoDB', name, dimensions: { TableName: { Ref: logicalId }, ...dimensions } };
}

/** Of a schedule group, given by its logical id: https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html */
export function schedulerMetric(logicalId: string, name: string): Metric {
  return { namespace: 'AWS/Scheduler', name, dimensions: { ScheduleGroup: { Ref: logicalId } } };
}

/** Of the whole account in this Region: https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch-usage-metrics.html */
export function schedulerUsageMetric(
  name: 'CallCount' | 'ResourceCount',
  resource: 'CreateSchedule' | 'ApproximateSchedule',
): Metric {
  const type = name === 'CallCount' ? 'API' : 'Resource';
  const dimensions = { Service: 'Scheduler', Class: 'None', Type: type, Resource: resource };
  return { namespace: 'AWS/Usage', name, dimensions };
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
export function httpApiMetric(logicalId: string, name: string): Metric {
  return { namespace: 'AWS/ApiGateway', name, dimensions: { ApiId: { Ref: logicalId } } };
}
