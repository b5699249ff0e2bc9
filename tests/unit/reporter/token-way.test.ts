import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lifeOf } from '../../../src/reporter/token-claims.ts';
import { keepToken, newestToken } from '../../../src/reporter/token-file.ts';
import { TokenWay } from '../../../src/reporter/token-way.ts';
import { NOW } from '../../support/memory/ok-values.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

const HOUR = 3_600;
const tokenFrom = (iat: number, more: object = {}) =>
  `a.${Buffer.from(JSON.stringify({ iat, exp: iat + 24 * HOUR, clientId: 'acme', ...more })).toString('base64url')}.c`;

/** An API that answers what a test says, and remembers what it was asked. */
function api(answers: (body: Record<string, unknown>) => Response) {
  const asked: { url: string; authorization: string; body: Record<string, unknown> }[] = [];
  const call = async (url: string, { headers, body }: { headers: Record<string, string>; body: string }) => {
    const said = JSON.parse(body) as Record<string, unknown>;
    asked.push({ url, authorization: headers.authorization ?? '', body: said });
    return answers(said);
  };
  const time = new VirtualTime(NOW * 1_000);
  const tokens: string[] = [];
  const options = {
    url: 'https://api.example/',
    token: tokenFrom(NOW),
    time,
    onToken: (one: string) => void tokens.push(one),
  };
  const way = new TokenWay({ ...options, fetch: call as unknown as typeof fetch });
  return { way, asked, time, tokens };
}

test('a report is one request, with the token', async () => {
  const { way, asked } = api(() => Response.json({ recorded: true }));
  expect(await way.send({ lastActivity: NOW })).toEqual({ kind: 'taken' });
  expect(asked).toEqual([
    {
      url: 'https://api.example/activity',
      authorization: `Bearer ${tokenFrom(NOW)}`,
      body: { lastActivity: NOW },
    },
  ]);
});

test.each([
  [400, {}, 'refused', undefined],
  [413, {}, 'refused', undefined],
  [401, {}, 'later', undefined],
  [409, {}, 'later', undefined],
  [429, { 'retry-after': '2' }, 'later', 2],
  [503, {}, 'later', undefined],
  [502, { 'retry-after': 'Fri, 01 Jan 2027 00:00:00 GMT' }, 'later', undefined],
])('%i', async (status, headers, kind, afterSeconds) => {
  const { way } = api(() => Response.json({ error: 'because' }, { status, headers }));
  const sent = await way.send({});
  expect(sent).toMatchObject({ kind, reason: `https://api.example/ answers ${status}: because` });
  expect((sent as { afterSeconds?: number }).afterSeconds).toBe(afterSeconds);
});

test('a new token that comes with an answer is used from then on, and kept', async () => {
  const next = tokenFrom(NOW + HOUR);
  const { way, asked, tokens } = api(() => Response.json({ recorded: true, token: next }));
  await way.send({});
  await way.send({});
  expect(asked[1]?.authorization).toBe(`Bearer ${next}`);
  expect(tokens).toContain(next);
});

test('in silence it asks for one when half of the life has passed, and again each minute if it gets none', async () => {
  let isUp = false;
  const { asked, time, tokens } = api(() =>
    isUp ? Response.json({ token: tokenFrom(NOW + 12 * HOUR) }) : Response.json({}, { status: 503 }),
  );
  await time.pass((12 * HOUR - 1) * 1_000);
  expect(asked).toEqual([]);
  await time.pass(62_000);
  expect(asked.map(({ body }) => body)).toEqual([{ renew: true }, { renew: true }]);
  isUp = true;
  await time.pass(60_000);
  expect(tokens).toHaveLength(1);
  await time.pass(11 * HOUR * 1_000);
  expect(asked).toHaveLength(3);
});

test.each([[''], ['a.b.c'], ['a'], [`a.${Buffer.from('{"iat":"x"}').toString('base64url')}.c`]])(
  'a token of which nobody can tell the life: %p',
  (token) => expect(lifeOf(token)).toBeUndefined(),
);

describe('the file of the token', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reporter-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = () => join(folder, 'sub', 'token');

  test('is for nobody else, and found again by who starts with an older one', () => {
    keepToken(file(), tokenFrom(NOW + HOUR));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(newestToken(file(), tokenFrom(NOW))).toBe(tokenFrom(NOW + HOUR));
    expect(newestToken(file(), tokenFrom(NOW + 2 * HOUR))).toBe(tokenFrom(NOW + 2 * HOUR));
  });

  test.each([
    ['is not there', undefined],
    ['is no token', 'nonsense'],
    ["is another workspace's", tokenFrom(NOW + HOUR, { clientId: 'globex' })],
  ])('%s: the given one counts', (_, kept) => {
    if (kept !== undefined) keepToken(file(), kept);
    expect(newestToken(file(), tokenFrom(NOW))).toBe(tokenFrom(NOW));
  });

  test('that cannot be written is no reason to stop', () => {
    writeFileSync(join(folder, 'a-file'), '');
    expect(() => keepToken(join(folder, 'a-file', 'token'), 'a.b.c')).not.toThrow();
  });
});
