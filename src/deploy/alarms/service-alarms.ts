import type { Alarm, Measure } from '../alarm.ts';
import type { DeployedTable, Deployment } from '../deployment.ts';
import { httpApiMetric, type Metric, tableMetric } from '../metrics.ts';
import { kebabCase } from './kebab-case.ts';

/** Every operation that a handler or an operator calls; SystemErrors are counted by operation alone. */
const OPERATIONS = ['GetItem', 'PutItem', 'UpdateItem', 'Query', 'TransactWriteItems'];

/** Fewer failures than this within five minutes are nobody's business, however few requests there were. */
const FEWEST_FAILURES = 5;
const MOST_FAILED_PERCENT = 5;

/** What AWS does to us: tables that refuse or fail, and what callers of the API see of all that. */
export function serviceAlarms({ tables, httpApi }: Pick<Deployment, 'tables' | 'httpApi'>): Alarm[] {
  return [
    ...tables.flatMap((table) => [tableThrottles(table), tableErrors(table)]),
    ...(httpApi === undefined ? [] : [failedRequests(httpApi)]),
  ];
}

function tableThrottles({ logicalId, indexes }: DeployedTable): Alarm {
  const events = ['ReadThrottleEvents', 'WriteThrottleEvents'];
  const metrics = events.flatMap((name) => [
    tableMetric(logicalId, name),
    ...indexes.map((index) => tableMetric(logicalId, name, { GlobalSecondaryIndexName: index })),
  ]);
  return {
    id: `throttled-${kebabCase(logicalId)}`,
    severity: 'ticket',
    what: `DynamoDB throttles ${logicalId} or one of its indexes. Callers try again; the streams fall behind.`,
    first:
      'see which partition is hot: one client with very many workspaces is one partition of 1,000 writes a second.',
    page: 'table-throttled',
    measure: sumOf(metrics),
    threshold: 10,
    period: 300,
    periods: { atLeast: 3, of: 3 },
    missing: 'notBreaching',
  };
}

function tableErrors({ logicalId }: DeployedTable): Alarm {
  return {
    id: `system-errors-${kebabCase(logicalId)}`,
    severity: 'ticket',
    what: `DynamoDB answers requests to ${logicalId} with errors of its own.`,
    first: 'look at the AWS Health dashboard; nothing is lost, everything is tried again.',
    page: 'table-throttled',
    measure: sumOf(
      OPERATIONS.map((operation) => tableMetric(logicalId, 'SystemErrors', { Operation: operation })),
    ),
    threshold: 5,
    period: 300,
    periods: { atLeast: 3, of: 3 },
    missing: 'notBreaching',
  };
}

/** SUM over a list goes by the metrics that have data, where `+` would have none if one of them has none. */
function sumOf(metrics: readonly Metric[]): Measure {
  const byId = metrics.map((metric, index) => [`m${index}`, { metric, statistic: 'Sum' as const }] as const);
  const filled = byId.map(([id]) => `FILL(${id}, 0)`);
  return { expression: `SUM([${filled.join(', ')}])`, metrics: Object.fromEntries(byId) };
}

function failedRequests(httpApi: string): Alarm {
  return {
    id: 'http-5xx',
    severity: 'page',
    what: `Of all requests ${MOST_FAILED_PERCENT} % fail: launchers, containers or billing are answered 5xx.`,
    first: 'find which function answers them ("Which route" on the page) and read its last error.',
    page: 'http-errors',
    measure: {
      expression: `IF(failed >= ${FEWEST_FAILURES}, 100 * failed / requests, 0)`,
      metrics: {
        failed: { metric: httpApiMetric(httpApi, '5xx'), statistic: 'Sum' },
        requests: { metric: httpApiMetric(httpApi, 'Count'), statistic: 'Sum' },
      },
    },
    threshold: MOST_FAILED_PERCENT,
    period: 300,
    periods: { atLeast: 3, of: 3 },
    missing: 'notBreaching',
  };
}
