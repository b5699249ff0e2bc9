import {
  CreateAccessPointCommand,
  CreateFileSystemCommand,
  DescribeAccessPointsCommand,
  EFSClient,
} from '@aws-sdk/client-efs';
import { EfsAccessPoints } from '../../src/aws/efs-access-points.ts';
import { EfsFileSystems } from '../../src/aws/efs-file-systems.ts';
import { secureStatements } from '../../src/core/file-system-policy.ts';
import { secureFileSystem } from '../../src/operator/secure-filesystem.ts';
import { OK_KEY } from '../support/memory/ok-values.ts';
import { type Moto, motoMissing, startMoto } from '../support/moto.ts';

const UID = 4_294_967_293;

/**
 * moto is another reading of the documentation of EFS. Where it differs from it: a repeated ClientToken makes another
 * access point instead of giving the first again, access points of a file system that does not exist are made, deleting
 * one that is gone is no error, and there are no states but `available`. None of that is asked of it.
 */
(motoMissing ? describe.skip : describe)(`EFS of moto${motoMissing ? ` (${motoMissing})` : ''}`, () => {
  let moto: Moto;
  let client: EFSClient;
  let fileSystemId: string;
  let accessPoints: EfsAccessPoints;

  beforeAll(async () => {
    moto = await startMoto();
    client = new EFSClient({
      endpoint: moto.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  }, 60_000);
  afterAll(async () => {
    client.destroy();
    await moto.stop();
  });

  let created = 0;
  beforeEach(async () => {
    created += 1;
    const { FileSystemId = '' } = await client.send(
      new CreateFileSystemCommand({ CreationToken: `homes-${created}` }),
    );
    fileSystemId = FileSystemId;
    accessPoints = new EfsAccessPoints(client, fileSystemId);
  });

  const describe = async (AccessPointId: string) => {
    const { AccessPoints } = await client.send(new DescribeAccessPointsCommand({ AccessPointId }));
    return AccessPoints?.[0];
  };

  test('an access point is made, kept, found and removed; the next one leads to the same home as the same user', async () => {
    const id = await accessPoints.ensure(OK_KEY, UID);
    const home = {
      LifeCycleState: 'available',
      FileSystemId: fileSystemId,
      PosixUser: { Uid: UID, Gid: 1000 },
      RootDirectory: {
        Path: '/workspace/acme/ada',
        CreationInfo: { OwnerUid: UID, OwnerGid: 1000, Permissions: '0755' },
      },
    };
    expect(await describe(id)).toMatchObject({
      ...home,
      ClientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      Name: '/workspace/acme/ada',
      Tags: [
        { Key: 'Name', Value: '/workspace/acme/ada' },
        { Key: 'workspace-cleanup:clientId', Value: 'acme' },
        { Key: 'workspace-cleanup:userId', Value: 'ada' },
      ],
    });
    expect(await accessPoints.ensure(OK_KEY, UID, id)).toBe(id);
    expect(await accessPoints.look(OK_KEY, id)).toBe('own');
    expect(await accessPoints.find(OK_KEY, id)).toEqual({ own: [{ id, posixUid: UID }], foreign: [] });

    await accessPoints.remove(id);
    expect(await accessPoints.look(OK_KEY, id)).toBe('absent');
    expect(await accessPoints.find(OK_KEY, id)).toEqual({ own: [], foreign: [] });
    const next = await accessPoints.ensure(OK_KEY, UID, id);
    expect(next).not.toBe(id);
    expect(await describe(next)).toMatchObject(home);
  });

  test('strays are found; another’s is left alone', async () => {
    const id = await accessPoints.ensure(OK_KEY, UID);
    const stray = async (ClientToken: string, Path: string, Tags: { Key: string; Value: string }[] = []) => {
      const RootDirectory = { Path };
      const { AccessPointId = '' } = await client.send(
        new CreateAccessPointCommand({ ClientToken, FileSystemId: fileSystemId, RootDirectory, Tags }),
      );
      return AccessPointId;
    };
    const tags = [
      { Key: 'workspace-cleanup:clientId', Value: 'acme' },
      { Key: 'workspace-cleanup:userId', Value: 'ada' },
    ];
    const samePath = await stray('same-path', '/workspace/acme/ada');
    const below = await stray('below', '/workspace/acme/ada/project');
    const byTag = await stray('by-tag', '/elsewhere', tags);
    const posing = await stray('posing', '/workspace/acme/adam', tags);
    await stray('unrelated', '/workspace/acme/adam');
    const bob = await accessPoints.ensure({ clientId: 'acme', userId: 'bob' }, UID - 1);

    const { own, foreign } = await accessPoints.find(OK_KEY, bob);
    expect(own.map((one) => one.id).sort()).toEqual([id, samePath, below, byTag].sort());
    expect(foreign.sort()).toEqual([posing, bob].sort());
    expect(await accessPoints.look(OK_KEY, bob)).toBe('foreign');
  });

  test('an id that names nothing', async () => {
    expect(await accessPoints.look(OK_KEY, 'fsap-0123456789abcdef0')).toBe('absent');
  });

  test('a policy is put once, and read back', async () => {
    const fileSystems = new EfsFileSystems(client);
    const run = async (mode: 'check' | 'apply') => {
      const lines: string[] = [];
      const isSecure = await secureFileSystem(
        fileSystems,
        fileSystemId,
        mode,
        (line) => void lines.push(line),
      );
      return { isSecure, wrote: lines.some((line) => line.startsWith('written')) };
    };
    expect(await run('check')).toEqual({ isSecure: false, wrote: false });
    expect(await run('apply')).toEqual({ isSecure: true, wrote: true });
    expect(await run('apply')).toEqual({ isSecure: true, wrote: false });
    const { arn, policy } = await fileSystems.read(fileSystemId);
    expect(JSON.parse(policy ?? '').Statement).toEqual(secureStatements(arn));
  });
});
