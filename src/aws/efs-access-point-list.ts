import {
  type AccessPointDescription,
  DescribeAccessPointsCommand,
  type EFSClient,
} from '@aws-sdk/client-efs';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import type { AccessPointList, ListedAccessPoint } from '../ports.ts';
import { CLIENT_TAG, isGone, USER_TAG } from './efs-access-points.ts';
import { explainThrottling } from './service-errors.ts';

const PAGE_SIZE = 1_000;

/** All access points of one EFS file system: at most 10,000, unless the quota was raised. */
export class EfsAccessPointList implements AccessPointList {
  private readonly client: EFSClient;
  private readonly fileSystemId: string;

  constructor(client: EFSClient, fileSystemId: string) {
    this.client = client;
    this.fileSystemId = fileSystemId;
  }

  async all(): Promise<ListedAccessPoint[]> {
    const listed: ListedAccessPoint[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.page(NextToken);
      for (const one of page.AccessPoints ?? []) {
        if (one.AccessPointId === undefined || isGone(one)) continue;
        listed.push({
          id: one.AccessPointId,
          path: one.RootDirectory?.Path ?? '/',
          posixUid: one.PosixUser?.Uid,
          tagged: taggedKey(one),
        });
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return listed;
  }

  private async page(NextToken: string | undefined) {
    try {
      return await this.client.send(
        new DescribeAccessPointsCommand({
          FileSystemId: this.fileSystemId,
          MaxResults: PAGE_SIZE,
          ...(NextToken && { NextToken }),
        }),
      );
    } catch (error) {
      throw explainThrottling(error, `EFS throttles DescribeAccessPoints for ${this.fileSystemId}`);
    }
  }
}

function taggedKey({ Tags = [] }: AccessPointDescription): WorkspaceKey | undefined {
  const tagValue = (name: string) => Tags.find(({ Key }) => Key === name)?.Value;
  const [clientId, userId] = [tagValue(CLIENT_TAG), tagValue(USER_TAG)];
  return clientId === undefined || userId === undefined ? undefined : { clientId, userId };
}
