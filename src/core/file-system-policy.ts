import * as z from 'zod';
import { describeProblems, quote } from './describe-problems.ts';
import { BadInputError } from './errors.ts';

const oneOrMany = z.union([z.string(), z.array(z.string())]);
/** Condition keys with their values, by operator: `{"Bool": {"aws:SecureTransport": "false"}}`. */
const conditionSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.union([z.string(), z.boolean(), z.number(), z.array(z.union([z.string(), z.boolean(), z.number()]))]),
  ),
);
const statementSchema = z.looseObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny'], { error: 'Allow or Deny' }),
  Principal: z.union([z.literal('*'), z.record(z.string(), oneOrMany)]).optional(),
  Action: oneOrMany.optional(),
  Resource: oneOrMany.optional(),
  Condition: conditionSchema.optional(),
});
const policySchema = z.looseObject({
  Statement: z.union([z.array(statementSchema), statementSchema.transform((statement) => [statement])], {
    error: 'a statement or a list of statements',
  }),
});

export type Statement = z.infer<typeof statementSchema>;

/** The resource policy of a file system, whatever else is in it. */
export type FileSystemPolicy = z.infer<typeof policySchema>;

/** Reads a policy as EFS keeps it. Throws BadInputError if it is not understood; `of` says whose it is. */
export function parsePolicy(text: string, of: string): FileSystemPolicy {
  const expected = 'expected a policy of IAM as JSON';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadInputError(`the policy of ${of} is not JSON: it is ${quote(text)}, ${expected}`);
  }
  const parsed = policySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BadInputError(
    `the policy of ${of} is not understood: ${describeProblems(parsed.error, value).join('; ')}; ${expected}`,
  );
}

/** What each statement of ours is for, by its Sid. */
const PURPOSES = {
  WorkspaceCleanupDenyInsecureTransport: 'refuses connections that are not encrypted',
  WorkspaceCleanupDenyWithoutAccessPoint: 'refuses mounts that do not go through an access point',
};
type OurSid = keyof typeof PURPOSES;

/**
 * What keeps workspaces apart on a file system: nobody mounts without TLS, nobody without an access point. The first is
 * what the console puts for "Enforce in-transit encryption for all clients".
 * Sources: EFS user guide, Creating file system policies; Using IAM to control access to file systems (condition keys).
 */
export function secureStatements(fileSystemArn: string): (Statement & { Sid: OurSid })[] {
  return [
    {
      Sid: 'WorkspaceCleanupDenyInsecureTransport',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: '*',
      Resource: fileSystemArn,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'WorkspaceCleanupDenyWithoutAccessPoint',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: [
        'elasticfilesystem:ClientMount',
        'elasticfilesystem:ClientWrite',
        'elasticfilesystem:ClientRootAccess',
      ],
      Resource: fileSystemArn,
      Condition: { Null: { 'elasticfilesystem:AccessPointArn': 'true' } },
    },
  ];
}

/** The policy with our two statements as they should be, and all others as they are. */
export function withSecureStatements(
  policy: FileSystemPolicy | undefined,
  fileSystemArn: string,
): FileSystemPolicy {
  const others = (policy?.Statement ?? []).filter(
    ({ Sid }) => Sid === undefined || !Object.hasOwn(PURPOSES, Sid),
  );
  return { Version: '2012-10-17', ...policy, Statement: [...others, ...secureStatements(fileSystemArn)] };
}

/** What is missing or not as it should be, a sentence each; none if the policy is secure. */
export function problemsOfPolicy(policy: FileSystemPolicy | undefined, fileSystemArn: string): string[] {
  return secureStatements(fileSystemArn).flatMap((wanted) => {
    const found = (policy?.Statement ?? []).filter(({ Sid }) => Sid === wanted.Sid);
    const [first] = found;
    if (first === undefined) return [`${wanted.Sid} is missing: it ${PURPOSES[wanted.Sid]}`];
    if (found.length > 1) return [`${wanted.Sid} is there ${found.length} times, expected once`];
    // The policy of a file system is about that file system, whether it says so or not.
    const { Resource = '*' } = first;
    return differences({ ...first, Resource: Resource === '*' ? fileSystemArn : Resource }, wanted);
  });
}

/** The parts of a statement that decide, also those that ours do not have and that would narrow it. */
const PARTS = [
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

function differences(found: Statement, wanted: Statement): string[] {
  return PARTS.filter((part) => canonical(found[part]) !== canonical(wanted[part])).map(
    (part) =>
      `${wanted.Sid} is changed: ${part} is ${quote(found[part])}, expected ${JSON.stringify(wanted[part]) ?? 'none'}`,
  );
}

/** The same text for what means the same: EFS writes `*` for `{"AWS": "*"}`, one value for a list of one. */
function canonical(value: unknown): string {
  if (
    value === '*' ||
    (isRecord(value) && canonical(value.AWS) === '["*"]' && Object.keys(value).length === 1)
  ) {
    return '["*"]';
  }
  if (Array.isArray(value)) return JSON.stringify(value.map(String).sort());
  if (!isRecord(value)) return value === undefined ? '' : JSON.stringify([String(value)]);
  return JSON.stringify(
    Object.keys(value)
      .sort()
      .map((name) => [name, canonical(value[name])]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Conditions that say how somebody comes, not who it is. */
const ANYBODY_MEETS = new Set([
  'aws:securetransport',
  'elasticfilesystem:accessedviamounttarget',
  'elasticfilesystem:accesspointarn',
]);

/**
 * What is allowed to everybody, a sentence each: an operator may want it, so it is no problem, but should know.
 */
export function warningsOfPolicy(policy: FileSystemPolicy | undefined): string[] {
  return (policy?.Statement ?? []).flatMap((statement, index) => {
    const isForAll = statement.Principal === undefined || includesEverybody(statement.Principal);
    const conditions = Object.values(statement.Condition ?? {}).flatMap((keys) => Object.keys(keys));
    const isOpen = conditions.every((name) => ANYBODY_MEETS.has(name.toLowerCase()));
    if (statement.Effect !== 'Allow' || !isForAll || !isOpen || !allowsMount(statement)) return [];
    return [
      `${statement.Sid ?? `statement ${index + 1}`} allows everybody to mount: whoever is in the network and knows the id of an access point gets into its home without being authenticated by IAM`,
    ];
  });
}

function includesEverybody(principal: NonNullable<Statement['Principal']>): boolean {
  return principal === '*' || Object.values(principal).some((names) => [names].flat().includes('*'));
}

/** Without an Action there is a NotAction, which allows nearly everything. */
function allowsMount({ Action }: Statement): boolean {
  if (Action === undefined) return true;
  return [Action].flat().some((pattern) => {
    const [start = '', ...rest] = pattern.toLowerCase().split('*');
    const mount = 'elasticfilesystem:clientmount';
    return rest.length === 0 ? start === mount : mount.startsWith(start) && mount.endsWith(rest.at(-1) ?? '');
  });
}
