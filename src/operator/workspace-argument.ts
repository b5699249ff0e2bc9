import { quote } from '../core/describe-problems.ts';
import { BadInputError } from '../core/errors.ts';
import { type WorkspaceKey, workspaceKeySchema } from '../core/workspace-key.ts';

/** The workspace that a command line names, e.g. `acme/ada`. Throws BadInputError. */
export function readWorkspace(text: string): WorkspaceKey {
  const [clientId, userId, ...more] = text.split('/');
  const parsed = workspaceKeySchema.safeParse({ clientId, userId });
  if (parsed.success && more.length === 0) return parsed.data;
  throw new BadInputError(`the workspace is ${quote(text)}, expected <client>/<user>, e.g. acme/ada`);
}
