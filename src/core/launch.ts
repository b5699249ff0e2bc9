import { type WorkspaceKey, workspaceReference } from './workspace-key.ts';
import type { SubscriptionStatus, SubscriptionTier } from './workspace-row.ts';

/** What of the installation its containers have to know. */
export interface Installation {
  fileSystemId: string;
  workspaceStatusTable: string;
  /** Region of the table, e.g. `eu-central-1`. */
  region: string;
  /** Of the HTTP API, e.g. `https://abc123.execute-api.eu-central-1.amazonaws.com`; undefined where it is not known. */
  apiUrl: string | undefined;
}

/** A client's subscription, as a container is told. */
export interface ToldSubscription {
  status: SubscriptionStatus;
  tier: SubscriptionTier;
}

/** Everything that whoever runs a workspace's container needs to know. */
export interface Launch {
  efsAccessPoint: string;
  /** The container's environment. */
  environment: Record<string, string>;
  /** With this the container reports on its workspace: its environment's `WORKSPACE_TOKEN`. It is a secret for a day. */
  token: string;
  /** Of the volume that holds the home, in the task definition. */
  efsVolumeConfiguration: EfsVolumeConfiguration;
  /** Of the task, at RunTask: by this the task is found again. */
  startedBy: string;
}

/** As ECS takes it: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html */
export interface EfsVolumeConfiguration {
  fileSystemId: string;
  transitEncryption: 'ENABLED';
  authorizationConfig: { accessPointId: string; iam: 'ENABLED' };
}

/** A volume that leads to one home and nowhere else, encrypted on its way, mounted as the task's role. */
export function efsVolumeConfiguration(fileSystemId: string, accessPointId: string): EfsVolumeConfiguration {
  return {
    fileSystemId,
    transitEncryption: 'ENABLED',
    authorizationConfig: { accessPointId, iam: 'ENABLED' },
  };
}

/** How to run the container of a workspace whose home is behind `efsAccessPoint`. */
export function launchOf(
  key: WorkspaceKey,
  { status, tier }: ToldSubscription,
  { efsAccessPoint, token }: Pick<Launch, 'efsAccessPoint' | 'token'>,
  { fileSystemId, workspaceStatusTable, region, apiUrl }: Installation,
): Launch {
  return {
    efsAccessPoint,
    environment: {
      WORKSPACE_STATUS_TABLE: workspaceStatusTable,
      AWS_REGION: region,
      CLIENT_ID: key.clientId,
      USER_ID: key.userId,
      SUBSCRIPTION_STATUS: status,
      SUBSCRIPTION_TIER: tier,
      EFS_ACCESS_POINT: efsAccessPoint,
      ...(apiUrl !== undefined && { WORKSPACE_API_URL: apiUrl }),
    },
    token,
    efsVolumeConfiguration: efsVolumeConfiguration(fileSystemId, efsAccessPoint),
    startedBy: workspaceReference(key),
  };
}
