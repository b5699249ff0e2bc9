import {
  type AccessPointDescription,
  DescribeAccessPointsCommand,
  DescribeFileSystemPolicyCommand,
  DescribeFileSystemsCommand,
  type EFSClient,
  FileSystemNotFound,
  IncorrectFileSystemLifeCycleState,
  InvalidPolicyException,
  PolicyNotFound,
  PutFileSystemPolicyCommand,
} from '@aws-sdk/client-efs';
import { InstallationError, InvariantError, RetryableError } from '../core/errors.ts';
import { explainThrottling } from './service-errors.ts';

const PAGE_SIZE = 1000;

/** A file system as it is now. */
export interface FileSystem {
  arn: string;
  /** e.g. `available`. */
  state: string;
  /** Its own policy as JSON; undefined if it has none, which lets everybody in. */
  policy: string | undefined;
}

/** An access point that leads to the homes of several workspaces. */
export interface SharedAccessPoint {
  id: string;
  /** `/`, `/workspace` or `/workspace/<clientId>`. */
  path: string;
}

/**
 * EFS file systems and their policies, for an operator: every error says in a sentence what was asked for, what came of
 * it and what to do.
 */
export class EfsFileSystems {
  private readonly client: EFSClient;

  constructor(client: EFSClient) {
    this.client = client;
  }

  async read(id: string): Promise<FileSystem> {
    const { FileSystems } = await explained('DescribeFileSystems', id, () =>
      this.client.send(new DescribeFileSystemsCommand({ FileSystemId: id })),
    );
    const found = FileSystems?.[0];
    if (!found?.FileSystemArn) throw new InvariantError(`EFS described file system ${id} without its ARN`);
    const policy = await this.readPolicy(id);
    return { arn: found.FileSystemArn, state: found.LifeCycleState ?? 'unknown', policy };
  }

  async readPolicy(id: string): Promise<string | undefined> {
    return explained('DescribeFileSystemPolicy', id, async () => {
      try {
        return (await this.client.send(new DescribeFileSystemPolicyCommand({ FileSystemId: id }))).Policy;
      } catch (error) {
        if (error instanceof PolicyNotFound) return undefined;
        throw error;
      }
    });
  }

  /** Replaces the whole policy. */
  async putPolicy(id: string, policy: string): Promise<void> {
    await explained('PutFileSystemPolicy', id, () =>
      this.client.send(new PutFileSystemPolicyCommand({ FileSystemId: id, Policy: policy })),
    );
  }

  /** Those that lead to more than one home, except for the one of the function that deletes files. */
  async sharedAccessPoints(id: string): Promise<SharedAccessPoint[]> {
    const shared: SharedAccessPoint[] = [];
    let NextToken: string | undefined;
    do {
      const command = new DescribeAccessPointsCommand({
        FileSystemId: id,
        MaxResults: PAGE_SIZE,
        ...(NextToken && { NextToken }),
      });
      const page = await explained('DescribeAccessPoints', id, () => this.client.send(command));
      for (const accessPoint of page.AccessPoints ?? []) {
        if (isShared(accessPoint)) {
          shared.push({ id: accessPoint.AccessPointId ?? '', path: pathOf(accessPoint) });
        }
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return shared;
  }
}

function pathOf({ RootDirectory }: AccessPointDescription): string {
  return RootDirectory?.Path ?? '/';
}

function isShared(accessPoint: AccessPointDescription): boolean {
  const { LifeCycleState, Tags = [] } = accessPoint;
  if (LifeCycleState === 'deleting' || LifeCycleState === 'deleted') return false;
  const [root, ...below] = pathOf(accessPoint)
    .split('/')
    .filter((part) => part !== '');
  if (root !== undefined && root !== 'workspace') return false;
  const isForPurge = Tags.some(({ Key, Value }) => Key === 'workspace-cleanup:purpose' && Value === 'purge');
  if (root !== undefined && below.length === 0) return !isForPurge;
  return below.length < 2;
}

/** Runs a call; what fails is thrown as an error that an operator can act upon. */
async function explained<Result>(
  operation: string,
  id: string,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw explain(error, operation, id);
  }
}

function explain(error: unknown, operation: string, id: string): unknown {
  if (!(error instanceof Error)) return error;
  const cause = { cause: error };
  if (error instanceof FileSystemNotFound) {
    return new InstallationError(
      `there is no file system ${id} in this account and Region, expected one: check EFS_FILE_SYSTEM_ID or --file-system, AWS_REGION and AWS_PROFILE`,
      cause,
    );
  }
  if (error instanceof IncorrectFileSystemLifeCycleState) {
    return new RetryableError(
      `file system ${id} takes no ${operation} in its present state, try again later`,
      cause,
    );
  }
  if (error instanceof InvalidPolicyException) {
    return new InstallationError(`EFS refuses the policy for ${id}: ${error.message}`, cause);
  }
  const advice = adviceOn(error, operation);
  if (advice === undefined) return explainThrottling(error, `EFS throttles ${operation} for ${id}`);
  return new InstallationError(
    `${operation} of ${id} failed: ${error.message || error.name}; ${advice}`,
    cause,
  );
}

/** What an operator can do about what the SDK or the network says; undefined if it is nothing of theirs. */
function adviceOn(error: Error, operation: string): string | undefined {
  const { name, message } = error;
  const { code } = error as NodeJS.ErrnoException;
  if (/^AccessDenied|^Unauthorized|^NotAuthorized/.test(name)) {
    return `let this identity call elasticfilesystem:${operation}`;
  }
  if (name === 'CredentialsProviderError') {
    return 'give credentials by AWS_PROFILE, or by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  }
  if (
    /^(UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidSignature|SignatureDoesNotMatch)/.test(
      name,
    )
  ) {
    return 'AWS takes these credentials no more: sign in again, or check AWS_PROFILE and the keys';
  }
  if (message.includes('Region is missing')) return 'set AWS_REGION, e.g. AWS_REGION=eu-central-1';
  if (name === 'TimeoutError' || /^(ECONN|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ETIMEDOUT)/.test(code ?? '')) {
    return 'EFS could not be reached: check AWS_REGION, AWS_ENDPOINT_URL and the network';
  }
  return undefined;
}
