import { issueTime, type VerifiedPass, type WorkspacePass } from '../../../src/core/workspace-token.ts';
import type { WorkspaceTokens } from '../../../src/ports.ts';

const LIFE_SECONDS = 86_400;

/** Tokens that anybody could make, and that take no time: signatures are another test's subject. */
export class MemoryTokens implements WorkspaceTokens {
  async mint({ clientId, userId, accessPoint }: WorkspacePass, now: number): Promise<string> {
    const issuedAt = issueTime(now);
    const pass = { clientId, userId, accessPoint, issuedAt, expiresAt: issuedAt + LIFE_SECONDS };
    return Buffer.from(JSON.stringify(pass)).toString('base64url');
  }

  async verify(token: string, now: number): Promise<VerifiedPass | undefined> {
    const pass = JSON.parse(Buffer.from(token, 'base64url').toString()) as VerifiedPass;
    return now >= pass.issuedAt && now < pass.expiresAt ? pass : undefined;
  }
}
