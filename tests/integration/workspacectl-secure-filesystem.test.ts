import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  CreateAccessPointCommand,
  DescribeFileSystemPolicyCommand,
  PutFileSystemPolicyCommand,
} from '@aws-sdk/client-efs';
import { EfsAccessPoints } from '../../src/aws/efs-access-points.ts';
import { secureStatements } from '../../src/core/file-system-policy.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { FILE_SYSTEM, type LocalServices, startLocalServices } from '../support/local-services.ts';
import { OK_KEY } from '../support/memory/ok-values.ts';

const COMMAND = resolve('src/operator/workspacectl.mjs');
const ARN = `arn:aws:elasticfilesystem:us-east-1:000000000000:file-system/${FILE_SYSTEM}`;
const hasCli = spawnSync('aws', ['--version']).status === 0;

const folder = useDataFolder();
let local: LocalServices;

beforeEach(async () => {
  local = await startLocalServices({ dataDirectory: folder() });
});
afterEach(() => local.close());

/** Nothing of our own environment but where programs are, so that no setting of ours leaks in. */
const environment = (): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: process.env.HOME ?? '',
  AWS_ENDPOINT_URL: local.endpoint.url,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  EFS_FILE_SYSTEM_ID: FILE_SYSTEM,
});

async function run(flags: string, changes: Record<string, string | undefined> = {}) {
  const env = Object.fromEntries(
    Object.entries({ ...environment(), ...changes }).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
  const words = flags.split(' ').filter((word) => word !== '');
  const child = spawn(process.execPath, [COMMAND, 'secure-filesystem', ...words], { cwd: tmpdir(), env });
  const texts = { out: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    texts.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    texts.error += text;
  });
  const [code] = await once(child, 'close');
  return { code, lines: texts.out.split('\n').slice(0, -1), errors: texts.error.split('\n').slice(0, -1) };
}

const put = (policy: unknown) =>
  local.clients.efs.send(
    new PutFileSystemPolicyCommand({ FileSystemId: FILE_SYSTEM, Policy: JSON.stringify(policy) }),
  );
const policy = async () => {
  const command = new DescribeFileSystemPolicyCommand({ FileSystemId: FILE_SYSTEM });
  return (await local.clients.efs.send(command)).Policy;
};

test('from no policy to a secure one; what others have put stays, and a second time nothing is written', async () => {
  const before = await run('--check');
  expect(before).toMatchObject({ code: 1, errors: [] });
  expect(before.lines.at(-1)).toMatch(/^not secure/);

  const theirs = {
    Sid: 'Theirs',
    Effect: 'Allow',
    Principal: { AWS: 'arn:x' },
    Action: 'elasticfilesystem:ClientMount',
  };
  await put({ Version: '2012-10-17', Id: 'mine', Statement: [theirs] });
  const applied = await run('--apply');
  expect(applied).toMatchObject({ code: 0, errors: [] });
  expect(applied.lines).toContain(
    'policy: WorkspaceCleanupDenyInsecureTransport is missing: it refuses connections that are not encrypted',
  );
  expect(applied.lines).toContainEqual(expect.stringMatching(/^written: /));
  const written = await policy();
  expect(JSON.parse(written ?? '')).toEqual({
    Version: '2012-10-17',
    Id: 'mine',
    Statement: [theirs, ...secureStatements(ARN)],
  });

  const again = await run('--apply');
  expect(again).toMatchObject({ code: 0, errors: [] });
  expect(again.lines).not.toContainEqual(expect.stringMatching(/^written: /));
  expect(await policy()).toBe(written);
  expect(await run(`--check --file-system ${FILE_SYSTEM}`, { EFS_FILE_SYSTEM_ID: undefined })).toEqual({
    code: 0,
    lines: [
      `file system ${FILE_SYSTEM} (available), ${ARN}`,
      'policy: mounts take an access point and TLS',
      'secure',
    ],
    errors: [],
  });
}, 60_000);

