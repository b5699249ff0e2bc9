import {
  AccessPointAlreadyExists,
  AccessPointLimitExceeded,
  AccessPointNotFound,
  BadRequest,
  type EFSClient,
  FileSystemNotFound,
  IncorrectFileSystemLifeCycleState,
  ThrottlingException,
} from '@aws-sdk/client-efs';
import { EfsAccessPoints } from '../../../src/aws/efs-access-points.ts';
import { InstallationError, InvariantError, RetryableError } from '../../../src/core/errors.ts';
import { OK_KEY } from '../../support/memory/ok-values.ts';
import { type Answers, stubClient } from './stub-client.ts';

const FILE_SYSTEM = 'fs-0123456789abcdef0';
const UID = 4_711_000;
const ours = {
  AccessPointId: 'fsap-1',
  FileSystemId: FILE_SYSTEM,
  RootDirectory: { Path: '/workspace/acme/ada' },
  PosixUser: { Uid: UID, Gid: 1000 },
  LifeCycleState: 'available',
};
const at = (AccessPointId: string, Path: string, changes: object = {}) => ({
  ...ours,
  AccessPointId,
  RootDirectory: { Path },
  ...changes,
});
const tagsOf = (clientId: string, userId: string) => [
  { Key: 'workspace-cleanup:clientId', Value: clientId },
  { Key: 'workspace-cleanup:userId', Value: userId },
];

/** What a service throws. */
const details = { message: 'refused', ErrorCode: 'refused', $metadata: {} };
const throwing = (error: Error) => () => {
  throw error;
};
const notFound = throwing(new AccessPointNotFound(details));
const alreadyExists = (AccessPointId: string) =>
  throwing(new AccessPointAlreadyExists({ ...details, AccessPointId }));
const throttled = throwing(new ThrottlingException(details));

/** EFS with these access points. */
function accessPointsWith(existing: Record<string, unknown>[], answers: Answers = {}) {
  const { client, sent } = stubClient<EFSClient>({
    DescribeAccessPoints: ({ AccessPointId, FileSystemId }) => {
      if (FileSystemId) return { AccessPoints: existing.filter((one) => one.FileSystemId === FileSystemId) };
      const found = existing.filter((one) => one.AccessPointId === AccessPointId);
      return found.length > 0 ? { AccessPoints: found } : notFound();
    },
    CreateAccessPoint: () => ({ AccessPointId: 'fsap-1' }),
    DeleteAccessPoint: () => ({}),
    ...answers,
  });
  const waits: number[] = [];
  const wait = async (milliseconds: number) => void waits.push(milliseconds);
  const names = () => sent.map(({ name }) => name);
  return { accessPoints: new EfsAccessPoints(client, FILE_SYSTEM, wait), sent, names, waits };
}

/** An access point of these states, one a look, the last one staying. */
function inStates(...states: string[]): Answers {
  let looks = 0;
  return {
    DescribeAccessPoints: () => {
      const LifeCycleState = states[Math.min(looks, states.length - 1)];
      looks += 1;
      return { AccessPoints: [{ ...ours, LifeCycleState }] };
    },
  };
}

