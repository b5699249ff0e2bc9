import { SignJWT } from 'jose';
import { JoseTokens } from '../../../src/tokens/jose-tokens.ts';
import { NOW } from '../../support/memory/ok-values.ts';

const HOUR = 3_600;
const PASS = { clientId: 'acme', userId: 'ada', accessPoint: 'fsap-1' };
const key = (id: string) => ({
  id,
  secret: new TextEncoder().encode(`${id}: a key of more than 32 characters`),
});
const [OLD, NEW, OTHER] = [key('old'), key('new'), key('other')];

function tokensWith(keys: readonly ReturnType<typeof key>[], lifeSeconds = 24 * HOUR) {
  const reads: boolean[] = [];
  const read = async (fresh = false) => {
    reads.push(fresh);
    return [...keys];
  };
  return { tokens: new JoseTokens({ read }, lifeSeconds), reads };
}

test('what was minted is read again, with its times', async () => {
  const { tokens } = tokensWith([NEW]);
  const token = await tokens.mint(PASS, NOW + 7.5);
  expect(await tokens.verify(token, NOW + 8)).toEqual({ ...PASS, issuedAt: NOW, expiresAt: NOW + 24 * HOUR });
});

test('two who mint within five minutes mint the same', async () => {
  const { tokens } = tokensWith([NEW]);
  expect(await tokens.mint(PASS, NOW + 299)).toBe(await tokens.mint(PASS, NOW));
  expect(await tokens.mint(PASS, NOW + 300)).not.toBe(await tokens.mint(PASS, NOW));
});

test.each([
  ['a second before it begins', -1, false],
  ['at its beginning', 0, true],
  ['a second before its end', 24 * HOUR - 1, true],
  ['at its end', 24 * HOUR, false],
])('good or not: %s', async (_, after, isGood) => {
  const { tokens } = tokensWith([NEW]);
  const token = await tokens.mint(PASS, NOW);
  expect((await tokens.verify(token, NOW + after)) !== undefined).toBe(isGood);
});

describe('two keys at once', () => {
  test('the first one signs, both verify, a third one does not', async () => {
    const ofOld = await tokensWith([OLD]).tokens.mint(PASS, NOW);
    const ofOther = await tokensWith([OTHER]).tokens.mint(PASS, NOW);
    const { tokens, reads } = tokensWith([NEW, OLD]);
    expect(await tokens.verify(ofOld, NOW)).toMatchObject(PASS);
    expect(await tokens.verify(await tokens.mint(PASS, NOW), NOW)).toMatchObject(PASS);
    expect(reads).not.toContain(true);
    expect(await tokens.verify(ofOther, NOW)).toBeUndefined();
    // It may have been made since we looked.
    expect(reads.at(-1)).toBe(true);
  });
});

/** A token that somebody else has made, with one thing that is not as ours. */
function forged(change: { header?: object; claims?: object; secret?: Uint8Array } = {}): Promise<string> {
  const claims = {
    ...PASS,
    iss: 'workspace-cleanup',
    aud: 'workspace-activity',
    iat: NOW,
    nbf: NOW,
    exp: NOW + HOUR,
  };
  return new SignJWT({ ...claims, ...change.claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: NEW.id, ...change.header })
    .sign(change.secret ?? NEW.secret);
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('refused', () => {
  test('nothing is, where nothing is wrong', async () => {
    expect(await tokensWith([NEW]).tokens.verify(await forged(), NOW)).toMatchObject(PASS);
  });

  test.each<[string, () => string | Promise<string>]>([
    [
      'another algorithm of the same key',
      () => forged({ header: { alg: 'HS512' }, secret: new Uint8Array(64).fill(1) }),
    ],
    [
      'no algorithm',
      () => `${part({ alg: 'none', typ: 'JWT', kid: NEW.id })}.${part({ ...PASS, exp: NOW + HOUR })}.`,
    ],
    ['another key under the name of ours', () => forged({ secret: OTHER.secret })],
    ['no name of a key', () => forged({ header: { kid: undefined } })],
    ['another type', () => forged({ header: { typ: 'at+jwt' } })],
    ['another issuer', () => forged({ claims: { iss: 'somebody' } })],
    ['for others', () => forged({ claims: { aud: 'billing' } })],
    ['without an end', () => forged({ claims: { exp: undefined } })],
    ['without a beginning', () => forged({ claims: { nbf: undefined } })],
    ['not yet valid', () => forged({ claims: { nbf: NOW + 60 } })],
    ['a user that climbs', () => forged({ claims: { userId: '../bob' } })],
    ['no access point', () => forged({ claims: { accessPoint: undefined } })],
    [
      'a changed part',
      async () => (await forged()).replace(/\.[^.]+\./, `.${part({ ...PASS, userId: 'bob' })}.`),
    ],
    ['cut off', async () => (await forged()).slice(0, -5)],
    ['no token at all', () => 'a.b.c'],
    ['nothing', () => ''],
    ['megabytes', () => 'a'.repeat(5_000_000)],
  ])('%s', async (_, make) => {
    expect(await tokensWith([NEW]).tokens.verify(await make(), NOW)).toBeUndefined();
  });

  test('who cannot read the keys has not refused anybody: it is thrown', async () => {
    const tokens = new JoseTokens({ read: () => Promise.reject(new Error('throttled')) }, HOUR);
    await expect(tokens.verify(await forged(), NOW)).rejects.toThrow('throttled');
    await expect(tokens.mint(PASS, NOW)).rejects.toThrow('throttled');
  });
});
