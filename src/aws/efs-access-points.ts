import { createHash } from 'node:crypto';
import {
  AccessPointAlreadyExists,
  type AccessPointDescription,
  AccessPointNotFound,
  CreateAccessPointCommand,
  DeleteAccessPointCommand,
  DescribeAccessPointsCommand,
  type EFSClient,
} from '@aws-sdk/client-efs';
import { InvariantError, RetryableError } from '../core/errors.ts';
import { showKey, type WorkspaceKey, workspacePath, workspaceReference } from '../core/workspace-key.ts';
import type { AccessPoints } from '../ports.ts';

/** The group of all workspaces; the user differs. */
const WORKSPACE_GROUP = 1000;
const LOWEST_UID = 10_000;
const HIGHEST_UID = 4_294_967_293;

/** The user that owns a workspace's files, from 10000 to 4294967293. */
export function uidOf(key: WorkspaceKey): number {
  const hash = createHash('sha256').update(workspaceReference(key)).digest().readUIntBE(0, 6);
  return LOWEST_UID + (hash % (HIGHEST_UID - LOWEST_UID + 1));
}

/** Access points of one EFS file system. */
export class EfsAccessPoints implements AccessPoints {
  private readonly client: EFSClient;
  private readonly fileSystemId: string;

  constructor(client: EFSClient, fileSystemId: string) {
    this.client = client;
    this.fileSystemId = fileSystemId;
  }

  async ensure(key: WorkspaceKey, known?: string): Promise<string> {
    const existing = known === undefined ? undefined : await this.describe(known);
    if (existing?.AccessPointId !== undefined && this.leadsHome(existing, key)) return existing.AccessPointId;
    const id = await this.create(key);
    const created = await this.describe(id);
    if (!created) {
      throw new RetryableError(
        `access point ${id} of ${showKey(key)} is not there yet, or still being deleted; expected it to be available`,
      );
    }
    if (this.leadsHome(created, key)) return id;
    throw new InvariantError(
      `access point ${id} of ${showKey(key)} leads to ${created.RootDirectory?.Path} on ${created.FileSystemId}, expected ${workspacePath(key)} on ${this.fileSystemId}`,
    );
  }

  async isOurs(key: WorkspaceKey, accessPoint: string): Promise<boolean> {
    const existing = await this.describe(accessPoint);
    return existing !== undefined && this.leadsHome(existing, key);
  }

  async remove(key: WorkspaceKey, known: string | undefined): Promise<'removed' | 'absent' | 'not-ours'> {
    if (known === undefined) return this.removeEach(await this.leadingHome(key));
    const existing = await this.describe(known);
    if (!existing) return 'absent';
    return this.leadsHome(existing, key) ? this.removeEach([known]) : 'not-ours';
  }

  private async removeEach(accessPoints: readonly string[]): Promise<'removed' | 'absent'> {
    let removed: 'removed' | 'absent' = 'absent';
    for (const AccessPointId of accessPoints) {
      try {
        await this.client.send(new DeleteAccessPointCommand({ AccessPointId }));
        removed = 'removed';
      } catch (error) {
        if (!(error instanceof AccessPointNotFound)) throw error;
      }
    }
    return removed;
  }

  /** Reads all of the file system, up to 10,000 in pages of 100: only for rows that were not made by us. */
  private async leadingHome(key: WorkspaceKey): Promise<string[]> {
    const found: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(
        new DescribeAccessPointsCommand({ FileSystemId: this.fileSystemId, ...(NextToken && { NextToken }) }),
      );
      for (const accessPoint of page.AccessPoints ?? []) {
        if (accessPoint.AccessPointId && this.leadsHome(accessPoint, key))
          found.push(accessPoint.AccessPointId);
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  }

  /** The token makes it idempotent: a second call gets the first one's access point. */
  private async create(key: WorkspaceKey): Promise<string> {
    const uid = uidOf(key);
    const path = workspacePath(key);
    try {
      const { AccessPointId } = await this.client.send(
        new CreateAccessPointCommand({
          ClientToken: createHash('sha256')
            .update(`${this.fileSystemId} ${workspaceReference(key)}`)
            .digest('hex'),
          FileSystemId: this.fileSystemId,
          PosixUser: { Uid: uid, Gid: WORKSPACE_GROUP },
          RootDirectory: {
            Path: path,
            CreationInfo: { OwnerUid: uid, OwnerGid: WORKSPACE_GROUP, Permissions: '0755' },
          },
          Tags: [
            { Key: 'Name', Value: path },
            { Key: 'workspace-cleanup:clientId', Value: key.clientId },
            { Key: 'workspace-cleanup:userId', Value: key.userId },
          ],
        }),
      );
      if (AccessPointId !== undefined) return AccessPointId;
      throw new InvariantError(`EFS created an access point for ${showKey(key)} without an id`);
    } catch (error) {
      if (error instanceof AccessPointAlreadyExists && error.AccessPointId) return error.AccessPointId;
      throw error;
    }
  }

  private async describe(accessPoint: string): Promise<AccessPointDescription | undefined> {
    try {
      const { AccessPoints } = await this.client.send(
        new DescribeAccessPointsCommand({ AccessPointId: accessPoint }),
      );
      const found = AccessPoints?.[0];
      // One that is being deleted is gone: it can be neither used nor kept.
      return found?.LifeCycleState === 'deleting' || found?.LifeCycleState === 'deleted' ? undefined : found;
    } catch (error) {
      if (error instanceof AccessPointNotFound) return undefined;
      throw error;
    }
  }

  /** It leads to exactly this workspace's home on exactly our file system. */
  private leadsHome({ FileSystemId, RootDirectory }: AccessPointDescription, key: WorkspaceKey): boolean {
    return FileSystemId === this.fileSystemId && RootDirectory?.Path === workspacePath(key);
  }
}
