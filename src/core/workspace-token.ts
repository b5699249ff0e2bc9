import * as z from 'zod';
import { idSchema } from './workspace-key.ts';

/** What a token entitles its holder to: to report on this workspace, for as long as this access point is its own. */
export const workspacePassSchema = z.object({
  clientId: idSchema,
  userId: idSchema,
  accessPoint: z.string().min(1).max(100),
});
export type WorkspacePass = z.infer<typeof workspacePassSchema>;

/** A pass that was read from a token. Times in epoch seconds. */
export interface VerifiedPass extends WorkspacePass {
  issuedAt: number;
  expiresAt: number;
}

/**
 * A token's beginning is a full five minutes, so that two who start the same container at the same time give it the same one.
 */
const ISSUED_EVERY_SECONDS = 300;

/** When a token that is made at `now` begins, epoch seconds; it lies in the past, so no clock is behind it. */
export function issueTime(now: number): number {
  return Math.floor(now / ISSUED_EVERY_SECONDS) * ISSUED_EVERY_SECONDS;
}

/** Whether whoever shows this pass is given a new one: in the second half of its life. */
export function isToBeRenewed({ issuedAt, expiresAt }: VerifiedPass, now: number): boolean {
  return now >= issuedAt + (expiresAt - issuedAt) / 2;
}
