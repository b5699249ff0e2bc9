import { z } from 'zod';
import { describeProblems } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { workspaceKeySchema } from './workspace-key.ts';
import { retentionDaysSchema } from './workspace-row.ts';

const provisionRequestSchema = workspaceKeySchema.and(
  z.object({
    /** Instead of the tier's, whole days. */
    retentionDays: retentionDaysSchema.optional(),
    /** Whether its container is to run as well. */
    start: z.boolean({ error: 'true or false' }).default(false),
  }),
);
export type ProvisionRequest = z.infer<typeof provisionRequestSchema>;

/** Reads the body of `POST /workspaces` (parsed JSON). Throws BadInputError if it is none. */
export function readProvisionRequest(input: unknown): ProvisionRequest {
  const result = provisionRequestSchema.safeParse(input);
  if (result.success) return result.data;
  throw new BadInputError(describeProblems(result.error, input).join('; '));
}
