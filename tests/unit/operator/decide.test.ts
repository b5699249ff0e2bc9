import { DAY_SECONDS } from '../../../src/core/policy.ts';
import { answerLine, decideRow } from '../../../src/operator/decide.ts';
import { decideStream } from '../../../src/operator/decide-stream.ts';
import { idleFor, NOW, okPolicy, okSeed } from '../../support/rows.ts';

const DEADLINE = okSeed.lastActivity + 7 * DAY_SECONDS + 1;

const answer = (text: string) => answerLine({ kind: 'text', number: 3, text }, okPolicy, NOW);
const answerRow = (changes: object) =>
  JSON.parse(answer(JSON.stringify({ ...okSeed, ...changes }))?.text ?? '');

test('a row is answered with exactly these keys, in this order', () => {
  expect(answer(JSON.stringify(okSeed))).toEqual({
    good: true,
    text: `{"clientId":"acme","userId":"ada","action":"active","rule":"within-limits","nextAt":${DEADLINE},"nextAction":"archive","state":"at-rest","wakeAt":${DEADLINE}}`,
  });
});

test.each([
  [
    'archived by the rules: nothing ahead',
    { lastActivity: idleFor(8) },
    ['archive', 'retention-free', null, null],
  ],
  [
    'cancelled with its own retention: termination ahead',
    { subscriptionStatus: 'cancelled', retentionDays: 2, lastActivity: idleFor(3) },
    ['archive', 'retention-free', NOW + 4 * DAY_SECONDS + 1, 'terminate'],
  ],
  [
    'terminated: nothing ahead, whatever the rules say',
    { lifecycle: 'terminated' },
    ['active', 'within-limits', null, null],
  ],
  ['held for ever', { hold: {}, lastActivity: idleFor(8) }, ['active', 'held', null, null]],
  [
    'held for a while',
    { hold: { until: NOW + 10 }, lastActivity: idleFor(8) },
    ['active', 'held', NOW + 10, 'archive'],
  ],
  ['archived and used again', { lifecycle: 'archived' }, ['active', 'within-limits', DEADLINE, 'archive']],
])('%s', (_, changes, expected) => {
  const { action, rule, nextAt, nextAction } = answerRow(changes);
  expect([action, rule, nextAt, nextAction]).toEqual(expected);
});

test.each([
  [
    'no JSON',
    '{"clientId":',
    'the line is not JSON: it is "{\\"clientId\\":", expected a row as a JSON object',
  ],
  ['no object', '[]', 'the input is [], expected object'],
  [
    'a bad value',
    JSON.stringify({ ...okSeed, retentionDays: 0 }),
    'retentionDays is 0, expected whole days from 1 to 36500',
  ],
  [
    'two bad values',
    JSON.stringify({ ...okSeed, retentionDays: 0, subscriptionTier: 'gold' }),
    'subscriptionTier is "gold", expected free, pro or enterprise; retentionDays is 0, expected whole days from 1 to 36500',
  ],
])('%s is told with the number of its line', (_, text, error) => {
  expect(answer(text)).toEqual({ good: false, text: JSON.stringify({ error, line: 3 }) });
});

test.each(['', ' ', '\t', '\r'])('the blank line %j is not answered', (text) => {
  expect(answer(text)).toBeUndefined();
});

test.each([
  ['a carriage return', `${JSON.stringify(okSeed)}\r`],
  ['a byte order mark', `\ufeff${JSON.stringify(okSeed)}`],
])('%s does no harm', (_, text) => expect(answer(text)?.good).toBe(true));

test('a line that is too long is told', () => {
  expect(answerLine({ kind: 'too-long', number: 7, limitBytes: 100 }, okPolicy, NOW)?.text).toBe(
    '{"error":"the line has more than 100 bytes, expected a row as JSON","line":7}',
  );
});

test('a quote of a bad line stays short', () => {
  expect(answer('x'.repeat(100_000))?.text.length).toBeLessThan(250);
});

test('the row that came in is not changed', () => {
  const row = Object.freeze({ ...okSeed });
  expect(decideRow(row, okPolicy, NOW).kind).toBe('decided');
});

describe('a stream', () => {
  async function answersTo(...chunks: string[]): Promise<{ texts: string[]; bad: number }> {
    const tally = { bad: 0 };
    async function* source() {
      for (const chunk of chunks) yield Buffer.from(chunk);
    }
    const texts: string[] = [];
    for await (const text of decideStream(okPolicy, NOW, tally)(source())) texts.push(text);
    return { texts, bad: tally.bad };
  }

  test('is answered chunk by chunk, in order, and its bad lines are counted', async () => {
    const row = JSON.stringify(okSeed);
    const good = answer(row)?.text;
    const { texts, bad } = await answersTo(`${row}\nx\n`, '\n', `y\n${row}`);
    expect(texts).toEqual([
      `${good}\n${JSON.stringify({ error: 'the line is not JSON: it is "x", expected a row as a JSON object', line: 2 })}\n`,
      `${JSON.stringify({ error: 'the line is not JSON: it is "y", expected a row as a JSON object', line: 4 })}\n`,
      `${good}\n`,
    ]);
    expect(bad).toBe(2);
  });

  test('of nothing has no answers', async () => {
    expect(await answersTo()).toEqual({ texts: [], bad: 0 });
  });
});
