/** What a token says of itself, unverified: the other side verifies. Empty for what is none. */
function claimsOf(token: string): Record<string, unknown> {
  try {
    const [, payload = ''] = token.split('.');
    return (JSON.parse(Buffer.from(payload, 'base64url').toString()) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** When a token begins and ends, epoch seconds; undefined for what is none. */
export function lifeOf(token: string): { issuedAt: number; expiresAt: number } | undefined {
  const { iat, exp } = claimsOf(token);
  return typeof iat === 'number' && typeof exp === 'number' ? { issuedAt: iat, expiresAt: exp } : undefined;
}

/** The same for two tokens of the same workspace and the same access point. */
export function subjectOf(token: string): string {
  const { clientId, userId, accessPoint } = claimsOf(token);
  return JSON.stringify([clientId, userId, accessPoint]);
}
