import { errors, jwtVerify, SignJWT } from 'jose';
import { RetryableError } from '../core/errors.ts';
import {
  issueTime,
  type VerifiedPass,
  type WorkspacePass,
  workspacePassSchema,
} from '../core/workspace-token.ts';
import type { TokenKey, TokenKeys, WorkspaceTokens } from '../ports.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'workspace-cleanup';
const AUDIENCE = 'workspace-activity';
/** Longer ones are none of ours, and nobody spends time on them. Characters. */
const LONGEST_TOKEN = 2_000;

/**
 * JSON Web Tokens, signed with HMAC: whoever mints them is whoever verifies them, so there is no public key to hand out.
 * Algorithm, issuer, audience and type are fixed on this side; what a token says of itself chooses only among our keys.
 */
export class JoseTokens implements WorkspaceTokens {
  private readonly keys: TokenKeys;
  private readonly lifeSeconds: number;

  constructor(keys: TokenKeys, lifeSeconds: number) {
    this.keys = keys;
    this.lifeSeconds = lifeSeconds;
  }

  async mint({ clientId, userId, accessPoint }: WorkspacePass, now: number): Promise<string> {
    const [key] = await this.keys.read();
    if (key === undefined) throw new RetryableError('there is no key for tokens yet, expected at least one');
    const issuedAt = issueTime(now);
    return new SignJWT({ clientId, userId, accessPoint })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: key.id })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt)
      .setExpirationTime(issuedAt + this.lifeSeconds)
      .sign(key.secret);
  }

  async verify(token: string, now: number): Promise<VerifiedPass | undefined> {
    if (token.length > LONGEST_TOKEN) return undefined;
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.keyOf(kid), {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: 'JWT',
        requiredClaims: ['iat', 'nbf', 'exp'],
        currentDate: new Date(now * 1_000),
      });
      const pass = workspacePassSchema.safeParse(payload);
      if (!pass.success) return undefined;
      return { ...pass.data, issuedAt: Number(payload.iat), expiresAt: Number(payload.exp) };
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof UnknownKey) return undefined;
      throw error;
    }
  }

  /** A key that is not known may have been made since we looked: then it is looked for once more. */
  private async keyOf(id: string | undefined): Promise<Uint8Array> {
    const named = (keys: readonly TokenKey[]) => keys.find((key) => key.id === id);
    const key = named(await this.keys.read()) ?? named(await this.keys.read(true));
    if (key === undefined) throw new UnknownKey();
    return key.secret;
  }
}

class UnknownKey extends Error {
  override readonly name = 'UnknownKey';
}