describe('ensure', () => {
  test('one that is known and ours, whoever it acts as', async () => {
    const { accessPoints, names } = accessPointsWith([ours]);
    expect(await accessPoints.ensure(OK_KEY, 99_999, 'fsap-1')).toBe('fsap-1');
    expect(names()).toEqual(['DescribeAccessPoints']);
  });

  test('a new one: its home, its user, and whose it is', async () => {
    const { accessPoints, sent, waits } = accessPointsWith([ours]);
    expect(await accessPoints.ensure(OK_KEY, UID)).toBe('fsap-1');
    expect(sent[0]).toEqual({
      name: 'CreateAccessPoint',
      input: {
        ClientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
        FileSystemId: FILE_SYSTEM,
        PosixUser: { Uid: UID, Gid: 1000 },
        RootDirectory: {
          Path: '/workspace/acme/ada',
          CreationInfo: { OwnerUid: UID, OwnerGid: 1000, Permissions: '0755' },
        },
        Tags: [{ Key: 'Name', Value: '/workspace/acme/ada' }, ...tagsOf('acme', 'ada')],
      },
    });
    expect(waits).toEqual([]);
  });

  test('the same token for the same workspace and user id, another for any other', async () => {
    const tokenFor = async (userId: string, uid: number) => {
      const existing = at('fsap-1', `/workspace/acme/${userId}`, { PosixUser: { Uid: uid, Gid: 1000 } });
      const { accessPoints, sent } = accessPointsWith([existing]);
      await accessPoints.ensure({ clientId: 'acme', userId }, uid);
      return sent[0]?.input.ClientToken;
    };
    const token = await tokenFor('ada', UID);
    expect(await tokenFor('ada', UID)).toBe(token);
    expect(await tokenFor('bob', UID)).not.toBe(token);
    expect(await tokenFor('ada', UID + 1)).not.toBe(token);
  });

  test('one that exists already is taken', async () => {
    const { accessPoints } = accessPointsWith([{ ...ours, AccessPointId: 'fsap-2' }], {
      CreateAccessPoint: alreadyExists('fsap-2'),
    });
    expect(await accessPoints.ensure(OK_KEY, UID)).toBe('fsap-2');
  });

  test.each<[string, Record<string, unknown>[]]>([
    ['is gone', []],
    ['is being created', [{ ...ours, AccessPointId: 'known', LifeCycleState: 'creating' }]],
    ['is being deleted', [{ ...ours, AccessPointId: 'known', LifeCycleState: 'deleting' }]],
    ['leads to somebody else', [at('known', '/workspace/acme/bob')]],
    ['leads above the workspace', [at('known', '/workspace/acme')]],
    ['leads below the home', [at('known', '/workspace/acme/ada/project')]],
    ['leads to another file system', [{ ...ours, AccessPointId: 'known', FileSystemId: 'fs-ffffffff' }]],
  ])('one that is known and %s: a new one', async (_, existing) => {
    const { accessPoints, names } = accessPointsWith([ours, ...existing]);
    expect(await accessPoints.ensure(OK_KEY, UID, 'known')).toBe('fsap-1');
    expect(names()).toContain('CreateAccessPoint');
  });

  test('one that is known by a name that EFS does not take: a new one', async () => {
    let asked = false;
    const { accessPoints } = accessPointsWith([], {
      DescribeAccessPoints: ({ AccessPointId }) => {
        if (AccessPointId === 'fsap-1') return { AccessPoints: [ours] };
        asked = true;
        throw new BadRequest(details);
      },
    });
    expect(await accessPoints.ensure(OK_KEY, UID, 'fsap-NONSENSE')).toBe('fsap-1');
    expect(asked).toBe(true);
  });

  test('waits for one that is being created', async () => {
    const { accessPoints, waits } = accessPointsWith([], inStates('creating', 'creating', 'available'));
    expect(await accessPoints.ensure(OK_KEY, UID)).toBe('fsap-1');
    expect(waits).toEqual([100, 200]);
  });

  test('waits no longer than 8 seconds', async () => {
    const { accessPoints, waits } = accessPointsWith([], inStates('creating'));
    await expect(accessPoints.ensure(OK_KEY, UID)).rejects.toThrow(RetryableError);
    expect(waits.reduce((sum, one) => sum + one, 0)).toBe(8_000);
  });

  test.each(['deleting', 'deleted'])('one in state %s: to be tried again, not waited for', async (state) => {
    const { accessPoints, waits } = accessPointsWith([], {
      ...inStates(state),
      CreateAccessPoint: alreadyExists('fsap-1'),
    });
    await expect(accessPoints.ensure(OK_KEY, UID)).rejects.toThrow(RetryableError);
    expect(waits).toEqual([]);
  });

  test('one that vanishes while it is waited for: to be tried again', async () => {
    const { accessPoints } = accessPointsWith([], inStates('creating', 'deleting'));
    await expect(accessPoints.ensure(OK_KEY, UID)).rejects.toThrow('AWS is still deleting it');
  });

  test('one that is not there yet: to be tried again', async () => {
    const { accessPoints } = accessPointsWith([]);
    await expect(accessPoints.ensure(OK_KEY, UID)).rejects.toThrow(RetryableError);
  });

  test('one in state error is deleted, to be made anew by the next try', async () => {
    const { accessPoints, sent } = accessPointsWith([], inStates('creating', 'error'));
    await expect(accessPoints.ensure(OK_KEY, UID)).rejects.toThrow(RetryableError);
    expect(sent.at(-1)).toEqual({ name: 'DeleteAccessPoint', input: { AccessPointId: 'fsap-1' } });
  });

  test.each<[string, object]>([
    ['to another path', { RootDirectory: { Path: '/workspace/acme/bob' } }],
    ['to another file system', { FileSystemId: 'fs-ffffffff' }],
    ['as another user', { PosixUser: { Uid: UID + 1, Gid: 1000 } }],
    ['as nobody in particular', { PosixUser: undefined }],
    ['to another path in state error', { RootDirectory: { Path: '/' }, LifeCycleState: 'error' }],
  ])('one that leads %s is neither handed out nor deleted', async (_, change) => {
    const { accessPoints, names } = accessPointsWith([{ ...ours, ...change }], {
      CreateAccessPoint: alreadyExists('fsap-1'),
    });
    await expect(accessPoints.ensure(OK_KEY, UID)).rejects.toThrow(InvariantError);
    expect(names()).not.toContain('DeleteAccessPoint');
  });

  test.each<[string, Error, new (...given: never[]) => Error, string]>([
    [
      'a file system that does not exist',
      new FileSystemNotFound(details),
      InstallationError,
      `EFS_FILE_SYSTEM_ID is ${FILE_SYSTEM}, expected a file system of this account and Region`,
    ],
    [
      'a quota that is used up',
      new AccessPointLimitExceeded(details),
      InstallationError,
      `file system ${FILE_SYSTEM} has all the access points that its quota allows (10,000 unless it was raised): raise the quota`,
    ],
    [
      'a file system that is busy',
      new IncorrectFileSystemLifeCycleState(details),
      RetryableError,
      `file system ${FILE_SYSTEM} is in a state that takes no CreateAccessPoint for acme/ada`,
    ],
    [
      'throttling',
      new ThrottlingException(details),
      RetryableError,
      'EFS throttles CreateAccessPoint for acme/ada, try again',
    ],
    ['anything else', new TypeError('odd'), TypeError, 'odd'],
  ])('%s is told', async (_, error, kind, message) => {
    const { accessPoints } = accessPointsWith([], { CreateAccessPoint: throwing(error) });
    const ensured = accessPoints.ensure(OK_KEY, UID);
    await expect(ensured).rejects.toThrow(kind);
    await expect(ensured).rejects.toThrow(message);
  });

  test('an answer without an id is told', async () => {
    const { accessPoints } = accessPointsWith([], { CreateAccessPoint: () => ({}) });
    await expect(accessPoints.ensure(OK_KEY, UID)).rejects.toThrow(InvariantError);
  });
});

