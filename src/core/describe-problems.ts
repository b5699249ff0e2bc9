import type * as z from 'zod';

/** Longest quote of a bad value in a message, in characters. */
const LONGEST_QUOTE = 80;

/** A value as it stands in a message: JSON, cut to 80 characters, `missing` for undefined. */
export function quote(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'number') return String(value);
  const text =
    JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? inner.toString() : inner)) ??
    String(value);
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}…`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
  return value;
}

/** zod's own words for a schema without an error message, e.g. `Invalid input: expected object, received null`. */
const DEFAULT_MESSAGE = /^(?:Invalid \w+|Too small|Too big): expected (.*?)(?:, received .*)?$/s;

function sentence(issue: z.core.$ZodIssue, input: unknown): string {
  // A check over several fields says the whole of it.
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'unrecognized_keys')
    return `nothing is known by the name of ${issue.keys.map(quote).join(', ')}`;
  if (issue.code === 'invalid_key') {
    const map = issue.path.slice(0, -1).join('.') || 'the input';
    const expected = issue.issues.map(({ message }) => message).join(', ');
    return `${map} has the key ${quote(issue.path.at(-1))}, expected ${expected}`;
  }
  const place = issue.path.length > 0 ? issue.path.join('.') : 'the input';
  const expected = issue.message.replace(DEFAULT_MESSAGE, '$1');
  return `${place} is ${quote(valueAt(input, issue.path))}, expected ${expected}`;
}

/**
 * One sentence for each problem that a schema found: the place, the value and what was expected,
 * e.g. `lastActivity is "yesterday", expected whole epoch seconds`.
 * Schemas of this project say what they expect in their error message.
 */
export function describeProblems(error: z.ZodError, input: unknown): string[] {
  // Both halves of an intersection complain of an input that is no object.
  return [...new Set(error.issues.map((issue) => sentence(issue, input)))];
}
