import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  AccessPointAlreadyExists,
  type AccessPointDescription,
  AccessPointLimitExceeded,
  AccessPointNotFound,
  BadRequest,
  CreateAccessPointCommand,
  DeleteAccessPointCommand,
  DescribeAccessPointsCommand,
  type DescribeAccessPointsCommandInput,
  type EFSClient,
  FileSystemNotFound,
  IncorrectFileSystemLifeCycleState,
} from '@aws-sdk/client-efs';
import { InstallationError, InvariantError, RetryableError } from '../core/errors.ts';
import { showKey, type WorkspaceKey, workspacePath, workspaceReference } from '../core/workspace-key.ts';
import type { AccessPoints, FoundAccess } from '../ports.ts';
import { explainThrottling } from './service-errors.ts';

/** The group of all workspaces; the user differs. */
const WORKSPACE_GROUP = 1000;
/** EFS names no largest page; this one is what its own CSI driver asks for. */
const PAGE_SIZE = 1000;
/** Between looks at one that is being created, 8 s in all. It usually is ready at the second look. */
const READY_WAITS_MS = [100, 200, 400, 800, 1_300, 1_300, 1_300, 1_300, 1_300];

/** By which tags an access point says whose it is. */
export const CLIENT_TAG = 'workspace-cleanup:clientId';
export const USER_TAG = 'workspace-cleanup:userId';

/** Access points of one EFS file system. */
export class EfsAccessPoints implements AccessPoints {
  private readonly client: EFSClient;
  private readonly fileSystemId: string;
  private readonly wait: (milliseconds: number) => Promise<unknown>;

  constructor(
    client: EFSClient,
    fileSystemId: string,
    wait: (milliseconds: number) => Promise<unknown> = setTimeout,
  ) {
    this.client = client;
    this.fileSystemId = fileSystemId;
    this.wait = wait;
  }

  /** Throws RetryableError while EFS is busy with it, InstallationError where an operator has to act. */
  async ensure(key: WorkspaceKey, posixUid: number, known?: string): Promise<string> {
    const existing = known === undefined ? undefined : await this.describe(known);
    if (existing?.AccessPointId && existing.LifeCycleState === 'available' && this.leadsHome(existing, key)) {
      return existing.AccessPointId;
    }
    const id = await this.create(key, posixUid);
    for (const waitMilliseconds of READY_WAITS_MS) {
      if (await this.isReady(id, key, posixUid)) return id;
      await this.wait(waitMilliseconds);
    }
    if (await this.isReady(id, key, posixUid)) return id;
    throw new RetryableError(
      `access point ${id} of ${showKey(key)} is still being created, expected it to be available by now`,
    );
  }

  async look(key: WorkspaceKey, accessPoint: string): Promise<'own' | 'foreign' | 'absent'> {
    const existing = await this.describe(accessPoint);
    if (existing === undefined) return 'absent';
    return this.leadsHome(existing, key) ? 'own' : 'foreign';
  }

  /** Reads all access points of the file system: EFS finds them neither by tag nor by path. */
  async find(key: WorkspaceKey, known: string | undefined): Promise<FoundAccess> {
    const listed = await this.list();
    const isListed = listed.some(({ AccessPointId }) => AccessPointId === known);
    const unlisted = known === undefined || isListed ? undefined : await this.describe(known);
    const found: FoundAccess = { own: [], foreign: [] };
    for (const accessPoint of unlisted ? [...listed, unlisted] : listed) {
      const { AccessPointId: id, PosixUser } = accessPoint;
      if (id === undefined) continue;
      if (this.isOwn(accessPoint, key)) found.own.push({ id, posixUid: PosixUser?.Uid });
      else if (id === known || hasTagsOf(accessPoint, key)) found.foreign.push(id);
    }
    return found;
  }

  async remove(accessPoint: string): Promise<void> {
    try {
      await this.client.send(new DeleteAccessPointCommand({ AccessPointId: accessPoint }));
    } catch (error) {
      if (error instanceof AccessPointNotFound) return;
      throw explainThrottling(error, `EFS throttles DeleteAccessPoint for ${accessPoint}`);
    }
  }

  /** The token makes it idempotent: a second call gets the first one's access point. */
  private async create(key: WorkspaceKey, uid: number): Promise<string> {
    const path = workspacePath(key);
    try {
      const { AccessPointId } = await this.client.send(
        new CreateAccessPointCommand({
          ClientToken: createHash('sha256')
            .update(`${this.fileSystemId} ${workspaceReference(key)} ${uid}`)
            .digest('hex'),
          FileSystemId: this.fileSystemId,
          PosixUser: { Uid: uid, Gid: WORKSPACE_GROUP },
          RootDirectory: {
            Path: path,
            CreationInfo: { OwnerUid: uid, OwnerGid: WORKSPACE_GROUP, Permissions: '0755' },
          },
          Tags: [
            { Key: 'Name', Value: path },
            { Key: CLIENT_TAG, Value: key.clientId },
            { Key: USER_TAG, Value: key.userId },
          ],
        }),
      );
      if (AccessPointId !== undefined) return AccessPointId;
    } catch (error) {
      if (error instanceof AccessPointAlreadyExists && error.AccessPointId) return error.AccessPointId;
      throw this.explain(error, `CreateAccessPoint for ${showKey(key)}`);
    }
    throw new InvariantError(`EFS created an access point for ${showKey(key)} without an id`);
  }

