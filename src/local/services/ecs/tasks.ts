import * as z from 'zod';
import type { DurableMap } from '../../storage/durable-map.ts';
import type { LocalClock } from '../../time/clock.ts';
import { operationsRejecting } from '../operations.ts';
import { pageOf } from '../pagination.ts';
import { AwsError } from '../wire.ts';
import type { Clusters } from './clusters.ts';
import {
  clientException,
  invalidParameter,
  launchTypeSchema,
  listLimit,
  listToken,
  type RunTask,
  runTaskSchema,
} from './shapes.ts';
import { idempotencyOf, newTask, showTask, type Task } from './task.ts';
import type { TaskDefinition, TaskDefinitions } from './task-definitions.ts';
import type { TaskLifecycle } from './task-lifecycle.ts';

export interface TasksOptions {
  tasks: DurableMap<Task>;
  clusters: Clusters;
  definitions: TaskDefinitions;
  lifecycle: TaskLifecycle;
  clock: LocalClock;
}

const operation = operationsRejecting(invalidParameter);

/** The operations on tasks. */
export function taskOperations({ tasks, clusters, definitions, lifecycle, clock }: TasksOptions) {
  /** By ARN or id, in a cluster. */
  function find(clusterArn: string, nameOrArn: string): Task | undefined {
    const task = tasks.get(taskArnIn(clusterArn, nameOrArn));
    return task?.clusterArn === clusterArn ? task : undefined;
  }

  const run = operation(runTaskSchema, (request) => {
    const cluster = clusters.find(request.cluster);
    const before = repeated(tasks.values(), cluster.arn, request);
    if (before.length > 0) return { tasks: before.map((task) => showTask(task, true)), failures: [] };
    const definition = runnable(definitions.find(request.taskDefinition), request);
    const started = Array.from({ length: request.count }, () => {
      const task = newTask(request, cluster, definition, clock.now());
      lifecycle.start(task, definition);
      return task;
    });
    return { tasks: started.map((task) => showTask(task, true)), failures: [] };
  });

  const stop = operation(stopSchema, ({ cluster, task: name, reason }) => {
    const { arn } = clusters.find(cluster);
    const task = find(arn, name);
    if (!task) throw invalidParameter('The referenced task was not found.');
    lifecycle.stop(task, reason);
    return { task: showTask(find(arn, name) ?? task, true) };
  });

  const describe = operation(describeSchema, ({ cluster, tasks: names, include = [] }) => {
    const { arn } = clusters.find(cluster);
    const asked = names.map((name) => ({ name, task: find(arn, name) }));
    return {
      tasks: asked.flatMap(({ task }) => (task ? [showTask(task, include.includes('TAGS'))] : [])),
      failures: asked
        .filter(({ task }) => !task)
        .map(({ name }) => ({ arn: taskArnIn(arn, name), reason: 'MISSING' })),
    };
  });

  const list = operation(listSchema, (filter) => {
    const { arn } = clusters.find(filter.cluster);
    const { startedBy, family, launchType, desiredStatus } = filter;
    // "When you specify startedBy as the filter, it must be the only filter that you use."
    if (startedBy !== undefined && (family ?? launchType ?? filter.containerInstance ?? filter.serviceName)) {
      throw invalidParameter('startedBy must be the only filter: family, launchType and others exclude it.');
    }
    if (filter.serviceName) throw new AwsError('ServiceNotFoundException', 400, 'Service not found.');
    if (filter.containerInstance) throw invalidParameter('The local stack has no container instances.');
    const wanted = tasks
      .values()
      .filter((task) => task.clusterArn === arn && task.desiredStatus === desiredStatus)
      .filter((task) => startedBy === undefined || task.startedBy === startedBy)
      .filter((task) => family === undefined || task.family === family)
      .filter((task) => launchType === undefined || task.launchType === launchType);
    const { maxResults, nextToken } = filter;
    const page = pageOf(wanted, ({ taskArn }) => taskArn, maxResults, nextToken, invalidParameter);
    return { taskArns: page.items.map(({ taskArn }) => taskArn), nextToken: page.nextToken };
  });

  return { RunTask: run, StopTask: stop, DescribeTasks: describe, ListTasks: list };
}

const stopSchema = z.strictObject({
  cluster: z.string().default('default'),
  task: z.string().min(1),
  reason: z.string().max(1024).default('Task stopped by user'),
});

const describeSchema = z.strictObject({
  cluster: z.string().default('default'),
  tasks: z.array(z.string().min(1)).min(1).max(100),
  include: z.array(z.enum(['TAGS'])).optional(),
});

const listSchema = z.strictObject({
  cluster: z.string().default('default'),
  startedBy: z.string().optional(),
  family: z.string().optional(),
  launchType: launchTypeSchema.optional(),
  // AWS takes PENDING and lists nothing: no task is ever desired to be pending.
  desiredStatus: z.enum(['RUNNING', 'PENDING', 'STOPPED']).default('RUNNING'),
  containerInstance: z.string().optional(),
  serviceName: z.string().optional(),
  daemonName: z.string().optional(),
  maxResults: listLimit,
  nextToken: listToken,
});

/** The tasks that this very request has started before: the SDKs send the same token when they retry. */
function repeated(tasks: readonly Task[], clusterArn: string, request: RunTask): Task[] {
  const idempotency = idempotencyOf(request);
  if (!idempotency) return [];
  const { clientToken, digest } = idempotency;
  const same = tasks.filter(
    (task) => task.clusterArn === clusterArn && task.idempotency?.clientToken === clientToken,
  );
  if (same.every((task) => task.idempotency?.digest === digest)) return same;
  throw new AwsError('ConflictException', 400, `Client token ${clientToken} was used for another request.`, {
    resourceIds: same.map(({ taskArn }) => taskArn),
  });
}

/** The definition, if this request can be run with it. */
function runnable(definition: TaskDefinition | undefined, request: RunTask): TaskDefinition {
  if (!definition) throw clientException('TaskDefinition not found.');
  if (definition.status !== 'ACTIVE') throw invalidParameter('TaskDefinition is inactive');
  const { networkMode, containerDefinitions } = definition;
  if (request.launchType === 'FARGATE' && networkMode !== 'awsvpc') {
    throw invalidParameter(
      'Task definition does not support launch_type FARGATE: its networkMode is not awsvpc.',
    );
  }
  if (networkMode === 'awsvpc' && !request.networkConfiguration?.awsvpcConfiguration) {
    throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  const names = new Set(containerDefinitions.map(({ name }) => name));
  for (const { name } of request.overrides?.containerOverrides ?? []) {
    if (names.has(name)) continue;
    throw invalidParameter(`Override for container named ${name} is not a container in the TaskDefinition.`);
  }
  return definition;
}

/** The ARN of a task of this cluster. Throws InvalidParameterException for an ARN of anything else, as AWS does. */
function taskArnIn(clusterArn: string, nameOrArn: string): string {
  const prefix = clusterArn.replace(':cluster/', ':task/');
  if (!nameOrArn.startsWith('arn:')) return `${prefix}/${nameOrArn}`;
  const [, , , region = '', account = '', kind = ''] = nameOrArn.split(':');
  const [, , , ourRegion = '', ourAccount = '', ours = ''] = prefix.split(':');
  const cluster = kind.split('/').slice(0, 2).join('/');
  for (const [theirs, our] of [
    [region, ourRegion],
    [account, ourAccount],
    [cluster, ours],
  ] as const) {
    if (theirs !== our)
      throw invalidParameter(`Invalid identifier: Identifier is for ${theirs}. Yours is ${our}`);
  }
  return nameOrArn;
}
