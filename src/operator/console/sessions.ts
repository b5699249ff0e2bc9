import { randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits: nobody guesses them. */
const SECRET_BYTES = 32;
/** 128 bits are no guess either, and the link fits in a line of 80 characters. */
const TOKEN_BYTES = 16;
/** Nobody has more browsers. The oldest session ends when there is one more. */
const MOST_SESSIONS = 20;

/**
 * Who may come in. There is one token at a time, good for one use; it is exchanged for a session, which a cookie carries.
 * Sessions end with the process.
 */
export class Sessions {
  private token = secret(TOKEN_BYTES);
  private readonly sessions: string[] = [];

  /** The token that is good now. */
  get currentToken(): string {
    return this.token;
  }

  /** Exchanges the token for a new session; undefined if it is not the one that is good. Another is good from then on. */
  redeem(token: string): string | undefined {
    if (!isSame(token, this.token)) return undefined;
    this.token = secret(TOKEN_BYTES);
    const session = secret();
    this.sessions.push(session);
    this.sessions.splice(0, Math.max(0, this.sessions.length - MOST_SESSIONS));
    return session;
  }

  isValid(session: string | undefined): boolean {
    return session !== undefined && this.sessions.some((known) => isSame(session, known));
  }
}

/** A name that nobody guesses, e.g. for a path. */
export function secret(bytes = SECRET_BYTES): string {
  return randomBytes(bytes).toString('base64url');
}

/** How long the comparison takes says nothing of where the two differ. */
function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}
