import {
  idSchema,
  lengthProblem,
  showKey,
  workspaceKeySchema,
  workspacePath,
  workspaceReference,
} from '../../../src/core/workspace-key.ts';

const accepts = (id: unknown) => idSchema.safeParse(id).success;

test.each([
  'a',
  '7',
  '_',
  'acme',
  'Ada.Lovelace@example.com',
  'a-b',
  'a.b',
  'us-east-1:0f',
  'x+y=z',
  'a_',
  'constructor',
])('the id %j is accepted', (id) => expect(accepts(id)).toBe(true));

test.each([
  ['empty', ''],
  ['a dot', '.'],
  ['two dots', '..'],
  ['two dots inside', 'a..b'],
  ['a hidden folder', '.ssh'],
  ['a trailing dot', 'a.'],
  ['a slash', 'a/b'],
  ['an absolute path', '/etc'],
  ['a climb', '../b'],
  ['a backslash', 'a\\b'],
  ['an option', '-rf'],
  ['a space', 'a b'],
  ['a leading space', ' a'],
  ['a line feed', 'a\nb'],
  ['a trailing line feed', 'a\n'],
  ['NUL', 'a\u0000'],
  ['an escape', 'a\u001b[31m'],
  ['DEL', 'a\u007f'],
  ['a Cyrillic a', '\u0430cme'],
  ['a fullwidth letter', '\uff41cme'],
  ['a one-dot leader', 'a\u2024\u2024b'],
  ['a division slash', 'a\u2215b'],
  ['a zero-width space', 'a\u200bb'],
  ['a right-to-left override', 'a\u202eb'],
  ['a combining accent', 'e\u0301'],
  ['an emoji', '🦊'],
  ['a percent sign', 'a%2fb'],
  ['a dollar sign', '$HOME'],
  ['a star', '*'],
  ['a number', 7],
  ['null', null],
  ['an object', {}],
])('%s is refused', (_, id) => expect(accepts(id)).toBe(false));

test('the message says the value and what an id is', () => {
  const result = idSchema.safeParse('../etc');
  expect(result.error?.issues[0]?.message).toContain('letters, digits and _ . @ + = : -');
});

describe('a workspace too long for its path', () => {
  // `/workspace/` and the second slash take 12 of the 100 characters.
  const keyOfPath = (length: number) => ({ clientId: 'a'.repeat(length - 12 - 40), userId: 'b'.repeat(40) });

  test('100 characters are accepted', () => {
    expect(workspacePath(keyOfPath(100))).toHaveLength(100);
    expect(workspaceKeySchema.safeParse(keyOfPath(100)).success).toBe(true);
  });

  test('101 characters are refused', () => {
    expect(lengthProblem(keyOfPath(101))).toMatch(/make the path .*, expected at most 100 characters$/);
    expect(workspaceKeySchema.safeParse(keyOfPath(101)).success).toBe(false);
  });
});

describe('a workspace too long for its reference', () => {
  // Every `_` becomes three characters.
  test('128 characters are accepted', () => {
    const key = { clientId: `${'_'.repeat(32)}a`, userId: `${'_'.repeat(9)}abc` };
    expect(workspaceReference({ ...key, userId: `${key.userId}d` })).toHaveLength(129);
    expect(workspaceReference(key)).toHaveLength(128);
    expect(lengthProblem(key)).toBeUndefined();
  });

  test('129 characters are refused', () => {
    const key = { clientId: `${'_'.repeat(32)}a`, userId: `${'_'.repeat(9)}abcd` };
    expect(lengthProblem(key)).toMatch(/make the reference .*, expected at most 128 characters$/);
  });
});

test('the home is the folder of the user in that of the client', () => {
  expect(workspacePath({ clientId: 'acme', userId: 'ada' })).toBe('/workspace/acme/ada');
});

describe('references', () => {
  test.each([
    ['acme', 'ada', 'acme/ada'],
    ['a-b', 'c', 'a-b/c'],
    ['acme', 'ada@acme.io', 'acme/ada_40acme_2eio'],
    ['a_b', 'c:d', 'a_5fb/c_3ad'],
  ])('of %s and %s', (clientId, userId, reference) => {
    expect(workspaceReference({ clientId, userId })).toBe(reference);
  });

  test.each([
    [
      { clientId: 'a-b', userId: 'c' },
      { clientId: 'a', userId: 'b-c' },
    ],
    [
      { clientId: 'a_2e', userId: 'c' },
      { clientId: 'a.', userId: 'c' },
    ],
    [
      { clientId: 'a_', userId: 'b' },
      { clientId: 'a', userId: '_b' },
    ],
  ])('of %j and %j differ', (one, other) => {
    expect(workspaceReference(one)).not.toBe(workspaceReference(other));
  });
});

test('a key is shown as people write it', () => {
  expect(showKey({ clientId: 'acme', userId: 'ada@acme.io' })).toBe('acme/ada@acme.io');
});
