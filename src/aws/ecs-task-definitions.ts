import { setTimeout as waitMilliseconds } from 'node:timers/promises';
import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { Configuration } from '../core/configuration.ts';
import { InstallationError, RetryableError } from '../core/errors.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import {
  digestOf,
  familyAndRevision,
  familyOf,
  problemOfBase,
  type RevisionInput,
  revisionOf,
} from './ecs-revision.ts';
import { explainingThrottling, isRefusal, isThrottling, isTooManyRevisions } from './service-errors.ts';

/** Where containers run, and what they are made from. */
export type ContainerConfiguration = Pick<
  Configuration,
  'fileSystemId' | 'cluster' | 'baseTaskDefinition' | 'subnets' | 'securityGroups'
>;

export interface TaskDefinitionsOptions {
  /** Waits for so many seconds. */
  wait?: (seconds: number) => Promise<unknown>;
  /** From 0 (included) to 1 (not included). */
  random?: () => number;
}

const DIGEST_TAG = 'workspace-cleanup:digest';
/** Revisions of one family that collide; each has its own family, so only starts of the same workspace do. */
const REGISTER_ATTEMPTS = 5;
/** In a crash's wake there is one. What is more than this is left to the next start. */
const DEREGISTER_LIMIT = 10;

/** The task definitions of workspaces: each has a family of its own, made from the installation's base. */
export class EcsTaskDefinitions {
  private readonly client: ECSClient;
  private readonly configuration: ContainerConfiguration;
  private readonly wait: (seconds: number) => Promise<unknown>;
  private readonly random: () => number;

  constructor(
    client: ECSClient,
    configuration: ContainerConfiguration,
    options: TaskDefinitionsOptions = {},
  ) {
    this.client = client;
    this.configuration = configuration;
    this.wait = options.wait ?? ((seconds) => waitMilliseconds(seconds * 1000));
    this.random = options.random ?? Math.random;
  }

  /**
   * The ARN of the workspace's only active revision, with the names of its containers. It is registered unless the one
   * that is there is the same. Registering is limited to one a second in the account. Throws InstallationError, RetryableError.
   */
  async revisionFor(
    key: WorkspaceKey,
    input: RevisionInput,
  ): Promise<{ taskDefinition: string; containers: string[] }> {
    const revision = revisionOf(key, await this.base(), input, this.configuration.fileSystemId);
    const digest = digestOf(revision);
    const arn = (await this.latest(key, digest)) ?? (await this.register(key, revision, digest));
    // Also where nothing was registered: a start that crashed may have come only so far.
    await this.deregisterOlder(key, arn);
    const containers = revision.containerDefinitions?.map(({ name = '' }) => name) ?? [];
    return { taskDefinition: arn, containers };
  }

  /** The definition of that name or ARN; undefined if ECS has none. */
  async describe(taskDefinition: string, what: string, include: 'TAGS'[] = []) {
    try {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition, include });
      return await explainingThrottling(
        `ECS throttles DescribeTaskDefinition for ${what}`,
        this.client.send(command),
      );
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  private async base(): Promise<TaskDefinition> {
    const { baseTaskDefinition, fileSystemId } = this.configuration;
    if (!baseTaskDefinition) {
      throw new InstallationError(
        'ECS_TASK_DEFINITION is not set, expected the family or ARN of a task definition to start containers from',
      );
    }
    const base = (await this.describe(baseTaskDefinition, 'ECS_TASK_DEFINITION'))?.taskDefinition;
    const problem = problemOfBase(base, fileSystemId);
    if (base && !problem) return base;
    throw new InstallationError(`ECS_TASK_DEFINITION is ${baseTaskDefinition}, which ${problem}`);
  }

  /** The ARN of the latest active revision, if it is the same as what would be registered. */
  private async latest(key: WorkspaceKey, digest: string): Promise<string | undefined> {
    const latest = await this.describe(familyOf(key), showKey(key), ['TAGS']);
    const isSame = latest?.tags?.some((tag) => tag.key === DIGEST_TAG && tag.value === digest);
    return isSame && latest?.taskDefinition?.status === 'ACTIVE'
      ? latest.taskDefinition.taskDefinitionArn
      : undefined;
  }

  private async register(
    key: WorkspaceKey,
    revision: RegisterTaskDefinitionCommandInput,
    digest: string,
  ): Promise<string> {
    const tags = [
      { key: 'workspace-cleanup:clientId', value: key.clientId },
      { key: 'workspace-cleanup:userId', value: key.userId },
      { key: DIGEST_TAG, value: digest },
    ];
    try {
      const { taskDefinition } = await explainingThrottling(
        `ECS throttles RegisterTaskDefinition for ${showKey(key)}`,
        this.sendPatiently(new RegisterTaskDefinitionCommand({ ...revision, tags })),
      );
      if (taskDefinition?.taskDefinitionArn) return taskDefinition.taskDefinitionArn;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw new InstallationError(
        `ECS_TASK_DEFINITION is ${this.configuration.baseTaskDefinition}, of which ECS takes no copy for Fargate: mend it. ECS says: ${error.message}`,
        { cause: error },
      );
    }
    throw new RetryableError(`ECS registered no task definition for ${showKey(key)}`);
  }

  /** Waits up to 1 s, 2 s, 4 s and 8 s for what the SDK does not wait for: other revisions of the same family. */
  private async sendPatiently(command: RegisterTaskDefinitionCommand) {
    for (let attempt = 1; attempt < REGISTER_ATTEMPTS; attempt++) {
      try {
        return await this.client.send(command);
      } catch (error) {
        if (!isTooManyRevisions(error)) throw error;
        await this.wait(2 ** (attempt - 1) * this.random());
      }
    }
    return this.client.send(command);
  }

  /** Tasks that run are not touched by it. What cannot be done now is done by the next start. */
  private async deregisterOlder(key: WorkspaceKey, kept: string): Promise<void> {
    try {
      const older = await this.activeBefore(key, kept);
      for (const taskDefinition of older.slice(0, DEREGISTER_LIMIT)) {
        await this.client.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
      }
    } catch (error) {
      // Refused: another start of the same workspace has done it meanwhile.
      if (!isThrottling(error) && !isRefusal(error)) throw error;
    }
  }

  /** Those of exactly this family. A newer one than `kept` is another start's. */
  private async activeBefore(key: WorkspaceKey, kept: string): Promise<string[]> {
    const family = familyOf(key);
    const newest = familyAndRevision(kept)?.revision ?? 0;
    const older: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.client.send(
        new ListTaskDefinitionsCommand({
          familyPrefix: family,
          status: 'ACTIVE',
          ...(nextToken && { nextToken }),
        }),
      );
      for (const arn of page.taskDefinitionArns ?? []) {
        const listed = familyAndRevision(arn);
        if (listed?.family === family && listed.revision < newest) older.push(arn);
      }
      nextToken = page.nextToken;
    } while (nextToken);
    return older;
  }
}
