import type { Clients } from '../aws/clients.ts';
import { DynamoDBPosixUids } from '../aws/dynamodb-posix-uids.ts';
import { EcsTasks } from '../aws/ecs-tasks.ts';
import { EfsAccessPoints } from '../aws/efs-access-points.ts';
import type { ConfigurationParts, PartName } from '../core/configuration-parts.ts';

/** What finds, stops and starts containers, and makes and removes the doors to their homes. */
export const CONTAINERS = [
  'fileSystemId',
  'cluster',
  'baseTaskDefinition',
  'subnets',
  'securityGroups',
  'workspaceUidsTable',
] as const satisfies readonly PartName[];

export function containersOf(
  configuration: Pick<ConfigurationParts, (typeof CONTAINERS)[number]>,
  { dynamodb, ecs, efs }: Pick<Clients, 'dynamodb' | 'ecs' | 'efs'>,
) {
  return {
    tasks: new EcsTasks(ecs, configuration),
    accessPoints: new EfsAccessPoints(efs, configuration.fileSystemId),
    posixUids: new DynamoDBPosixUids(dynamodb, configuration.workspaceUidsTable),
  };
}
