import type { ContainerDefinition, KeyValuePair, Task } from '@aws-sdk/client-ecs';
import { type WorkspaceKey, workspaceReference } from '../core/workspace-key.ts';
import { familyAndRevision, familyOf } from './ecs-revision.ts';
import type { EcsTaskDefinitions } from './ecs-task-definitions.ts';

/**
 * Whether ECS says that the task is this workspace's: by who it was started for, by its family, or, for those that a
 * launcher runs in its own way, by the environment of its containers. None of them is in a container's own power.
 */
export async function isTaskOf(
  key: WorkspaceKey,
  task: Task,
  definitions: Pick<EcsTaskDefinitions, 'describe'>,
): Promise<boolean> {
  const { startedBy, taskDefinitionArn = '' } = task;
  if (startedBy === workspaceReference(key)) return true;
  if (familyAndRevision(taskDefinitionArn)?.family === familyOf(key)) return true;
  const described = await definitions.describe(taskDefinitionArn, task.taskArn ?? 'a reported task');
  return saysOf(key, described?.taskDefinition?.containerDefinitions ?? [], task);
}

/** At least one container says both ids, and none says another. */
function saysOf(key: WorkspaceKey, containers: readonly ContainerDefinition[], { overrides }: Task): boolean {
  const said = containers.map(({ name, environment = [] }) => {
    const override = overrides?.containerOverrides?.find((one) => one.name === name);
    const { CLIENT_ID, USER_ID } = Object.fromEntries(
      [...environment, ...(override?.environment ?? [])].map((pair: KeyValuePair) => [pair.name, pair.value]),
    );
    return { clientId: CLIENT_ID, userId: USER_ID };
  });
  const isOurs = ({ clientId, userId }: { clientId: unknown; userId: unknown }) =>
    clientId === key.clientId && userId === key.userId;
  const isSilent = ({ clientId, userId }: { clientId: unknown; userId: unknown }) =>
    clientId === undefined && userId === undefined;
  return said.some(isOurs) && said.every((one) => isOurs(one) || isSilent(one));
}
