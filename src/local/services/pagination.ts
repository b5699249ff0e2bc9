export interface Page<T> {
  items: T[];
  /** Ask with it for what comes next; undefined on the last page. */
  nextToken: string | undefined;
}

/**
 * One page of `items` in the order of their keys. The token holds the last key that was given out, so items
 * that come and go between two pages never make another one be left out or appear twice.
 * `invalid` makes the error for a token that nobody here has given out.
 */
export function pageOf<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  limit: number,
  token: string | undefined,
  invalid: (message: string) => Error,
): Page<T> {
  const after = token === undefined ? undefined : decode(token, invalid);
  const sorted = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || key > after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = sorted.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    nextToken: last && sorted.length > limit ? encode(last.key) : undefined,
  };
}

/** Tells our tokens from everything else that is base64. */
const TOKEN_PREFIX = 'after:';

function encode(key: string): string {
  return Buffer.from(TOKEN_PREFIX + key).toString('base64url');
}

function decode(token: string, invalid: (message: string) => Error): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (text.startsWith(TOKEN_PREFIX)) return text.slice(TOKEN_PREFIX.length);
  throw invalid(`Invalid token "${token}": expected the one that the previous page ended with.`);
}