  /** Whether the access point that we have made, or found by its token, is ready for use. Throws where it will never be. */
  private async isReady(id: string, key: WorkspaceKey, posixUid: number): Promise<boolean> {
    const created = await this.describe(id);
    if (!created) {
      throw new RetryableError(
        `access point ${id} of ${showKey(key)} is not there yet, or AWS is still deleting it; expected it to be available`,
      );
    }
    if (!this.leadsHome(created, key) || created.PosixUser?.Uid !== posixUid) {
      throw new InvariantError(
        `access point ${id} of ${showKey(key)} leads to ${created.RootDirectory?.Path} on ${created.FileSystemId} as user ${created.PosixUser?.Uid}, expected ${workspacePath(key)} on ${this.fileSystemId} as user ${posixUid}`,
      );
    }
    if (created.LifeCycleState !== 'error') return created.LifeCycleState === 'available';
    await this.remove(id);
    throw new RetryableError(
      `access point ${id} of ${showKey(key)} was in state error and is being deleted, expected it to be available`,
    );
  }

  private async list(): Promise<AccessPointDescription[]> {
    const listed: AccessPointDescription[] = [];
    let NextToken: string | undefined;
    do {
      const page = await this.send({
        FileSystemId: this.fileSystemId,
        MaxResults: PAGE_SIZE,
        ...(NextToken && { NextToken }),
      });
      listed.push(...(page.AccessPoints ?? []).filter((one) => !isGone(one)));
      NextToken = page.NextToken;
    } while (NextToken);
    return listed;
  }

  private async describe(accessPoint: string): Promise<AccessPointDescription | undefined> {
    try {
      const { AccessPoints } = await this.send({ AccessPointId: accessPoint });
      return AccessPoints?.find((one) => !isGone(one));
    } catch (error) {
      // A row may name what no access point can be called: EFS then answers BadRequest.
      if (error instanceof AccessPointNotFound || error instanceof BadRequest) return undefined;
      throw error;
    }
  }

  private async send(input: DescribeAccessPointsCommandInput) {
    try {
      return await this.client.send(new DescribeAccessPointsCommand(input));
    } catch (error) {
      throw this.explain(error, `DescribeAccessPoints for ${input.AccessPointId ?? this.fileSystemId}`);
    }
  }

  /** The error to throw for what EFS answered to `call`. */
  private explain(error: unknown, call: string): unknown {
    const id = this.fileSystemId;
    if (error instanceof FileSystemNotFound) {
      return new InstallationError(
        `EFS_FILE_SYSTEM_ID is ${id}, expected a file system of this account and Region: set it to the one that holds the homes, and deploy again`,
        { cause: error },
      );
    }
    if (error instanceof AccessPointLimitExceeded) {
      return new InstallationError(
        `file system ${id} has all the access points that its quota allows (10,000 unless it was raised): raise the quota of access points for each file system, or archive or terminate workspaces that are not needed`,
        { cause: error },
      );
    }
    if (error instanceof IncorrectFileSystemLifeCycleState) {
      return new RetryableError(
        `file system ${id} is in a state that takes no ${call}, expected it to be available`,
        {
          cause: error,
        },
      );
    }
    return explainThrottling(error, `EFS throttles ${call}`);
  }

  /** It leads to exactly this workspace's home on exactly our file system. */
  private leadsHome({ FileSystemId, RootDirectory }: AccessPointDescription, key: WorkspaceKey): boolean {
    return FileSystemId === this.fileSystemId && RootDirectory?.Path === workspacePath(key);
  }

  /** It leads into this workspace's home, or is said to be this workspace's and leads into nobody else's. */
  private isOwn(accessPoint: AccessPointDescription, key: WorkspaceKey): boolean {
    if (accessPoint.FileSystemId !== this.fileSystemId) return false;
    const [root, clientId, userId] = (accessPoint.RootDirectory?.Path ?? '/')
      .split('/')
      .filter((part) => part !== '');
    const isInHome = root === 'workspace' && clientId !== undefined && userId !== undefined;
    if (isInHome) return clientId === key.clientId && userId === key.userId;
    return hasTagsOf(accessPoint, key);
  }
}

/** One that is being deleted is gone: it can be neither used nor kept. */
export function isGone({ LifeCycleState }: AccessPointDescription): boolean {
  return LifeCycleState === 'deleting' || LifeCycleState === 'deleted';
}

function hasTagsOf({ Tags = [] }: AccessPointDescription, { clientId, userId }: WorkspaceKey): boolean {
  const says = (name: string, value: string) => Tags.some((tag) => tag.Key === name && tag.Value === value);
  return says(CLIENT_TAG, clientId) && says(USER_TAG, userId);
}
