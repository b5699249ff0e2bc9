import { Sessions } from '../../../../src/operator/console/sessions.ts';

test('a token is good for one use, and another takes its place', () => {
  const sessions = new Sessions();
  const token = sessions.currentToken;
  const session = sessions.redeem(token);
  expect(session).toMatch(/^[\w-]{43}$/);
  expect(sessions.isValid(session)).toBe(true);
  expect(sessions.redeem(token)).toBeUndefined();
  expect(sessions.currentToken).not.toBe(token);
  expect(sessions.redeem(sessions.currentToken)).not.toBe(session);
});

test('what is no token and what is no session is not taken for one', () => {
  const sessions = new Sessions();
  for (const wrong of ['', 'x', `${sessions.currentToken}x`, sessions.currentToken.slice(1)])
    expect(sessions.redeem(wrong)).toBeUndefined();
  for (const wrong of [undefined, '', sessions.currentToken]) expect(sessions.isValid(wrong)).toBe(false);
});

test('the oldest of more than twenty sessions ends', () => {
  const sessions = new Sessions();
  const all = Array.from({ length: 21 }, () => sessions.redeem(sessions.currentToken));
  expect(all.map((session) => sessions.isValid(session))).toEqual([false, ...Array(20).fill(true)]);
});
