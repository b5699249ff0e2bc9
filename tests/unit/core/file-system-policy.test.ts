import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { BadInputError } from '../../../src/core/errors.ts';
import {
  parsePolicy,
  problemsOfPolicy,
  type Statement,
  secureStatements,
  warningsOfPolicy,
  withSecureStatements,
} from '../../../src/core/file-system-policy.ts';

const ARN = 'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0123456789abcdef0';
const [tls, accessPoint] = secureStatements(ARN) as [Statement, Statement];
const theirs: Statement = {
  Sid: 'Backup',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:role/backup' },
  Action: 'elasticfilesystem:ClientMount',
};
const policyOf = (...Statement: unknown[]) =>
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'fs-1');

describe('parsePolicy', () => {
  test('keeps what it does not know', () => {
    const policy = { Version: '2012-10-17', Id: 'x', Statement: [{ ...theirs, NotResource: 'y' }] };
    expect(parsePolicy(JSON.stringify(policy), 'fs-1')).toEqual(policy);
  });

  test('a single statement is a list of one', () => {
    expect(parsePolicy(JSON.stringify({ Statement: theirs }), 'fs-1').Statement).toEqual([theirs]);
  });

  test.each([
    [
      'no JSON',
      '{"Statement":',
      'the policy of fs-1 is not JSON: it is "{\\"Statement\\":", expected a policy of IAM',
    ],
    ['nothing', '', 'is not JSON'],
    ['null', 'null', 'the policy of fs-1 is not understood: the input is null'],
    ['a list', '[]', 'is not understood'],
    ['no statements', '{}', 'Statement is missing, expected a statement or a list of statements'],
    ['an effect that is none', '{"Statement":[{"Effect":"Maybe"}]}', 'Statement'],
    ['a condition that is none', '{"Statement":[{"Effect":"Allow","Condition":"x"}]}', 'Statement'],
  ])('%s is refused', (_, text, message) => {
    expect(() => parsePolicy(text, 'fs-1')).toThrow(BadInputError);
    expect(() => parsePolicy(text, 'fs-1')).toThrow(message);
  });
});

describe('withSecureStatements', () => {
  test('no policy becomes one of ours', () => {
    const policy = withSecureStatements(undefined, ARN);
    expect(policy).toEqual({ Version: '2012-10-17', Statement: [tls, accessPoint] });
    expect(problemsOfPolicy(policy, ARN)).toEqual([]);
  });

  test('other statements stay, ours are replaced, and again changes nothing', () => {
    const anonymous = { Effect: 'Allow', Principal: '*', Action: 'elasticfilesystem:ClientMount' };
    const old = parsePolicy(
      JSON.stringify({
        Version: '2008-10-17',
        Id: 'mine',
        Statement: [{ ...tls, Effect: 'Allow' }, theirs, anonymous, tls],
      }),
      'fs-1',
    );
    const policy = withSecureStatements(old, ARN);
    expect(policy).toEqual({
      Version: '2008-10-17',
      Id: 'mine',
      Statement: [theirs, anonymous, tls, accessPoint],
    });
    expect(withSecureStatements(policy, ARN)).toEqual(policy);
    expect(problemsOfPolicy(policy, ARN)).toEqual([]);
  });
});

describe('problemsOfPolicy', () => {
  const missing = [
    'WorkspaceCleanupDenyInsecureTransport is missing: it refuses connections that are not encrypted',
    'WorkspaceCleanupDenyWithoutAccessPoint is missing: it refuses mounts that do not go through an access point',
  ];
  test('what is missing', () => {
    expect(problemsOfPolicy(undefined, ARN)).toEqual(missing);
    expect(problemsOfPolicy(policyOf(theirs), ARN)).toEqual(missing);
    expect(problemsOfPolicy(policyOf(tls), ARN)).toEqual(missing.slice(1));
  });

  test.each<[string, object, string]>([
    ['Effect', { Effect: 'Allow' }, 'Effect is "Allow", expected "Deny"'],
    [
      'Principal',
      { Principal: { AWS: ['*', 'arn:x'] } },
      'Principal is {"AWS":["*","arn:x"]}, expected {"AWS":"*"}',
    ],
    [
      'Action',
      { Action: ['elasticfilesystem:ClientMount'] },
      'Action is ["elasticfilesystem:ClientMount"], expected [',
    ],
    ['Resource', { Resource: `${ARN}0` }, 'Resource is "arn:'],
    [
      'Condition',
      { Condition: { Null: { 'elasticfilesystem:AccessPointArn': 'false' } } },
      'Condition is {"Null"',
    ],
    [
      'a condition more, which narrows it',
      { Condition: { ...accessPoint.Condition, Bool: { 'aws:SecureTransport': 'true' } } },
      'Condition is {"Null"',
    ],
    ['no Condition', { Condition: undefined }, 'Condition is missing, expected {"Null"'],
    ['a NotAction', { NotAction: 'x' }, 'NotAction is "x", expected none'],
    ['a NotPrincipal', { NotPrincipal: { AWS: 'x' } }, 'NotPrincipal is {"AWS":"x"}'],
  ])('what is changed: %s', (_, change, problem) => {
    const problems = problemsOfPolicy(policyOf(tls, { ...accessPoint, ...change }), ARN);
    expect(problems).toEqual([
      expect.stringContaining(`WorkspaceCleanupDenyWithoutAccessPoint is changed: ${problem}`),
    ]);
  });

  test('a statement that is there twice', () => {
    expect(problemsOfPolicy(policyOf(tls, tls, accessPoint), ARN)).toEqual([
      'WorkspaceCleanupDenyInsecureTransport is there 2 times, expected once',
    ]);
  });

  test.each<[string, object, object]>([
    ['a principal in short', { Principal: '*' }, { Principal: { AWS: ['*'] } }],
    ['lists of one', { Action: ['*'], Resource: [ARN] }, { Resource: [ARN] }],
    ['the file system unnamed', { Resource: '*' }, { Resource: undefined }],
    ['another order', {}, { Action: [...(accessPoint.Action ?? [])].reverse() }],
    [
      'values that are no text',
      { Condition: { Bool: { 'aws:SecureTransport': false } } },
      { Condition: { Null: { 'elasticfilesystem:AccessPointArn': [true] } } },
    ],
  ])('what means the same is the same: %s', (_, first, second) => {
    expect(problemsOfPolicy(policyOf({ ...tls, ...first }, { ...accessPoint, ...second }), ARN)).toEqual([]);
  });
});

