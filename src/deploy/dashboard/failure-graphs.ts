import type { Metric as OwnMetric } from '../../ports.ts';
import type { Deployment } from '../deployment.ts';
import { functionMetric, httpApiMetric } from '../metrics.ts';
import { type Graph, type Line, ownLine } from './widgets.ts';

/** What fails, and what is refused. */
export function failureGraphs(deployment: Deployment): Graph[] {
  const { functions, httpApi } = deployment;
  const perFunction = (name: string): Line[] =>
    functions.map((one) => ({
      metric: functionMetric(one.logicalId, name),
      statistic: 'Sum',
      label: one.name,
    }));
  const invalid: readonly OwnMetric[] = [
    'InvalidRow',
    'InvalidAccount',
    'InvalidWakeUp',
    'InvalidControl',
    'InvalidHistory',
    'BillingNotUnderstood',
    'AccessPointNotOurs',
    'TaskNotOurs',
    'InstallationProblem',
    'TokenRefused',
  ];
  const graphs: Graph[] = [
    { title: 'Errors', unit: 'calls', lines: perFunction('Errors') },
    { title: 'Throttled', unit: 'calls', lines: perFunction('Throttles') },
    {
      title: 'Not understood, not ours, not valid',
      unit: 'times',
      lines: invalid.map((name) => ownLine(deployment, name)),
    },
  ];
  if (httpApi !== undefined) graphs.push(httpGraph(httpApi));
  return graphs;
}

function httpGraph(httpApi: string): Graph {
  const line = (name: string, label: string): Line => ({
    metric: httpApiMetric(httpApi, name),
    statistic: 'Sum',
    label,
  });
  return {
    title: 'HTTP API',
    unit: 'requests',
    lines: [line('Count', 'all'), line('4xx', '4xx'), line('5xx', '5xx')],
  };
}
