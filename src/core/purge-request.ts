import * as z from 'zod';
import { quote } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { keyOfPath, type WorkspaceKey } from './workspace-key.ts';

const purgeRequestSchema = z.strictObject({ path: z.string() });

/** What the function `purge` is called with: one home, e.g. `{ path: '/workspace/acme/ada' }`. */
export type PurgeRequest = z.infer<typeof purgeRequestSchema>;

/** What it answers: whether nothing of that home is left, and how many files, folders and links this call has deleted. */
export const purgeAnswerSchema = z.object({
  path: z.string(),
  done: z.boolean(),
  removed: z.int().nonnegative(),
});
export type PurgeAnswer = z.infer<typeof purgeAnswerSchema>;

/** Whose home is to be deleted. Throws BadInputError for everything that is not exactly the path of one home. */
export function readPurgeRequest(input: unknown): WorkspaceKey {
  const request = purgeRequestSchema.safeParse(input);
  const key = request.success ? keyOfPath(request.data.path) : undefined;
  if (key) return key;
  throw new BadInputError(
    `the function purge got ${quote(input)}, expected {"path":"/workspace/<clientId>/<userId>"} and nothing else`,
  );
}
