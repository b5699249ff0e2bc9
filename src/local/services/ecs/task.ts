import { createHash, randomUUID } from 'node:crypto';
import { arnOf, LOCAL_REGION } from '../arn.ts';
import type { Cluster } from './clusters.ts';
import type { RunTask, Tags } from './shapes.ts';
import type { TaskDefinition } from './task-definitions.ts';

export type Overrides = NonNullable<RunTask['overrides']>;

export interface Task {
  taskArn: string;
  clusterArn: string;
  taskDefinitionArn: string;
  family: string;
  /** What it is to become; STOPPED as soon as somebody has asked for it. */
  desiredStatus: 'RUNNING' | 'STOPPED';
  /** What it is. STOPPED only when the process has exited. */
  lastStatus: 'PROVISIONING' | 'RUNNING' | 'STOPPING' | 'STOPPED';
  containers: { name: string; image: string; cpu?: string; memory?: string | undefined }[];
  launchType: string;
  cpu?: string | undefined;
  memory?: string | undefined;
  group: string;
  startedBy?: string | undefined;
  overrides: Overrides;
  tags: Tags;
  /** Grows with every change. */
  version: number;
  /** Epoch seconds of the fleet's clock, here and below. */
  createdAt: number;
  startedAt?: number;
  stoppingAt?: number;
  stoppedAt?: number;
  stopCode?: 'UserInitiated' | 'EssentialContainerExited' | 'TaskFailedToStart' | 'TerminationNotice';
  stoppedReason?: string;
  exitCode?: number;
  /** Tells a repeated RunTask request from a new one. */
  idempotency?: { clientToken: string; digest: string } | undefined;
}

export function newTask(
  request: RunTask,
  cluster: Cluster,
  definition: TaskDefinition,
  createdAt: number,
): Task {
  const { launchType = 'FARGATE', overrides = {}, startedBy, tags = [] } = request;
  const { family, taskDefinitionArn, containerDefinitions } = definition;
  return {
    taskArn: arnOf('ecs', `task/${cluster.name}/${randomUUID().replaceAll('-', '')}`),
    clusterArn: cluster.arn,
    taskDefinitionArn,
    family,
    desiredStatus: 'RUNNING',
    lastStatus: 'PROVISIONING',
    containers: containerDefinitions.map(({ name, image, cpu, memory }) => ({
      name,
      image,
      cpu: String(cpu),
      memory: memory?.toString(),
    })),
    launchType,
    cpu: overrides.cpu ?? definition.cpu,
    memory: overrides.memory ?? definition.memory,
    group: request.group ?? `family:${family}`,
    startedBy,
    overrides,
    tags,
    version: 1,
    createdAt,
    idempotency: idempotencyOf(request),
  };
}

/** What makes two RunTask requests the same; undefined for requests without a client token. */
export function idempotencyOf(request: RunTask): Task['idempotency'] {
  const { clientToken, ...rest } = request;
  if (clientToken === undefined) return undefined;
  return { clientToken, digest: createHash('sha256').update(JSON.stringify(rest)).digest('hex') };
}

/** The task as the API shows it. Tags are shown on request only. */
export function showTask(task: Task, withTags: boolean) {
  const { family: _, idempotency: __, exitCode, containers, tags, ...shown } = task;
  return {
    ...shown,
    containers: containers.map((container) => ({
      ...container,
      containerArn: `${task.taskArn.replace(':task/', ':container/')}/${container.name}`,
      taskArn: task.taskArn,
      lastStatus: task.lastStatus === 'PROVISIONING' ? 'PENDING' : task.lastStatus,
      exitCode,
      healthStatus: 'UNKNOWN',
      networkBindings: [],
      networkInterfaces: [],
    })),
    tags: withTags ? tags : [],
    attachments: [],
    attributes: [],
    availabilityZone: `${LOCAL_REGION}a`,
    connectivity: 'CONNECTED',
    enableExecuteCommand: false,
    healthStatus: 'UNKNOWN',
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
  };
}