(hasCli ? test : test.skip)(
  `the AWS CLI reads what was written${hasCli ? '' : ' (skipped: the AWS CLI, aws, is not installed here)'}`,
  async () => {
    expect((await run('--apply')).code).toBe(0);
    const words = `efs describe-file-system-policy --file-system-id ${FILE_SYSTEM} --output json`.split(' ');
    const { stdout } = await promisify(execFile)('aws', words, {
      env: { ...environment(), AWS_DEFAULT_REGION: 'us-east-1' },
    });
    const answer = JSON.parse(stdout);
    expect(answer.FileSystemId).toBe(FILE_SYSTEM);
    expect(JSON.parse(answer.Policy).Statement).toEqual(secureStatements(ARN));
  },
  60_000,
);

test('access points across homes are named; a workspace’s own and the one that deletes files are not', async () => {
  const { efs } = local.clients;
  await new EfsAccessPoints(efs, FILE_SYSTEM).ensure(OK_KEY, 12_345);
  const create = (ClientToken: string, Path: string, Tags: { Key: string; Value: string }[] = []) =>
    efs.send(
      new CreateAccessPointCommand({ ClientToken, FileSystemId: FILE_SYSTEM, RootDirectory: { Path }, Tags }),
    );
  await create('purge', '/workspace', [{ Key: 'workspace-cleanup:purpose', Value: 'purge' }]);
  const { AccessPointId } = await create('shared', '/workspace/acme');
  const { code, lines } = await run('--apply');
  expect(lines.filter((line) => line.startsWith('access point'))).toEqual([
    `access point ${AccessPointId} leads to /workspace/acme, so to more than one home: delete it`,
  ]);
  expect(lines.at(-1)).toBe('not secure: access points lead to more than one home');
  expect(code).toBe(1);
}, 60_000);

test('a policy that is not understood is refused, and stays', async () => {
  await put({ Statement: 'all' });
  const { code, lines, errors } = await run('--apply');
  expect(errors).toEqual([
    `workspacectl: the policy of ${FILE_SYSTEM} is not understood: Statement is "all", expected a statement or a list of statements; expected a policy of IAM as JSON`,
  ]);
  expect(lines).toEqual([]);
  expect(code).toBe(2);
  expect(await policy()).toBe('{"Statement":"all"}');
}, 60_000);

test.each<[string, string, Record<string, string | undefined>, string]>([
  [
    'no flag',
    '',
    {},
    'neither --check nor --apply is given, expected: secure-filesystem --check|--apply [--file-system <fs-…>]',
  ],
  [
    'a flag of the other command',
    '--check --now 1',
    {},
    "unknown option '--now', expected: secure-filesystem --check|--apply",
  ],
  [
    'no file system',
    '--check',
    { EFS_FILE_SYSTEM_ID: undefined },
    'no file system is named, expected --file-system <fs-…>',
  ],
  [
    'what is none',
    '--check',
    { EFS_FILE_SYSTEM_ID: 'fs-1' },
    'environment variable EFS_FILE_SYSTEM_ID is "fs-1", expected the id',
  ],
  [
    'one that is not there',
    '--check --file-system fs-00000000000000000',
    {},
    'there is no file system fs-00000000000000000 in this account',
  ],
  [
    'no Region',
    '--apply',
    { AWS_REGION: undefined },
    `DescribeFileSystems of ${FILE_SYSTEM} failed: Region is missing; set AWS_REGION`,
  ],
  [
    'no credentials',
    '--check',
    { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
    'give credentials by AWS_PROFILE, or by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  ],
  [
    'nobody at the endpoint',
    '--check',
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    'EFS could not be reached: check AWS_REGION, AWS_ENDPOINT_URL',
  ],
])(
  '%s is refused in one line',
  async (_, flags, changes, message) => {
    const { code, lines, errors } = await run(flags, changes);
    expect(errors).toEqual([expect.stringContaining(message)]);
    expect(errors[0]).toMatch(/^workspacectl: /);
    expect(lines).toEqual([]);
    expect(code).toBe(2);
  },
  60_000,
);
