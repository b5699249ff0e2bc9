import { BadInputError, RetryableError } from '../../../src/core/errors.ts';
import { secureStatements } from '../../../src/core/file-system-policy.ts';
import { type FileSystems, type Mode, secureFileSystem } from '../../../src/operator/secure-filesystem.ts';

const ID = 'fs-0123456789abcdef0';
const ARN = `arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/${ID}`;
const theirs = {
  Sid: 'Backup',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:role/backup' },
  Action: 'elasticfilesystem:ClientMount',
};
const policyOf = (...Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const SECURE = policyOf(theirs, ...secureStatements(ARN));

/** A file system with this policy, and what is printed of it. */
function fileSystemWith(initial: string | undefined, shared: { id: string; path: string }[] = []) {
  const lines: string[] = [];
  const written: string[] = [];
  const read = () => written.at(-1) ?? initial;
  const fileSystems: FileSystems = {
    read: async () => ({ arn: ARN, state: 'available', policy: read() }),
    readPolicy: async () => read(),
    putPolicy: async (_, text) => void written.push(text),
    sharedAccessPoints: async () => shared,
  };
  const run = (mode: Mode, changes: Partial<FileSystems> = {}) =>
    secureFileSystem({ ...fileSystems, ...changes }, ID, mode, (line) => void lines.push(line));
  return { run, lines, written };
}

test('one that is secure', async () => {
  const { run, lines, written } = fileSystemWith(SECURE);
  expect(await run('check')).toBe(true);
  expect(lines).toEqual([
    `file system ${ID} (available), ${ARN}`,
    'policy: mounts take an access point and TLS',
    'secure',
  ]);
  lines.length = 0;
  expect(await run('apply')).toBe(true);
  expect(lines.at(-1)).toBe('secure');
  expect(written).toEqual([]);
});

test('one without a policy: looked at, applied, applied again', async () => {
  const { run, lines, written } = fileSystemWith(undefined);
  expect(await run('check')).toBe(false);
  expect(lines).toEqual([
    `file system ${ID} (available), ${ARN}`,
    'it has no policy: whoever is in its network can mount all of it, unauthenticated and unencrypted',
    'policy: WorkspaceCleanupDenyInsecureTransport is missing: it refuses connections that are not encrypted',
    'policy: WorkspaceCleanupDenyWithoutAccessPoint is missing: it refuses mounts that do not go through an access point',
    'not secure: `workspacectl secure-filesystem --apply` writes what the policy lacks, and keeps the rest',
  ]);
  expect(written).toEqual([]);

  lines.length = 0;
  expect(await run('apply')).toBe(true);
  expect(written.map((text) => JSON.parse(text))).toEqual([
    { Version: '2012-10-17', Statement: secureStatements(ARN) },
  ]);
  expect(lines.slice(4)).toEqual([
    'written: the policy has our 2 statements; EFS may take some minutes to follow',
    'from now on IAM decides who mounts: roles of tasks need elasticfilesystem:ClientMount and ClientWrite',
    'secure',
  ]);

  expect(await run('apply')).toBe(true);
  expect(written).toHaveLength(1);
  expect(await run('check')).toBe(true);
});

test('what others have put stays', async () => {
  const [tls] = secureStatements(ARN);
  const { run, lines, written } = fileSystemWith(policyOf({ ...tls, Effect: 'Allow' }, theirs));
  expect(await run('apply')).toBe(true);
  expect(JSON.parse(written[0] ?? '')).toEqual(JSON.parse(SECURE));
  expect(lines).toContainEqual(expect.stringContaining('is changed: Effect is "Allow", expected "Deny"'));
  expect(lines).toContainEqual(expect.stringContaining('all other statements are as they were'));
});

test.each<Mode>(['check', 'apply'])('access points across homes are named by %s', async (mode) => {
  const { run, lines } = fileSystemWith(SECURE, [{ id: 'fsap-1', path: '/workspace' }]);
  expect(await run(mode)).toBe(false);
  expect(lines.slice(2)).toEqual([
    'access point fsap-1 leads to /workspace, so to more than one home: delete it',
    'not secure: access points lead to more than one home',
  ]);
});

test('an open statement is told, and is no failure', async () => {
  const open = { Effect: 'Allow', Principal: '*', Action: 'elasticfilesystem:ClientMount' };
  const { run, lines } = fileSystemWith(policyOf(open, ...secureStatements(ARN)));
  expect(await run('check')).toBe(true);
  expect(lines).toContainEqual(expect.stringContaining('warning: statement 1 allows everybody to mount'));
});

test.each<Mode>(['check', 'apply'])(
  'a policy that is not understood: %s refuses, and writes nothing',
  async (mode) => {
    const { run, written } = fileSystemWith('{');
    await expect(run(mode)).rejects.toThrow(BadInputError);
    await expect(run(mode)).rejects.toThrow(`the policy of ${ID} is not JSON`);
    expect(written).toEqual([]);
  },
);

test.each<[string, string | undefined]>([
  ['nothing', undefined],
  ['something else', policyOf(theirs)],
])('%s is read back: told', async (_, text) => {
  const { run } = fileSystemWith(undefined);
  const applied = run('apply', { readPolicy: async () => text });
  await expect(applied).rejects.toThrow(RetryableError);
  await expect(applied).rejects.toThrow(`the policy of ${ID} was written, but reads otherwise`);
});
