import { createHash } from 'node:crypto';
import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
  Volume,
} from '@aws-sdk/client-ecs';
import { efsVolumeConfiguration } from '../core/launch.ts';
import { keyOfReference, type WorkspaceKey, workspaceReference } from '../core/workspace-key.ts';
import type { TaskLaunch } from '../ports.ts';

/** The workspace's own task definition family, e.g. `workspace-acme__ada`. The doubled `_` stands in no reference. */
export function familyOf(key: WorkspaceKey): string {
  return `workspace-${workspaceReference(key).replace('/', '__')}`;
}

/** Whose family this is; undefined if it is none of a workspace's. */
export function keyOfFamily(family: string): WorkspaceKey | undefined {
  const [, reference] = /^workspace-(.+)$/.exec(family) ?? [];
  return reference === undefined ? undefined : keyOfReference(reference.replace('__', '/'));
}

/** Of a revision's ARN, e.g. `…:task-definition/workspace-acme__ada:3`. */
export function familyAndRevision(arn: string): { family: string; revision: number } | undefined {
  const [, family, revision] = /:task-definition\/([^/:]+):(\d+)$/.exec(arn) ?? [];
  return family === undefined ? undefined : { family, revision: Number(revision) };
}

/** What RunTask needs a revision for: an access point cannot be overridden there. */
export type RevisionInput = Pick<TaskLaunch, 'efsAccessPoint' | 'environment'>;

/** The base's settings that Fargate takes, beside its containers and volumes. */
const SETTINGS = [
  'taskRoleArn',
  'executionRoleArn',
  'networkMode',
  'cpu',
  'memory',
  'runtimePlatform',
  'ephemeralStorage',
  'pidMode',
  'proxyConfiguration',
  'enableFaultInjection',
] as const;

/** Why nothing can be started from it, and what to do, to follow "which"; undefined if it can. */
export function problemOfBase(base: TaskDefinition | undefined, fileSystemId: string): string | undefined {
  if (!base) return 'ECS does not know: register it, or name one that is there';
  if (base.status !== 'ACTIVE') return `is ${base.status}: register it anew, or name one that is ACTIVE`;
  const mounted = new Set(
    base.containerDefinitions?.flatMap(({ mountPoints }) => mountPoints?.map((mount) => mount.sourceVolume)),
  );
  const isHome = ({ name, efsVolumeConfiguration }: Volume) =>
    efsVolumeConfiguration?.fileSystemId === fileSystemId && mounted.has(name);
  if (base.volumes?.some(isHome)) return undefined;
  return `has no volume on ${fileSystemId} (EFS_FILE_SYSTEM_ID) that one of its containers mounts: add one for the home`;
}

/** The base's definition with this workspace's environment, and its own access point wherever our file system is. */
export function revisionOf(
  key: WorkspaceKey,
  base: TaskDefinition,
  { efsAccessPoint, environment }: RevisionInput,
  fileSystemId: string,
): RegisterTaskDefinitionCommandInput {
  const settings = SETTINGS.map((name) => [name, base[name]]).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(settings),
    family: familyOf(key),
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: base.containerDefinitions?.map((container) =>
      withEnvironment(container, environment),
    ),
    volumes: base.volumes?.map((volume) =>
      volume.efsVolumeConfiguration?.fileSystemId === fileSystemId
        ? { ...volume, efsVolumeConfiguration: efsVolumeConfiguration(fileSystemId, efsAccessPoint) }
        : volume,
    ),
  };
}

function withEnvironment(
  container: ContainerDefinition,
  environment: Record<string, string>,
): ContainerDefinition {
  const own = (container.environment ?? []).filter(
    ({ name }) => name === undefined || !Object.hasOwn(environment, name),
  );
  const all = [...own, ...Object.entries(environment).map(([name, value]) => ({ name, value }))];
  // Nobody promises an order, and another order would be another revision.
  return { ...container, environment: all.sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1)) };
}

/** The same for the same definition, in whatever order its members come. */
export function digestOf(revision: RegisterTaskDefinitionCommandInput): string {
  const sorted = (_: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return createHash('sha256').update(JSON.stringify(revision, sorted)).digest('hex');
}
