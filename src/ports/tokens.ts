import type { VerifiedPass, WorkspacePass } from '../core/workspace-token.ts';

/** The tokens with which containers report on their workspaces, and on no other. */
export interface WorkspaceTokens {
  /** A token that is good from `now` (epoch seconds) on, for as long as this installation says. */
  mint(pass: WorkspacePass, now: number): Promise<string>;
  /** What the token says, if it is one of ours and good at `now`; undefined for everything else, whatever is wrong with it. */
  verify(token: string, now: number): Promise<VerifiedPass | undefined>;
}

/** One symmetric key, and its name, which stands in the tokens that it signs. */
export interface TokenKey {
  id: string;
  /** At least 32 bytes, as HS256 asks for (RFC 7518, section 3.2). */
  secret: Uint8Array;
}

/** Where the keys are: the first one signs, all of them verify. */
export interface TokenKeys {
  /** `fresh`: as they are now, not as they were a while ago. */
  read(fresh?: boolean): Promise<TokenKey[]>;
}
