import {
  type ContainerDefinition,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  type ListTasksCommandInput,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type TaskDefinition,
  type Volume,
} from '@aws-sdk/client-ecs';
import type { Configuration } from '../core/configuration.ts';
import { BadInputError, RetryableError } from '../core/errors.ts';
import { showKey, type WorkspaceKey, workspaceReference } from '../core/workspace-key.ts';
import type { Tasks } from '../ports.ts';

/** DescribeTasks takes at most 100 tasks. */
const DESCRIBE_LIMIT = 100;
/** StopTask takes a reason of at most 255 characters. */
const LONGEST_REASON = 255;

/** The workspace's own task definition family, e.g. `workspace-acme__ada`. The doubled `_` stands in no reference. */
export function familyOf(key: WorkspaceKey): string {
  return `workspace-${workspaceReference(key).replace('/', '__')}`;
}

/** Containers as tasks of ECS Fargate. */
export class EcsTasks implements Tasks {
  readonly canStart: boolean;
  private readonly client: ECSClient;
  private readonly configuration: Configuration;

  constructor(client: ECSClient, configuration: Configuration) {
    this.client = client;
    this.configuration = configuration;
    this.canStart = configuration.baseTaskDefinition !== undefined;
  }

  /**
   * `startedBy` finds every task that is meant to run, whoever started it, but has to be the only filter; the
   * workspace's family finds those that were asked to stop and have not done so.
   */
  async unstopped(key: WorkspaceKey): Promise<string[]> {
    const listed = await Promise.all([
      this.list({ startedBy: workspaceReference(key) }),
      this.list({ family: familyOf(key), desiredStatus: 'STOPPED' }),
    ]);
    return this.unstoppedOf([...new Set(listed.flat())]);
  }

  /** A task that ECS does not know any more has stopped more than an hour ago. */
  async unstoppedOf(tasks: readonly string[]): Promise<string[]> {
    const { cluster } = this.configuration;
    const unstopped: string[] = [];
    for (let start = 0; start < tasks.length; start += DESCRIBE_LIMIT) {
      const command = new DescribeTasksCommand({
        cluster,
        tasks: tasks.slice(start, start + DESCRIBE_LIMIT),
      });
      const described = await this.client.send(command);
      for (const { taskArn, lastStatus } of described.tasks ?? []) {
        if (taskArn && lastStatus !== 'STOPPED') unstopped.push(taskArn);
      }
    }
    return unstopped;
  }

  async requestStop(task: string, reason: string): Promise<void> {
    await this.client.send(
      new StopTaskCommand({
        cluster: this.configuration.cluster,
        task,
        reason: reason.slice(0, LONGEST_REASON),
      }),
    );
  }

  async start(key: WorkspaceKey, accessPoint: string, environment: Record<string, string>): Promise<string> {
    const { cluster, subnets, securityGroups } = this.configuration;
    const taskDefinition = await this.registerFor(key, accessPoint, environment);
    const { tasks, failures } = await this.client.send(
      new RunTaskCommand({
        cluster,
        taskDefinition,
        launchType: 'FARGATE',
        startedBy: workspaceReference(key),
        networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups } },
      }),
    );
    const arn = tasks?.[0]?.taskArn;
    if (arn) return arn;
    throw new RetryableError(
      `ECS started no task for ${showKey(key)}: ${failures?.[0]?.reason ?? 'no reason given'}`,
    );
  }

  private async list(filter: Partial<ListTasksCommandInput>): Promise<string[]> {
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.client.send(
        new ListTasksCommand({
          cluster: this.configuration.cluster,
          ...filter,
          ...(nextToken && { nextToken }),
        }),
      );
      arns.push(...(page.taskArns ?? []));
      nextToken = page.nextToken;
    } while (nextToken);
    return arns;
  }

  /** RunTask cannot override an access point, so each workspace has a task definition made from the base one. */
  private async registerFor(
    key: WorkspaceKey,
    accessPoint: string,
    environment: Record<string, string>,
  ): Promise<string> {
    const { baseTaskDefinition } = this.configuration;
    if (!baseTaskDefinition)
      throw new BadInputError(
        'ECS_TASK_DEFINITION is not set, expected a task definition to start containers from',
        409,
      );
    const { taskDefinition: base } = await this.client.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: baseTaskDefinition }),
    );
    const { taskDefinition } = await this.client.send(
      new RegisterTaskDefinitionCommand(this.revisionOf(base ?? {}, key, accessPoint, environment)),
    );
    if (taskDefinition?.taskDefinitionArn) return taskDefinition.taskDefinitionArn;
    throw new RetryableError(`ECS registered no task definition for ${showKey(key)}`);
  }

  private revisionOf(
    base: TaskDefinition,
    key: WorkspaceKey,
    accessPoint: string,
    environment: Record<string, string>,
  ) {
    const { taskRoleArn, executionRoleArn, networkMode, cpu, memory, runtimePlatform, ephemeralStorage } =
      base;
    const settings = {
      taskRoleArn,
      executionRoleArn,
      networkMode,
      cpu,
      memory,
      runtimePlatform,
      ephemeralStorage,
    };
    return {
      ...Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)),
      family: familyOf(key),
      requiresCompatibilities: ['FARGATE' as const],
      containerDefinitions: (base.containerDefinitions ?? []).map((container) =>
        withEnvironment(container, environment),
      ),
      volumes: (base.volumes ?? []).map((volume) => this.withAccessPoint(volume, accessPoint)),
    };
  }

  /** Volumes on our file system lead to this workspace's home and nowhere else. */
  private withAccessPoint(volume: Volume, accessPoint: string): Volume {
    const { fileSystemId } = this.configuration;
    if (volume.efsVolumeConfiguration?.fileSystemId !== fileSystemId) return volume;
    return {
      ...volume,
      efsVolumeConfiguration: {
        fileSystemId,
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: accessPoint, iam: 'ENABLED' },
      },
    };
  }
}

function withEnvironment(
  container: ContainerDefinition,
  environment: Record<string, string>,
): ContainerDefinition {
  const own = (container.environment ?? []).filter(
    ({ name }) => name === undefined || !Object.hasOwn(environment, name),
  );
  return {
    ...container,
    environment: [...own, ...Object.entries(environment).map(([name, value]) => ({ name, value }))],
  };
}
