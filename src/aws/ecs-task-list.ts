import {
  ClusterNotFoundException,
  DescribeTasksCommand,
  type ECSClient,
  paginateListTasks,
  type Task,
} from '@aws-sdk/client-ecs';
import { InstallationError } from '../core/errors.ts';
import { keyOfReference, type WorkspaceKey } from '../core/workspace-key.ts';
import type { ListedTask, TaskList } from '../ports.ts';
import { familyAndRevision, keyOfFamily } from './ecs-revision.ts';
import { explainThrottling } from './service-errors.ts';

/** All tasks of a cluster that are meant to run. */
export class EcsTaskList implements TaskList {
  private readonly client: ECSClient;
  private readonly cluster: string;

  constructor(client: ECSClient, cluster: string) {
    this.client = client;
    this.cluster = cluster;
  }

  /** A page has at most 100 tasks, which is what DescribeTasks takes. */
  async *pages(): AsyncGenerator<ListedTask[]> {
    const { client, cluster } = this;
    try {
      for await (const { taskArns = [] } of paginateListTasks({ client }, { cluster })) {
        if (taskArns.length === 0) continue;
        const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
        yield tasks.flatMap((task) =>
          task.taskArn === undefined || task.lastStatus === 'STOPPED'
            ? []
            : [{ taskArn: task.taskArn, key: keyOfTask(task) }],
        );
      }
    } catch (error) {
      if (error instanceof ClusterNotFoundException) {
        throw new InstallationError(
          `ECS_CLUSTER_NAME is ${cluster}, expected a cluster of this account and Region`,
          { cause: error },
        );
      }
      throw explainThrottling(error, `ECS throttles the list of tasks of ${cluster}`);
    }
  }
}

function keyOfTask({ startedBy = '', taskDefinitionArn = '' }: Task): WorkspaceKey | undefined {
  return keyOfReference(startedBy) ?? keyOfFamily(familyAndRevision(taskDefinitionArn)?.family ?? '');
}
