import * as z from 'zod';
import { describeProblems } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { checkKeyLength, workspaceKeyFields } from './workspace-key.ts';
import { retentionDaysSchema } from './workspace-row.ts';

/** Whether the container is to run as well. */
export const startSchema = z.boolean({ error: 'true or false' }).default(false);

const provisionRequestSchema = z
  .strictObject({
    ...workspaceKeyFields,
    /** Instead of the tier's, whole days. */
    retentionDays: retentionDaysSchema.optional(),
    start: startSchema,
  })
  .superRefine(checkKeyLength);
export type ProvisionRequest = z.infer<typeof provisionRequestSchema>;

/** Reads the body of `POST /workspaces` (parsed JSON). Throws BadInputError if it is none. */
export function readProvisionRequest(input: unknown): ProvisionRequest {
  const result = provisionRequestSchema.safeParse(input);
  if (result.success) return result.data;
  throw new BadInputError(describeProblems(result.error, input).join('; '));
}
