import * as z from 'zod';

/** Whose workspace: the key of `WorkspaceStatus`, and the two folders of its home. */
export interface WorkspaceKey {
  clientId: string;
  userId: string;
}

const ID_EXPECTED =
  'an id of at most 87 letters, digits and _ . @ + = : - that begins with a letter, digit or _, without "..", not ending in "."';

/** With the shortest other id, the path of the workspace then has the 100 characters that EFS takes. */
const LONGEST_ID = 87;

/**
 * Ids become a folder name on EFS and part of names on ECS, so the set is closed: ASCII only, no separators,
 * nothing that a path could climb with. EFS itself refuses $#<>;`|&?{}^* in a path (CreateAccessPoint, RootDirectory).
 */
export const idSchema = z
  .string({ error: ID_EXPECTED })
  .max(LONGEST_ID, { error: ID_EXPECTED })
  .regex(/^(?!.*\.\.)[A-Za-z0-9_](?:[A-Za-z0-9_.@+=:-]*[A-Za-z0-9_@+=:-])?$/, { error: ID_EXPECTED });

/** EFS takes root directories of at most 100 characters. */
const LONGEST_PATH = 100;
/** ECS takes at most 128 characters in `startedBy`. */
const LONGEST_REFERENCE = 128;

/** The home of a workspace on the file system, e.g. `/workspace/acme/ada`. Unique for each workspace. */
export function workspacePath({ clientId, userId }: WorkspaceKey): string {
  return `/workspace/${clientId}/${userId}`;
}

/** Whose home this path is; undefined if it is not exactly one, e.g. `/workspace/acme/../bob`. */
export function keyOfPath(path: string): WorkspaceKey | undefined {
  const [, clientId, userId] = /^\/workspace\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const parsed = workspaceKeySchema.safeParse({ clientId, userId });
  return parsed.success ? parsed.data : undefined;
}

/**
 * The name of a workspace where only letters, digits, `-`, `_` and `/` are allowed (ECS `startedBy`), readable and
 * reversible, so never shared by two: `acme/ada`; any other character as `_` and two hex digits, e.g. `ada_40acme_2eio`.
 */
export function workspaceReference({ clientId, userId }: WorkspaceKey): string {
  return `${escapeId(clientId)}/${escapeId(userId)}`;
}

function escapeId(id: string): string {
  return id.replace(
    /[^A-Za-z0-9-]/g,
    (character) => `_${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Why the two ids together are too long to be a workspace's, or undefined if they are not. */
export function lengthProblem(key: WorkspaceKey): string | undefined {
  if (workspacePath(key).length > LONGEST_PATH) {
    return `clientId and userId make the path ${workspacePath(key)}, expected at most ${LONGEST_PATH} characters`;
  }
  if (workspaceReference(key).length > LONGEST_REFERENCE) {
    return `clientId and userId make the reference ${workspaceReference(key)}, expected at most ${LONGEST_REFERENCE} characters`;
  }
  return undefined;
}

/** The two members of a key, for schemas of objects that have one; to be followed by `checkKeyLength`. */
export const workspaceKeyFields = { clientId: idSchema, userId: idSchema };

/** A refinement for such a schema: both ids are short enough together for EFS and ECS. */
export function checkKeyLength(key: WorkspaceKey, context: z.core.$RefinementCtx): void {
  const problem = lengthProblem(key);
  if (problem) context.addIssue({ code: 'custom', message: problem, input: key });
}

/** A valid key of a workspace. */
export const workspaceKeySchema = z.object(workspaceKeyFields).superRefine(checkKeyLength);

/** A workspace as people write it, `client/user`. For messages; not unique, not for names. */
export function showKey({ clientId, userId }: WorkspaceKey): string {
  return `${clientId}/${userId}`;
}

/** Whose reference this is; undefined if it is none that `workspaceReference` gives. */
export function keyOfReference(reference: string): WorkspaceKey | undefined {
  const [clientId, userId, ...more] = reference
    .split('/')
    .map((part) =>
      part.replace(/_([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    );
  const parsed = workspaceKeySchema.safeParse({ clientId, userId });
  if (!parsed.success || more.length > 0 || workspaceReference(parsed.data) !== reference) return undefined;
  return parsed.data;
}
