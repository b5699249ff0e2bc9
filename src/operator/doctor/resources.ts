import {
  type Cluster,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import { DescribeFileSystemsCommand, FileSystemNotFound } from '@aws-sdk/client-efs';
import { problemOfBase } from '../../aws/ecs-revision.ts';
import { EfsFileSystems } from '../../aws/efs-file-systems.ts';
import type { Configuration } from '../../core/configuration.ts';
import { parsePolicy, problemsOfPolicy } from '../../core/file-system-policy.ts';
import { attempt } from './attempt.ts';
import type { OperatorClients } from './clients.ts';
import type { Finding, Judgement } from './finding.ts';

type Place = Pick<Configuration, 'cluster' | 'fileSystemId' | 'baseTaskDefinition'>;

/** What workspaces are made of, and what was there before this system: cluster, base task definition, file system. */
export function lookAtResources(
  clients: Pick<OperatorClients, 'ecs' | 'efs'>,
  place: Place,
  endpoint: string | undefined,
): Promise<Finding[]> {
  return Promise.all([
    lookAtCluster(clients, place, endpoint),
    lookAtBase(clients, place, endpoint),
    lookAtFileSystem(clients, place, endpoint),
    lookAtFileSystemPolicy(clients, place, endpoint),
  ]);
}

function lookAtCluster(
  { ecs }: Pick<OperatorClients, 'ecs'>,
  { cluster }: Place,
  endpoint: string | undefined,
) {
  return attempt(
    { check: 'cluster', subject: cluster, needs: 'ecs:DescribeClusters' },
    endpoint,
    async () => {
      const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
      return judgeCluster(clusters[0]);
    },
  );
}

/** A cluster that is INACTIVE has been deleted. */
export function judgeCluster(cluster: Cluster | undefined): Judgement {
  if (cluster?.status === 'ACTIVE') return { result: 'ok', seen: 'ACTIVE' };
  const seen = cluster === undefined ? 'there is no such cluster' : `it is ${cluster.status}`;
  return { result: 'wrong', seen, todo: 'make it, or name the right one: ECS_CLUSTER_NAME, and deploy' };
}

function lookAtBase(
  { ecs }: Pick<OperatorClients, 'ecs'>,
  { baseTaskDefinition: base, fileSystemId }: Place,
  endpoint: string | undefined,
): Promise<Finding> {
  const subject = { check: 'base task', subject: base ?? 'none', needs: 'ecs:DescribeTaskDefinition' };
  return attempt(subject, endpoint, async () => {
    if (base === undefined) return { result: 'ok', seen: 'this stage starts no containers' };
    try {
      const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: base }));
      return judgeBase(taskDefinition, fileSystemId);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ClientException') throw error;
      return judgeBase(undefined, fileSystemId);
    }
  });
}

/** Whether containers can be made from it. */
export function judgeBase(base: TaskDefinition | undefined, fileSystemId: string): Judgement {
  const problem = problemOfBase(base, fileSystemId);
  if (problem === undefined)
    return { result: 'ok', seen: `revision ${base?.revision}, mounts ${fileSystemId}` };
  return {
    result: 'wrong',
    seen: `the base task definition ${problem}`,
    todo: 'see ECS_TASK_DEFINITION in the README',
  };
}

function lookAtFileSystem(
  { efs }: Pick<OperatorClients, 'efs'>,
  { fileSystemId }: Place,
  endpoint: string | undefined,
) {
  const needs = 'elasticfilesystem:DescribeFileSystems';
  return attempt({ check: 'file system', subject: fileSystemId, needs }, endpoint, async () => {
    try {
      const { FileSystems = [] } = await efs.send(
        new DescribeFileSystemsCommand({ FileSystemId: fileSystemId }),
      );
      return judgeFileSystem(FileSystems[0]?.LifeCycleState);
    } catch (error) {
      if (error instanceof FileSystemNotFound) return judgeFileSystem(undefined);
      throw error;
    }
  });
}

/** One that is being updated serves all the same. */
export function judgeFileSystem(state: string | undefined): Judgement {
  if (state === 'available' || state === 'updating') return { result: 'ok', seen: state };
  const seen = state === undefined ? 'there is no such file system' : `it is ${state}`;
  return { result: 'wrong', seen, todo: 'name the right one: EFS_FILE_SYSTEM_ID, and deploy' };
}

function lookAtFileSystemPolicy(
  { efs }: Pick<OperatorClients, 'efs'>,
  { fileSystemId }: Place,
  endpoint: string | undefined,
) {
  const needs = 'elasticfilesystem:DescribeFileSystemPolicy';
  return attempt({ check: 'homes apart', subject: fileSystemId, needs }, endpoint, async () => {
    const { policy, arn } = await new EfsFileSystems(efs).read(fileSystemId);
    return judgeApart(
      problemsOfPolicy(policy === undefined ? undefined : parsePolicy(policy, fileSystemId), arn),
    );
  });
}

/** Whether a file system is mounted through access points and TLS alone. */
export function judgeApart(problems: readonly string[]): Judgement {
  if (problems.length === 0) return { result: 'ok', seen: 'mounts take an access point and TLS' };
  const todo = 'workspacectl secure-filesystem --check, then --apply';
  return { result: 'look', seen: problems.join('; '), todo };
}
