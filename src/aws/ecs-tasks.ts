import { createHash, randomUUID } from 'node:crypto';
import {
  ConflictException,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  type ListTasksCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { InstallationError, RetryableError } from '../core/errors.ts';
import { showKey, type WorkspaceKey, workspaceReference } from '../core/workspace-key.ts';
import type { FoundTasks, StartedTask, TaskLaunch, Tasks } from '../ports.ts';
import { familyOf } from './ecs-revision.ts';
import {
  type ContainerConfiguration,
  EcsTaskDefinitions,
  type TaskDefinitionsOptions,
} from './ecs-task-definitions.ts';
import { isTaskOf } from './ecs-task-owner.ts';
import { explainThrottling, isRefusal } from './service-errors.ts';

/** By this name a container finds its token. */
const TOKEN_VARIABLE = 'WORKSPACE_TOKEN';
/** DescribeTasks takes at most 100 tasks. */
const DESCRIBE_LIMIT = 100;
/** StopTask takes a reason of at most 255 characters. */
const LONGEST_REASON = 255;

export interface EcsTasksOptions extends TaskDefinitionsOptions {
  /** A string that it gives once only. */
  uniqueSalt?: () => string;
}

/** Containers as tasks of ECS Fargate. */
export class EcsTasks implements Tasks {
  readonly canStart: boolean;
  private readonly client: ECSClient;
  private readonly configuration: ContainerConfiguration;
  private readonly definitions: EcsTaskDefinitions;
  private readonly uniqueSalt: () => string;

  constructor(client: ECSClient, configuration: ContainerConfiguration, options: EcsTasksOptions = {}) {
    this.uniqueSalt = options.uniqueSalt ?? randomUUID;
    this.client = client;
    this.configuration = configuration;
    this.definitions = new EcsTaskDefinitions(client, configuration, options);
    this.canStart = configuration.baseTaskDefinition !== undefined;
  }

  /**
   * `startedBy` finds every task that is meant to run, whoever started it, but has to be the only filter; the
   * workspace's family finds those that were asked to stop and have not done so. What a container has reported may
   * be any text of the shape of an ARN.
   */
  async unstopped(key: WorkspaceKey, reported: string | undefined): Promise<FoundTasks> {
    const listed = await Promise.all([
      this.list({ startedBy: workspaceReference(key) }),
      this.list({ family: familyOf(key), desiredStatus: 'STOPPED' }),
    ]);
    const own = new Set(listed.flat());
    const found = await this.describeUnstopped([...own]);
    const described =
      reported === undefined || own.has(reported) ? [] : await this.describeReported(reported);
    // ECS knows the same task by its old and by its new ARN.
    const claimed = described.filter(({ taskArn = '' }) => !own.has(taskArn));
    const isOurs = await Promise.all(claimed.map((task) => isTaskOf(key, task, this.definitions)));
    const all = [...found, ...claimed.filter((_, index) => isOurs[index])];
    return {
      tasks: arnsOf(all),
      stopping: arnsOf(all.filter(({ desiredStatus }) => desiredStatus === 'STOPPED')),
      foreign: isOurs.includes(false) ? reported : undefined,
    };
  }

  /** A task that ECS does not know any more has stopped more than an hour ago. */
  async unstoppedOf(tasks: readonly string[]): Promise<string[]> {
    return arnsOf(await this.describeUnstopped(tasks));
  }

  async requestStop(task: string, reason: string): Promise<void> {
    const { cluster } = this.configuration;
    const command = new StopTaskCommand({ cluster, task, reason: reason.slice(0, LONGEST_REASON) });
    try {
      await this.client.send(command);
    } catch (error) {
      if (isRefusal(error) && error.message.includes('task was not found')) return;
      throw this.explained(error, `StopTask for ${task}`);
    }
  }

  async start(key: WorkspaceKey, launch: TaskLaunch): Promise<StartedTask> {
    if (this.configuration.subnets.length === 0) {
      throw new InstallationError(
        'ECS_SUBNETS is not set, expected the subnets of the containers, separated by commas',
      );
    }
    const { taskDefinition, containers } = await this.definitions.revisionFor(key, launch);
    const environment = [{ name: TOKEN_VARIABLE, value: launch.token }];
    const overrides = { containerOverrides: containers.map((name) => ({ name, environment })) };
    const taskArn = await this.run(key, { taskDefinition, overrides }, launch.after);
    // A repeated request gets the first one's answer, whatever has become of the task since:
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html
    // One that has only just been started may not be found yet.
    const [task] = await this.describe([taskArn]);
    return { taskArn, stopped: task?.lastStatus === 'STOPPED' || task?.desiredStatus === 'STOPPED' };
  }

  /**
   * The token stands for the start, not for what is started: two starts at the same time may each have registered a
   * revision, and still are one task. Where ECS had no room for it, it may remember that answer by the token as well;
   * as nothing was started then, one more try has a token of its own.
   */
  private async run(
    key: WorkspaceKey,
    { taskDefinition, overrides }: Pick<RunTaskCommandInput, 'taskDefinition' | 'overrides'>,
    after: string | undefined,
  ): Promise<string> {
    const { cluster, subnets, securityGroups } = this.configuration;
    const startedBy = workspaceReference(key);
    let problem = 'no reason given';
    for (const salt of ['', this.uniqueSalt()]) {
      const command = new RunTaskCommand({
        cluster,
        taskDefinition,
        overrides,
        launchType: 'FARGATE',
        startedBy,
        networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups } },
        clientToken: createHash('sha256').update([cluster, startedBy, after, salt].join(' ')).digest('hex'),
      });
      try {
        const { tasks, failures } = await this.client.send(command);
        if (tasks?.[0]?.taskArn) return tasks[0].taskArn;
        problem = failures?.[0]?.reason ?? problem;
      } catch (error) {
        const started = error instanceof ConflictException ? error.resourceIds?.[0] : undefined;
        if (started !== undefined) return started;
        throw this.explainedStart(error, key);
      }
    }
    throw this.explainedStart(new RetryableError(problem), key);
  }

  private async list(filter: Partial<ListTasksCommandInput>): Promise<string[]> {
    const arns: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.client
        .send(
          new ListTasksCommand({
            cluster: this.configuration.cluster,
            ...filter,
            ...(nextToken && { nextToken }),
          }),
        )
        .catch((error: unknown) => {
          throw this.explained(error, 'ListTasks');
        });
      arns.push(...(page.taskArns ?? []));
      nextToken = page.nextToken;
    } while (nextToken);
    return arns;
  }

  private async describeUnstopped(tasks: readonly string[]): Promise<Task[]> {
    const described: Task[] = [];
    for (let start = 0; start < tasks.length; start += DESCRIBE_LIMIT) {
      described.push(...(await this.describe(tasks.slice(start, start + DESCRIBE_LIMIT))));
    }
    return described.filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  }

  private async describe(tasks: readonly string[]): Promise<Task[]> {
    const command = new DescribeTasksCommand({ cluster: this.configuration.cluster, tasks: [...tasks] });
    try {
      return (await this.client.send(command)).tasks ?? [];
    } catch (error) {
      throw this.explained(error, 'DescribeTasks');
    }
  }

  /**
   * In a call of its own: ECS, or the role, refuses all of a call for an ARN of another account or Region, which a
   * container can report at will.
   */
  private async describeReported(reported: string): Promise<Task[]> {
    const [, inCluster] = /:task\/([^/]+)\//.exec(reported) ?? [];
    if (inCluster !== undefined && inCluster !== this.configuration.cluster) return [];
    try {
      return await this.describeUnstopped([reported]);
    } catch (error) {
      if (isRefusal(error) || (error instanceof Error && error.name === 'AccessDeniedException')) return [];
      throw error;
    }
  }

  private explained(error: unknown, call: string): unknown {
    if (error instanceof Error && error.name === 'ClusterNotFoundException') {
      return new InstallationError(
        `ECS_CLUSTER_NAME is ${this.configuration.cluster}, which ECS does not know: create that cluster, or name one that is there`,
        { cause: error },
      );
    }
    return explainThrottling(error, `ECS throttles ${call}`);
  }

  /** What stands in a RunTask comes from the configuration alone, so what ECS refuses in it is an operator's to mend. */
  private explainedStart(error: unknown, key: WorkspaceKey): unknown {
    const said = error instanceof Error ? error.message : String(error);
    const options = { cause: error };
    // ECS calls this quota throttling.
    if (/reached the limit on the number of/i.test(said)) {
      return new InstallationError(
        `a quota of Fargate leaves no task for ${showKey(key)}: ask AWS for a higher one, or stop tasks. ECS says: ${said}`,
        options,
      );
    }
    // The revision may have been deregistered by another start, or is not known everywhere yet.
    const passes = /capacity is unavailable|TaskDefinition (is inactive|not found)/i.test(said);
    if (passes || error instanceof RetryableError) {
      return new RetryableError(
        `ECS started no task for ${showKey(key)}, try again later. ECS says: ${said}`,
        options,
      );
    }
    if (isRefusal(error)) {
      return new InstallationError(
        `ECS refuses a task for ${showKey(key)}: check ECS_SUBNETS, ECS_SECURITY_GROUPS and ECS_TASK_DEFINITION. ECS says: ${said}`,
        options,
      );
    }
    return this.explained(error, `RunTask for ${showKey(key)}`);
  }
}

function arnsOf(tasks: readonly Task[]): string[] {
  return tasks.flatMap(({ taskArn }) => taskArn ?? []);
}
