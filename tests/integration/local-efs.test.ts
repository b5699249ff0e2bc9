import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  AccessPointAlreadyExists,
  AccessPointLimitExceeded,
  AccessPointNotFound,
  BadRequest,
  CreateAccessPointCommand,
  type CreateAccessPointCommandInput,
  CreateFileSystemCommand,
  DeleteAccessPointCommand,
  DeleteFileSystemPolicyCommand,
  DescribeAccessPointsCommand,
  type DescribeAccessPointsCommandInput,
  DescribeFileSystemPolicyCommand,
  DescribeFileSystemsCommand,
  FileSystemAlreadyExists,
  FileSystemNotFound,
  InvalidPolicyException,
  ListTagsForResourceCommand,
  PolicyNotFound,
  PutFileSystemPolicyCommand,
  TagResourceCommand,
} from '@aws-sdk/client-efs';
import { useDataFolder } from '../support/data-folder.ts';
import { FILE_SYSTEM, type LocalServices, startLocalServices } from '../support/local-services.ts';

const folder = useDataFolder();
let local: LocalServices;

beforeEach(async () => {
  local = await startLocalServices({ dataDirectory: folder(), accessPointLimit: 3 });
});
afterEach(() => local.close());

const CreationInfo = { OwnerUid: 1000, OwnerGid: 1000, Permissions: '0750' };
const okAccessPoint: CreateAccessPointCommandInput = {
  ClientToken: 'alice',
  FileSystemId: FILE_SYSTEM,
  PosixUser: { Uid: 1000, Gid: 1000 },
  RootDirectory: { Path: '/acme/alice', CreationInfo },
  Tags: [{ Key: 'Name', Value: 'home of alice' }],
};
const create = (changes: Partial<CreateAccessPointCommandInput> = {}) =>
  local.clients.efs.send(new CreateAccessPointCommand({ ...okAccessPoint, ...changes }));
const describe = (input: DescribeAccessPointsCommandInput) =>
  local.clients.efs.send(new DescribeAccessPointsCommand(input));

test('an access point is created, described and deleted, and its directory stays', async () => {
  const { AccessPointId = '', ...created } = await create();
  expect(AccessPointId).toMatch(/^fsap-[0-9a-f]{17}$/);
  expect(created).toMatchObject({
    LifeCycleState: 'creating',
    Name: 'home of alice',
    OwnerId: '000000000000',
  });
  const { AccessPoints } = await describe({ AccessPointId });
  expect(AccessPoints).toMatchObject([{ ...okAccessPoint, AccessPointId, LifeCycleState: 'available' }]);

  const directory = local.efs.directoryOf(AccessPointId) ?? '';
  expect(directory).toBe(join(folder(), 'efs', FILE_SYSTEM, 'acme', 'alice'));
  expect(existsSync(directory)).toBe(false);
  expect(local.efs.mount(FILE_SYSTEM, AccessPointId)).toBe(directory);
  expect(statSync(directory).mode & 0o777).toBe(0o750);

  await local.clients.efs.send(new DeleteAccessPointCommand({ AccessPointId }));
  expect(existsSync(directory)).toBe(true);
  expect(local.efs.directoryOf(AccessPointId)).toBeUndefined();
  await expect(describe({ AccessPointId })).rejects.toThrow(AccessPointNotFound);
  await expect(local.clients.efs.send(new DeleteAccessPointCommand({ AccessPointId }))).rejects.toMatchObject(
    {
      name: 'AccessPointNotFound',
      ErrorCode: 'AccessPointNotFound',
      $metadata: { httpStatusCode: 404 },
    },
  );
});

test('the same client token gives the same access point, and refuses another request with its id', async () => {
  const { AccessPointId } = await create();
  expect((await create()).AccessPointId).toBe(AccessPointId);
  const other = create({ RootDirectory: { Path: '/acme/bob', CreationInfo } });
  await expect(other).rejects.toThrow(AccessPointAlreadyExists);
  await expect(other).rejects.toMatchObject({ AccessPointId, $metadata: { httpStatusCode: 409 } });
});

