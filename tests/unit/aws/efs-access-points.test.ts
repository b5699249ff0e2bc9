import { AccessPointAlreadyExists, AccessPointNotFound, type EFSClient } from '@aws-sdk/client-efs';
import { EfsAccessPoints, uidOf } from '../../../src/aws/efs-access-points.ts';
import { InvariantError, RetryableError } from '../../../src/core/errors.ts';
import { OK_KEY } from '../../support/memory/ok-values.ts';
import { type Answers, stubClient } from './stub-client.ts';

const FILE_SYSTEM = 'fs-0123456789abcdef0';
const ours = {
  AccessPointId: 'fsap-1',
  FileSystemId: FILE_SYSTEM,
  RootDirectory: { Path: '/workspace/acme/ada' },
  LifeCycleState: 'available',
};
const notFound = () => {
  throw new AccessPointNotFound({ message: 'not found', ErrorCode: 'AccessPointNotFound', $metadata: {} });
};
const alreadyExists = (AccessPointId: string) => () => {
  throw new AccessPointAlreadyExists({
    message: 'exists',
    ErrorCode: 'AccessPointAlreadyExists',
    AccessPointId,
    $metadata: {},
  });
};

/** EFS with these access points. */
function accessPointsWith(existing: Record<string, unknown>[], answers: Answers = {}) {
  const { client, sent } = stubClient<EFSClient>({
    DescribeAccessPoints: ({ AccessPointId }) => {
      const found = existing.filter((accessPoint) => accessPoint.AccessPointId === AccessPointId);
      return found.length > 0 ? { AccessPoints: found } : notFound();
    },
    CreateAccessPoint: () => ({ AccessPointId: 'fsap-1' }),
    DeleteAccessPoint: () => ({}),
    ...answers,
  });
  const names = () => sent.map(({ name }) => name);
  return { accessPoints: new EfsAccessPoints(client, FILE_SYSTEM), sent, names };
}

describe('ensure', () => {
  test('one that is known and ours', async () => {
    const { accessPoints, names } = accessPointsWith([ours]);
    expect(await accessPoints.ensure(OK_KEY, 'fsap-1')).toBe('fsap-1');
    expect(names()).toEqual(['DescribeAccessPoints']);
  });

  test('a new one: its home, its user, and whose it is', async () => {
    const { accessPoints, sent } = accessPointsWith([ours]);
    expect(await accessPoints.ensure({ ...OK_KEY })).toBe('fsap-1');
    const uid = uidOf(OK_KEY);
    expect(sent[0]).toEqual({
      name: 'CreateAccessPoint',
      input: {
        ClientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
        FileSystemId: FILE_SYSTEM,
        PosixUser: { Uid: uid, Gid: 1000 },
        RootDirectory: {
          Path: '/workspace/acme/ada',
          CreationInfo: { OwnerUid: uid, OwnerGid: 1000, Permissions: '0755' },
        },
        Tags: [
          { Key: 'Name', Value: '/workspace/acme/ada' },
          { Key: 'workspace-cleanup:clientId', Value: 'acme' },
          { Key: 'workspace-cleanup:userId', Value: 'ada' },
        ],
      },
    });
  });

  test('the same token for the same workspace, another for another', async () => {
    const tokens = [];
    for (const userId of ['ada', 'ada', 'bob']) {
      const path = `/workspace/acme/${userId}`;
      const { accessPoints, sent } = accessPointsWith([{ ...ours, RootDirectory: { Path: path } }]);
      await accessPoints.ensure({ clientId: 'acme', userId });
      tokens.push(sent[0]?.input.ClientToken);
    }
    expect(tokens[0]).toBe(tokens[1]);
    expect(tokens[0]).not.toBe(tokens[2]);
  });

  test('one that exists already is taken', async () => {
    const existing = { ...ours, AccessPointId: 'fsap-2' };
    const { accessPoints } = accessPointsWith([existing], { CreateAccessPoint: alreadyExists('fsap-2') });
    expect(await accessPoints.ensure(OK_KEY)).toBe('fsap-2');
  });

  test.each([
    ['is gone', []],
    ['is being deleted', [{ ...ours, AccessPointId: 'known', LifeCycleState: 'deleting' }]],
    [
      'leads to somebody else',
      [{ ...ours, AccessPointId: 'known', RootDirectory: { Path: '/workspace/acme/bob' } }],
    ],
    [
      'leads above the workspace',
      [{ ...ours, AccessPointId: 'known', RootDirectory: { Path: '/workspace/acme' } }],
    ],
    ['leads to another file system', [{ ...ours, AccessPointId: 'known', FileSystemId: 'fs-ffffffff' }]],
  ])('one that is known and %s: a new one', async (_, existing) => {
    const { accessPoints, names } = accessPointsWith([ours, ...existing]);
    expect(await accessPoints.ensure(OK_KEY, 'known')).toBe('fsap-1');
    expect(names()).toContain('CreateAccessPoint');
  });

  test.each([
    ['to another path', { RootDirectory: { Path: '/workspace/acme/bob' } }],
    ['to another file system', { FileSystemId: 'fs-ffffffff' }],
  ])('one that leads %s is never handed out', async (_, change) => {
    const { accessPoints } = accessPointsWith([{ ...ours, ...change }], {
      CreateAccessPoint: alreadyExists('fsap-1'),
    });
    await expect(accessPoints.ensure(OK_KEY)).rejects.toThrow(InvariantError);
  });

  test('its predecessor is still being deleted: to be tried again', async () => {
    const going = { ...ours, LifeCycleState: 'deleting' };
    const { accessPoints } = accessPointsWith([going], { CreateAccessPoint: alreadyExists('fsap-1') });
    await expect(accessPoints.ensure(OK_KEY)).rejects.toThrow(RetryableError);
  });

  test('any other error is thrown', async () => {
    const throttled = () => {
      throw new Error('throttled');
    };
    await expect(
      accessPointsWith([], { CreateAccessPoint: throttled }).accessPoints.ensure(OK_KEY),
    ).rejects.toThrow('throttled');
    await expect(
      accessPointsWith([], { DescribeAccessPoints: throttled }).accessPoints.ensure(OK_KEY, 'x'),
    ).rejects.toThrow('throttled');
  });
});

