import { BadInputError, RetryableError } from '../../core/errors.ts';
import { entryOf } from '../../core/history.ts';
import { bySchema, reasonSchema } from '../../core/keeping.ts';
import type { Policy } from '../../core/policy.ts';
import { judgeReturn } from '../../core/resume.ts';
import { showKey, type WorkspaceKey } from '../../core/workspace-key.ts';
import { validRow } from '../../core/workspace-row.ts';
import type { Clock, Workspaces } from '../../ports.ts';

export interface ResumePorts {
  workspaces: Pick<Workspaces, 'read' | 'recordReturn'>;
  clock: Pick<Clock, 'now'>;
}

const MAXIMUM_TRIES = 5;

/**
 * Gives an archived workspace back, as if its user had come back: the return is written, and from then on the rules say
 * `active`, so that its next wake-up gives the access back, within two minutes. Takes no permission but that to write the row.
 *
 * Throws BadInputError 404 where there is no such workspace, 409 where it is open, or the client is not entitled to it, 410
 * where it is terminated, 423 while somebody is at work on it or it is held.
 */
export async function resumeByOperator(
  key: WorkspaceKey,
  { by, reason }: { by: string; reason: string },
  policy: Policy,
  { workspaces, clock }: ResumePorts,
): Promise<void> {
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const now = clock.now();
    const row = validRow(await workspaces.read(key), key, now);
    const judged = judgeReturn(row, policy, now);
    if (judged.kind === 'refused') throw judged.refusal;
    if (judged.kind === 'open') throw new BadInputError(`workspace ${showKey(row)} is open already`, 409);
    const at = Math.max(Math.floor(now), row.lastActivity);
    const said = { by: bySchema.parse(by), reason: reasonSchema.parse(reason) };
    const entry = entryOf(row, { what: 'returned', ...said, lifecycle: row.lifecycle }, now);
    if (await workspaces.recordReturn(row, at, entry)) return;
  }
  throw new RetryableError(`workspace ${showKey(key)} changed ${MAXIMUM_TRIES} times in a row`);
}
