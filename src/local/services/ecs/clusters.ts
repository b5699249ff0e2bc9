import { join } from 'node:path';
import * as z from 'zod';
import { DurableMap } from '../../storage/durable-map.ts';
import { arnOf } from '../arn.ts';
import { operationsRejecting } from '../operations.ts';
import { pageOf } from '../pagination.ts';
import { AwsError } from '../wire.ts';
import { invalidParameter, listLimit, listToken, type Tags, tagsSchema } from './shapes.ts';

export interface Cluster {
  name: string;
  arn: string;
  tags: Tags;
}

export type Clusters = ReturnType<typeof createClusters>;

/** How many tasks of a cluster are running, and how many are on their way there. */
export type TaskCounts = (clusterArn: string) => { running: number; pending: number };

const operation = operationsRejecting(invalidParameter);

export function createClusters(dataDirectory: string, countTasks: TaskCounts) {
  const all = new DurableMap<Cluster>(join(dataDirectory, 'ecs-clusters.jsonl'));

  const describe = ({ name, arn, tags }: Cluster) => {
    const { running, pending } = countTasks(arn);
    return {
      clusterArn: arn,
      clusterName: name,
      status: 'ACTIVE',
      registeredContainerInstancesCount: 0,
      runningTasksCount: running,
      pendingTasksCount: pending,
      activeServicesCount: 0,
      statistics: [],
      settings: [],
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
      tags,
    };
  };

  const create = operation(createSchema, ({ clusterName, tags = [] }) => {
    // AWS answers the existing one when it is created again.
    const cluster = all.get(clusterName) ?? {
      name: clusterName,
      arn: arnOf('ecs', `cluster/${clusterName}`),
      tags,
    };
    all.set(clusterName, cluster);
    return { cluster: describe(cluster) };
  });

  const describeMany = operation(describeSchema, ({ clusters }) => {
    const asked = clusters.map((nameOrArn) => ({ nameOrArn, found: all.get(lastPart(nameOrArn)) }));
    const missing = asked.filter(({ found }) => !found).map(({ nameOrArn }) => nameOrArn);
    return {
      clusters: asked.flatMap(({ found }) => (found ? [describe(found)] : [])),
      failures: missing.map((name) => ({
        arn: arnOf('ecs', `cluster/${lastPart(name)}`),
        reason: 'MISSING',
      })),
    };
  });

  const list = operation(
    z.strictObject({ maxResults: listLimit, nextToken: listToken }),
    ({ maxResults, nextToken }) => {
      const page = pageOf(all.values(), ({ arn }) => arn, maxResults, nextToken, invalidParameter);
      return { clusterArns: page.items.map(({ arn }) => arn), nextToken: page.nextToken };
    },
  );

  return {
    operations: { CreateCluster: create, DescribeClusters: describeMany, ListClusters: list },
    /** By name or ARN. Throws ClusterNotFoundException. */
    find: (nameOrArn: string): Cluster => {
      const found = all.get(lastPart(nameOrArn));
      if (found) return found;
      throw new AwsError('ClusterNotFoundException', 400, 'Cluster not found.');
    },
    setTags: (cluster: Cluster, tags: Tags) => all.set(cluster.name, { ...cluster, tags }),
    close: () => all.close(),
  };
}

const createSchema = z.strictObject({
  clusterName: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,255}$/)
    .default('default'),
  tags: tagsSchema.optional(),
  settings: z.unknown().optional(),
  configuration: z.unknown().optional(),
  capacityProviders: z.unknown().optional(),
  defaultCapacityProviderStrategy: z.unknown().optional(),
  serviceConnectDefaults: z.unknown().optional(),
});

const describeSchema = z.strictObject({
  clusters: z.array(z.string()).max(100).default(['default']),
  include: z.array(z.string()).optional(),
});

function lastPart(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}