describe('remove', () => {
  test('ours', async () => {
    const { accessPoints, sent } = accessPointsWith([ours]);
    expect(await accessPoints.remove(OK_KEY, 'fsap-1')).toBe('removed');
    expect(sent.at(-1)).toEqual({ name: 'DeleteAccessPoint', input: { AccessPointId: 'fsap-1' } });
  });

  test.each([
    ['the root of all', { RootDirectory: { Path: '/' } }],
    ['somebody else', { RootDirectory: { Path: '/workspace/acme/ada2' } }],
    ['nowhere that is said', { RootDirectory: undefined }],
    ['another file system', { FileSystemId: 'fs-ffffffff' }],
  ])('one that leads to %s is left alone', async (_, change) => {
    const { accessPoints, names } = accessPointsWith([{ ...ours, ...change }]);
    expect(await accessPoints.remove(OK_KEY, 'fsap-1')).toBe('not-ours');
    expect(names()).not.toContain('DeleteAccessPoint');
  });

  test.each([
    ['is gone', []],
    ['is being deleted', [{ ...ours, LifeCycleState: 'deleting' }]],
  ])('one that %s', async (_, existing) => {
    const { accessPoints, names } = accessPointsWith(existing);
    expect(await accessPoints.remove(OK_KEY, 'fsap-1')).toBe('absent');
    expect(names()).toEqual(['DescribeAccessPoints']);
  });

  test('somebody removes it at that moment', async () => {
    const { accessPoints } = accessPointsWith([ours], { DeleteAccessPoint: notFound });
    expect(await accessPoints.remove(OK_KEY, 'fsap-1')).toBe('absent');
  });
});

test('users are within what EFS takes, and no system users', () => {
  for (let index = 0; index < 2_000; index += 1) {
    const uid = uidOf({ clientId: 'acme', userId: `user-${index}` });
    expect(uid).toBeGreaterThanOrEqual(10_000);
    expect(uid).toBeLessThanOrEqual(4_294_967_293);
  }
});
