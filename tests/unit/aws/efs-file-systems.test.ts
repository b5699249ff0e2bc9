import {
  type EFSClient,
  FileSystemNotFound,
  IncorrectFileSystemLifeCycleState,
  InvalidPolicyException,
  PolicyNotFound,
  ThrottlingException,
} from '@aws-sdk/client-efs';
import { EfsFileSystems } from '../../../src/aws/efs-file-systems.ts';
import { InstallationError, InvariantError, RetryableError } from '../../../src/core/errors.ts';
import { type Answers, stubClient } from './stub-client.ts';

const ID = 'fs-0123456789abcdef0';
const ARN = `arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/${ID}`;
const details = { message: 'refused', ErrorCode: 'refused', $metadata: {} };
const throwing = (error: Error) => () => {
  throw error;
};
const named = (name: string, message: string, code?: string) =>
  Object.assign(new Error(message), { name, ...(code && { code }) });

function fileSystemsWith(answers: Answers = {}) {
  const { client, sent } = stubClient<EFSClient>({
    DescribeFileSystems: () => ({ FileSystems: [{ FileSystemArn: ARN, LifeCycleState: 'available' }] }),
    DescribeFileSystemPolicy: () => ({ FileSystemId: ID, Policy: '{"Statement":[]}' }),
    PutFileSystemPolicy: () => ({}),
    DescribeAccessPoints: () => ({ AccessPoints: [] }),
    ...answers,
  });
  return { fileSystems: new EfsFileSystems(client), sent };
}

test('a file system with its policy', async () => {
  const { fileSystems, sent } = fileSystemsWith();
  expect(await fileSystems.read(ID)).toEqual({ arn: ARN, state: 'available', policy: '{"Statement":[]}' });
  expect(sent.map(({ input }) => input)).toEqual([{ FileSystemId: ID }, { FileSystemId: ID }]);
});

test('a file system without a policy', async () => {
  const { fileSystems } = fileSystemsWith({
    DescribeFileSystemPolicy: throwing(new PolicyNotFound(details)),
  });
  expect((await fileSystems.read(ID)).policy).toBeUndefined();
});

test('an answer that names none', async () => {
  const { fileSystems } = fileSystemsWith({ DescribeFileSystems: () => ({ FileSystems: [] }) });
  await expect(fileSystems.read(ID)).rejects.toThrow(InvariantError);
});

test('a policy is put as it is', async () => {
  const { fileSystems, sent } = fileSystemsWith();
  await fileSystems.putPolicy(ID, '{}');
  expect(sent).toEqual([{ name: 'PutFileSystemPolicy', input: { FileSystemId: ID, Policy: '{}' } }]);
});

describe('shared access points', () => {
  const purge = { Tags: [{ Key: 'workspace-cleanup:purpose', Value: 'purge' }] };
  test.each<[string | undefined, object, boolean]>([
    ['/', {}, true],
    [undefined, {}, true],
    ['/workspace', {}, true],
    ['/workspace/', {}, true],
    ['/workspace/acme', {}, true],
    ['/workspace/acme/', {}, true],
    ['/workspace/acme/ada', {}, false],
    ['/workspace/acme/ada/project', {}, false],
    ['/backup', {}, false],
    ['/workspaces', {}, false],
    ['/workspace', purge, false],
    ['/', purge, true],
    ['/workspace/acme', purge, true],
    ['/workspace', { Tags: [{ Key: 'workspace-cleanup:purpose', Value: 'other' }] }, true],
    ['/', { LifeCycleState: 'deleting' }, false],
    ['/', { LifeCycleState: 'deleted' }, false],
  ])('%s with %j: %s', async (Path, changes, isShared) => {
    const AccessPoints = [{ AccessPointId: 'fsap-1', RootDirectory: Path && { Path }, ...changes }];
    const { fileSystems } = fileSystemsWith({ DescribeAccessPoints: () => ({ AccessPoints }) });
    expect(await fileSystems.sharedAccessPoints(ID)).toEqual(
      isShared ? [{ id: 'fsap-1', path: Path ?? '/' }] : [],
    );
  });

  test('over several pages', async () => {
    const pages: Record<string, unknown> = {
      first: { AccessPoints: [], NextToken: 'second' },
      second: { AccessPoints: [{ AccessPointId: 'fsap-2', RootDirectory: { Path: '/' } }] },
    };
    const { fileSystems } = fileSystemsWith({
      DescribeAccessPoints: ({ NextToken = 'first' }) => pages[NextToken],
    });
    expect(await fileSystems.sharedAccessPoints(ID)).toEqual([{ id: 'fsap-2', path: '/' }]);
  });
});

type Kind = new (...given: never[]) => Error;

test.each<[Error, Kind, string]>([
  [
    new FileSystemNotFound(details),
    InstallationError,
    `there is no file system ${ID} in this account and Region`,
  ],
  [
    new IncorrectFileSystemLifeCycleState(details),
    RetryableError,
    `file system ${ID} takes no PutFileSystemPolicy`,
  ],
  [new InvalidPolicyException(details), InstallationError, `EFS refuses the policy for ${ID}: refused`],
  [new ThrottlingException(details), RetryableError, `EFS throttles PutFileSystemPolicy for ${ID}`],
  [
    named('AccessDeniedException', 'User: x is not authorized'),
    InstallationError,
    `PutFileSystemPolicy of ${ID} failed: User: x is not authorized; let this identity call elasticfilesystem:PutFileSystemPolicy`,
  ],
  [named('CredentialsProviderError', 'Could not load'), InstallationError, 'give credentials by AWS_PROFILE'],
  [
    named('ExpiredTokenException', ''),
    InstallationError,
    'failed: ExpiredTokenException; AWS takes these credentials no',
  ],
  [named('UnrecognizedClientException', 'invalid'), InstallationError, 'sign in again'],
  [named('Error', 'Region is missing'), InstallationError, 'set AWS_REGION'],
  [
    named('Error', 'connect ECONNREFUSED', 'ECONNREFUSED'),
    InstallationError,
    'EFS could not be reached: check',
  ],
  [named('TimeoutError', 'too slow'), InstallationError, 'EFS could not be reached'],
  [named('TypeError', 'odd'), Error, 'odd'],
])('%s is told', async (error, kind, message) => {
  const put = fileSystemsWith({ PutFileSystemPolicy: throwing(error) }).fileSystems.putPolicy(ID, '{}');
  await expect(put).rejects.toThrow(kind);
  await expect(put).rejects.toThrow(message);
});

test('every call tells its errors', async () => {
  const error = named('AccessDeniedException', 'no');
  for (const operation of ['DescribeFileSystems', 'DescribeFileSystemPolicy']) {
    const { fileSystems } = fileSystemsWith({ [operation]: throwing(error) });
    await expect(fileSystems.read(ID)).rejects.toThrow(
      `let this identity call elasticfilesystem:${operation}`,
    );
  }
  const { fileSystems } = fileSystemsWith({ DescribeAccessPoints: throwing(error) });
  await expect(fileSystems.sharedAccessPoints(ID)).rejects.toThrow('elasticfilesystem:DescribeAccessPoints');
});