test('access points are listed by file system and page by page, up to the limit', async () => {
  const created = [await create(), await create({ ClientToken: 'b' }), await create({ ClientToken: 'c' })];
  const ids = created.map(({ AccessPointId }) => AccessPointId).sort();
  await expect(create({ ClientToken: 'd' })).rejects.toThrow(AccessPointLimitExceeded);
  const first = await describe({ FileSystemId: FILE_SYSTEM, MaxResults: 2 });
  expect(first.AccessPoints?.map(({ AccessPointId }) => AccessPointId)).toEqual(ids.slice(0, 2));
  const second = await describe({ FileSystemId: FILE_SYSTEM, NextToken: first.NextToken });
  expect(second.AccessPoints?.map(({ AccessPointId }) => AccessPointId)).toEqual(ids.slice(2));
  expect(second.NextToken).toBeUndefined();
  await expect(describe({ FileSystemId: 'fs-00000000000000000' })).rejects.toThrow(FileSystemNotFound);
});

test.each<[string, Partial<CreateAccessPointCommandInput>]>([
  ['a path of five levels', { RootDirectory: { Path: '/a/b/c/d/e' } }],
  ['a path of 101 characters', { RootDirectory: { Path: `/${'a'.repeat(100)}` } }],
  ['a path that climbs', { RootDirectory: { Path: '/acme/../bob' } }],
  ['a relative path', { RootDirectory: { Path: 'acme' } }],
  ['a user id beyond 32 bits', { PosixUser: { Uid: 4_294_967_296, Gid: 0 } }],
  [
    'permissions that are not octal',
    { RootDirectory: { Path: '/a', CreationInfo: { ...CreationInfo, Permissions: '0798' } } },
  ],
  ['a missing client token', { ClientToken: '' }],
])('%s is a BadRequest', async (_, changes) => {
  await expect(create(changes)).rejects.toThrow(BadRequest);
});

test('mounting fails for another file system, and for a missing directory that nobody said how to create', async () => {
  const { AccessPointId = '' } = await create({ RootDirectory: { Path: '/never/made' } });
  expect(() => local.efs.mount('fs-00000000000000000', AccessPointId)).toThrow(
    'Failed to resolve access point',
  );
  expect(() => local.efs.mount(FILE_SYSTEM, AccessPointId)).toThrow('has no CreationInfo');
});

test('file systems, their policies and tags', async () => {
  const { efs } = local.clients;
  const { FileSystemId } = await efs.send(
    new CreateFileSystemCommand({ CreationToken: 'second', Encrypted: true }),
  );
  const again = efs.send(new CreateFileSystemCommand({ CreationToken: 'second' }));
  await expect(again).rejects.toThrow(FileSystemAlreadyExists);
  await expect(again).rejects.toMatchObject({ FileSystemId });
  const { FileSystems } = await efs.send(new DescribeFileSystemsCommand({}));
  expect(FileSystems?.map((one) => one.FileSystemId).sort()).toEqual([FILE_SYSTEM, FileSystemId].sort());

  const policy = () => efs.send(new DescribeFileSystemPolicyCommand({ FileSystemId }));
  await expect(policy()).rejects.toThrow(PolicyNotFound);
  const put = (Policy: string) => efs.send(new PutFileSystemPolicyCommand({ FileSystemId, Policy }));
  await expect(put('not JSON')).rejects.toThrow(InvalidPolicyException);
  await put('{"Statement":[]}');
  expect((await policy()).Policy).toBe('{"Statement":[]}');
  await efs.send(new DeleteFileSystemPolicyCommand({ FileSystemId }));
  await expect(policy()).rejects.toThrow(PolicyNotFound);
  await efs.send(new DeleteFileSystemPolicyCommand({ FileSystemId }));

  const tag = (Value: string) =>
    new TagResourceCommand({ ResourceId: FileSystemId, Tags: [{ Key: 'a', Value }] });
  await efs.send(tag('1'));
  await efs.send(tag('2'));
  const { Tags } = await efs.send(new ListTagsForResourceCommand({ ResourceId: FileSystemId }));
  expect(Tags).toEqual([{ Key: 'a', Value: '2' }]);
});

test('everything is there after a restart, and ensuring a file system again changes nothing', async () => {
  const { AccessPointId } = await create();
  const restarted = await startLocalServices({ dataDirectory: folder() });
  const { AccessPoints } = await restarted.clients.efs.send(
    new DescribeAccessPointsCommand({ AccessPointId }),
  );
  expect(AccessPoints).toHaveLength(1);
  const { FileSystems } = await restarted.clients.efs.send(new DescribeFileSystemsCommand({}));
  expect(FileSystems).toHaveLength(1);
  await restarted.close();
});
