import type { z } from 'zod';

/** Longest quote of a bad value in a message, in characters. */
const LONGEST_QUOTE = 80;

/** A value as it stands in a message: JSON, cut to 80 characters, `missing` for undefined. */
export function quote(value: unknown): string {
  if (value === undefined) return 'missing';
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

/**
 * One sentence for each problem that a schema found: the place, the value and what was expected,
 * e.g. `lastActivity is "yesterday", expected whole epoch seconds`.
 * Schemas of this project say what they expect in their error message.
 */
export function describeProblems(error: z.ZodError, input: unknown): string[] {
  return error.issues.map((issue) => {
    const place = issue.path.length > 0 ? issue.path.join('.') : 'the input';
    return `${place} is ${quote(valueAt(input, issue.path))}, expected ${issue.message}`;
  });
}
