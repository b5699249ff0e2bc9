import { join } from 'node:path';
import * as z from 'zod';
import { DurableMap } from '../storage/durable-map.ts';
import { createClusters } from './ecs/clusters.ts';
import { invalidParameter, type Tags, tagsSchema } from './ecs/shapes.ts';
import type { Task } from './ecs/task.ts';
import { createTaskDefinitions } from './ecs/task-definitions.ts';
import { TaskLifecycle, type TaskLifecycleOptions } from './ecs/task-lifecycle.ts';
import { taskOperations } from './ecs/tasks.ts';
import { jsonService, operationsRejecting } from './operations.ts';
import { AwsError, type Service } from './wire.ts';

/** Elastic Container Service. A task is one process of the sample container program. */
export interface Ecs {
  readonly service: Service;
  /** All tasks that can be described, for the live view. */
  tasks(): readonly Task[];
  /** Stops every task. Resolves when all processes have exited. */
  close(): Promise<void>;
}

export type EcsOptions = TaskLifecycleOptions;

const operation = operationsRejecting(invalidParameter);

/** Loads what was there; tasks that were running in an earlier life are STOPPED now. */
export function createEcs(options: EcsOptions): Ecs {
  const { dataDirectory, clock } = options;
  const tasks = new DurableMap<Task>(join(dataDirectory, 'ecs-tasks.jsonl'));
  const lifecycle = new TaskLifecycle(tasks, options);
  const definitions = createTaskDefinitions(dataDirectory, clock);
  const clusters = createClusters(dataDirectory, (clusterArn) => {
    const own = tasks.values().filter((task) => task.clusterArn === clusterArn);
    const count = (status: Task['lastStatus']) =>
      own.filter(({ lastStatus }) => lastStatus === status).length;
    return { running: count('RUNNING'), pending: count('PROVISIONING') };
  });
  const tagging = tagOperations({
    cluster: {
      get: (arn) => clusters.find(arn).tags,
      set: (arn, tags) => clusters.setTags(clusters.find(arn), tags),
    },
    'task-definition': { get: definitions.tagsOf, set: definitions.setTags },
    task: {
      get: (arn) => tasks.get(arn)?.tags,
      set: (arn, tags) => tasks.set(arn, { ...(tasks.get(arn) as Task), tags }),
    },
  });
  return {
    service: jsonService('ECS', {
      ...clusters.operations,
      ...definitions.operations,
      ...taskOperations({ tasks, clusters, definitions, lifecycle, clock }),
      ...tagging,
    }),
    tasks: () => tasks.values(),
    close: async () => {
      await lifecycle.close();
      for (const store of [tasks, clusters, definitions]) store.close();
    },
  };
}

interface TagStore {
  get(arn: string): Tags | undefined;
  set(arn: string, tags: Tags): void;
}

/** `stores` by the kind of resource that stands in an ARN, e.g. `task` in `arn:aws:ecs:…:task/workspaces/1f…`. */
function tagOperations(stores: Record<string, TagStore>) {
  const storeOf = (arn: string) => {
    const kind = /^arn:aws:ecs:[^:]*:[^:]*:([a-z-]+)\//.exec(arn)?.[1];
    const store = kind === undefined ? undefined : stores[kind];
    if (!store)
      throw invalidParameter(`Invalid resource ARN ${arn}: expected a cluster, task or task definition.`);
    const tags = store.get(arn);
    if (tags) return { store, tags };
    throw new AwsError('ResourceNotFoundException', 400, `The resource ${arn} does not exist.`);
  };
  const tag = operation(
    z.strictObject({ resourceArn: z.string(), tags: tagsSchema }),
    ({ resourceArn, tags }) => {
      const { store, tags: before } = storeOf(resourceArn);
      const changed = new Set(tags.map(({ key }) => key));
      store.set(resourceArn, [...before.filter(({ key }) => !changed.has(key)), ...tags]);
    },
  );
  const list = operation(z.strictObject({ resourceArn: z.string() }), ({ resourceArn }) => ({
    tags: storeOf(resourceArn).tags,
  }));
  return { TagResource: tag, ListTagsForResource: list };
}