describe('warningsOfPolicy', () => {
  const open = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'elasticfilesystem:ClientMount' };
  const viaMountTarget = { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true' } };
  test.each<[string, object]>([
    ['everybody', {}],
    ['everybody, in short', { Principal: '*' }],
    ['everybody among others', { Principal: { AWS: ['arn:x', '*'] } }],
    ['everybody but one', { Principal: undefined, NotPrincipal: { AWS: 'arn:x' } }],
    ['everybody, as the console writes it', { Condition: viaMountTarget }],
    ['everybody with TLS', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }],
    ['several actions', { Action: ['elasticfilesystem:ClientWrite', 'elasticfilesystem:clientmount'] }],
    ['all of EFS', { Action: 'elasticfilesystem:*' }],
    ['all of clients', { Action: 'elasticfilesystem:Client*' }],
    ['all but some', { Action: undefined, NotAction: 'elasticfilesystem:ClientWrite' }],
  ])('%s is warned of', (_, change) => {
    expect(warningsOfPolicy(policyOf(theirs, { ...open, ...change }))).toEqual([
      'statement 2 allows everybody to mount: whoever is in the network and knows the id of an access point gets into its home without being authenticated by IAM',
    ]);
  });

  test.each<[string, object]>([
    ['a role', { Principal: { AWS: 'arn:aws:iam::111122223333:role/x' } }],
    ['a denial', { Effect: 'Deny' }],
    ['everybody of an organisation', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }],
    [
      'everybody of an account, with TLS',
      { Condition: { ...viaMountTarget, StringEquals: { 'aws:PrincipalAccount': '1' } } },
    ],
    ['writing alone, which needs a mount', { Action: 'elasticfilesystem:ClientWrite' }],
    ['looking', { Action: 'elasticfilesystem:Describe*' }],
  ])('%s is not', (_, change) => {
    expect(warningsOfPolicy(policyOf({ ...open, ...change }))).toEqual([]);
  });

  test('by name, where it has one; and none of our own', () => {
    expect(warningsOfPolicy(policyOf({ ...open, Sid: 'Old' }, tls, accessPoint))).toEqual([
      expect.stringContaining('Old allows everybody'),
    ]);
    expect(warningsOfPolicy(undefined)).toEqual([]);
  });
});

describe('docs/file-system.yml', () => {
  const template = parse(readFileSync('docs/file-system.yml', 'utf8'), { logLevel: 'silent' });
  const { Properties } = template.Resources.FileSystem;

  test('has the same policy, but for its own ARN, which a template cannot name inside of itself', () => {
    const wanted = secureStatements(ARN).map(({ Resource: _, ...statement }) => statement);
    expect(Properties.FileSystemPolicy).toEqual({ Version: '2012-10-17', Statement: wanted });
    expect(problemsOfPolicy(parsePolicy(JSON.stringify(Properties.FileSystemPolicy), 'fs-1'), ARN)).toEqual(
      [],
    );
  });

  test('makes what is not used cheap, and brings it back when it is', () => {
    expect(Properties).toMatchObject({
      Encrypted: true,
      // Archive storage takes elastic throughput.
      ThroughputMode: 'elastic',
      PerformanceMode: 'generalPurpose',
      BackupPolicy: { Status: 'ENABLED' },
      LifecyclePolicies: [
        { TransitionToIA: 'AFTER_30_DAYS' },
        { TransitionToArchive: 'AFTER_90_DAYS' },
        { TransitionToPrimaryStorageClass: 'AFTER_1_ACCESS' },
      ],
    });
  });

  test('outlives its stack', () => {
    expect(template.Resources.FileSystem).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });
});