test.each<[string, Record<string, unknown>[], string]>([
  ['leads home', [ours], 'own'],
  ['is not ready yet', [{ ...ours, LifeCycleState: 'creating' }], 'own'],
  ['is not there', [], 'absent'],
  ['is being deleted', [{ ...ours, LifeCycleState: 'deleting' }], 'absent'],
  ['is deleted', [{ ...ours, LifeCycleState: 'deleted' }], 'absent'],
  ['leads below the home', [at('fsap-1', '/workspace/acme/ada/x')], 'foreign'],
  ['leads to a neighbour', [at('fsap-1', '/workspace/acme/adam')], 'foreign'],
  ['leads everywhere', [at('fsap-1', '/')], 'foreign'],
  ['says nothing of where it leads', [{ ...ours, RootDirectory: undefined }], 'foreign'],
  ['leads to the home on another file system', [{ ...ours, FileSystemId: 'fs-ffffffff' }], 'foreign'],
])('look: one that %s', async (_, existing, seen) => {
  expect(await accessPointsWith(existing).accessPoints.look(OK_KEY, 'fsap-1')).toBe(seen);
});

describe('find', () => {
  const found = async (existing: Record<string, unknown>[], known?: string) => {
    const { own, foreign } = await accessPointsWith(existing).accessPoints.find(OK_KEY, known);
    return { own: own.map(({ id }) => id), foreign };
  };
  const tagged = { Tags: tagsOf('acme', 'ada') };

  test.each<[string, string, object, 'own' | 'foreign' | 'neither']>([
    ['the home', '/workspace/acme/ada', {}, 'own'],
    ['the home, with a slash', '/workspace/acme/ada/', {}, 'own'],
    ['a folder in the home', '/workspace/acme/ada/project', {}, 'own'],
    [
      'a folder in the home, with tags of another',
      '/workspace/acme/ada/x',
      { Tags: tagsOf('b', 'c') },
      'own',
    ],
    ['a neighbour whose name begins the same', '/workspace/acme/adam', {}, 'neither'],
    ['a neighbour whose name is the beginning', '/workspace/acme/ad', {}, 'neither'],
    ['the same name in another case', '/workspace/acme/Ada', {}, 'neither'],
    ['another client of the same user', '/workspace/globex/ada', {}, 'neither'],
    ['the folder of the client', '/workspace/acme', {}, 'neither'],
    ['the folder of all', '/workspace', {}, 'neither'],
    ['everything', '/', {}, 'neither'],
    ['the same names elsewhere', '/backup/acme/ada', {}, 'neither'],
    ['elsewhere, with our tags', '/backup/acme/ada', tagged, 'own'],
    ['everything, with our tags', '/', tagged, 'own'],
    ['the folder of the client, with our tags', '/workspace/acme', tagged, 'own'],
    ['another’s home, with our tags', '/workspace/acme/bob', tagged, 'foreign'],
    ['a folder in another’s home, with our tags', '/workspace/globex/ada/x', tagged, 'foreign'],
    ['elsewhere, with one of our tags', '/backup', { Tags: tagsOf('acme', 'ada').slice(1) }, 'neither'],
    ['elsewhere, with tags of another', '/backup', { Tags: tagsOf('acme', 'bob') }, 'neither'],
    ['home, being deleted', '/workspace/acme/ada', { LifeCycleState: 'deleting' }, 'neither'],
    ['home, deleted', '/workspace/acme/ada', { LifeCycleState: 'deleted' }, 'neither'],
    ['home, in state error', '/workspace/acme/ada', { LifeCycleState: 'error' }, 'own'],
    ['home, being created', '/workspace/acme/ada', { LifeCycleState: 'creating' }, 'own'],
  ])('one that leads to %s', async (_, path, changes, whose) => {
    const { own, foreign } = await found([at('fsap-1', path, changes)]);
    expect(own).toEqual(whose === 'own' ? ['fsap-1'] : []);
    expect(foreign).toEqual(whose === 'foreign' ? ['fsap-1'] : []);
  });

  test.each<[string, Record<string, unknown>[], string[], string[]]>([
    ['is ours', [ours], ['fsap-1'], []],
    ['is gone', [], [], []],
    ['is being deleted', [{ ...ours, LifeCycleState: 'deleting' }], [], []],
    ['leads to another', [at('fsap-1', '/workspace/acme/bob')], [], ['fsap-1']],
    ['leads everywhere', [at('fsap-1', '/')], [], ['fsap-1']],
    ['is another’s and has our tags', [at('fsap-1', '/workspace/acme/bob', tagged)], [], ['fsap-1']],
    ['is on another file system', [{ ...ours, ...tagged, FileSystemId: 'fs-ffffffff' }], [], ['fsap-1']],
  ])('the known one that %s', async (_, existing, own, foreign) => {
    expect(await found(existing, 'fsap-1')).toEqual({ own, foreign });
  });

  test('the known one, which the listing does not have yet', async () => {
    const { accessPoints } = accessPointsWith([], {
      DescribeAccessPoints: ({ AccessPointId }) => ({ AccessPoints: AccessPointId ? [ours] : [] }),
    });
    expect(await accessPoints.find(OK_KEY, 'fsap-1')).toEqual({
      own: [{ id: 'fsap-1', posixUid: UID }],
      foreign: [],
    });
  });

  test('who each acts as, where it is said', async () => {
    const { accessPoints } = accessPointsWith([
      ours,
      { ...at('fsap-2', '/workspace/acme/ada/x'), PosixUser: undefined },
    ]);
    expect((await accessPoints.find(OK_KEY, undefined)).own).toEqual([
      { id: 'fsap-1', posixUid: UID },
      { id: 'fsap-2', posixUid: undefined },
    ]);
  });

  test('over several pages', async () => {
    const pages: Record<string, unknown> = {
      first: { AccessPoints: [at('fsap-1', '/workspace/acme/bob')], NextToken: 'second' },
      second: { AccessPoints: [], NextToken: 'third' },
      third: { AccessPoints: [{ ...ours, AccessPointId: 'fsap-2' }] },
    };
    const { accessPoints, sent } = accessPointsWith([], {
      DescribeAccessPoints: ({ NextToken = 'first' }) => pages[NextToken],
    });
    expect((await accessPoints.find(OK_KEY, 'fsap-2')).own.map(({ id }) => id)).toEqual(['fsap-2']);
    expect(sent.map(({ input }) => input)).toEqual([
      { FileSystemId: FILE_SYSTEM, MaxResults: 1000 },
      { FileSystemId: FILE_SYSTEM, MaxResults: 1000, NextToken: 'second' },
      { FileSystemId: FILE_SYSTEM, MaxResults: 1000, NextToken: 'third' },
    ]);
  });

  test('errors are explained', async () => {
    const throws = (answer: () => never) =>
      accessPointsWith([], { DescribeAccessPoints: answer }).accessPoints.find(OK_KEY, undefined);
    await expect(throws(throttled)).rejects.toThrow(RetryableError);
    await expect(throws(throwing(new FileSystemNotFound(details)))).rejects.toThrow(InstallationError);
    await expect(throws(throwing(new BadRequest(details)))).rejects.toThrow(BadRequest);
  });
});

describe('remove', () => {
  test('one that is there, and one that somebody has removed', async () => {
    const { accessPoints, sent } = accessPointsWith([ours]);
    await accessPoints.remove('fsap-1');
    expect(sent).toEqual([{ name: 'DeleteAccessPoint', input: { AccessPointId: 'fsap-1' } }]);
    await accessPointsWith([], { DeleteAccessPoint: notFound }).accessPoints.remove('fsap-1');
  });

  test('errors are explained', async () => {
    const removed = accessPointsWith([], { DeleteAccessPoint: throttled }).accessPoints.remove('fsap-1');
    await expect(removed).rejects.toThrow(RetryableError);
    await expect(removed).rejects.toThrow('EFS throttles DeleteAccessPoint for fsap-1');
    const odd = accessPointsWith([], { DeleteAccessPoint: throwing(new TypeError('odd')) });
    await expect(odd.accessPoints.remove('fsap-1')).rejects.toThrow('odd');
  });
});
