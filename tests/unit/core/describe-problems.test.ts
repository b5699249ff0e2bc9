import { z } from 'zod';
import { describeProblems, quote } from '../../../src/core/describe-problems.ts';

test.each([
  [undefined, 'missing'],
  [null, 'null'],
  ['a "b"', '"a \\"b\\""'],
  ['line\nfeed', '"line\\nfeed"'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [{ a: 1n }, '{"a":"1"}'],
  [Symbol('x'), 'Symbol(x)'],
  ['a'.repeat(78), `"${'a'.repeat(78)}"`],
  ['a'.repeat(79), `"${'a'.repeat(79)}…`],
])('%p is quoted as %s', (value, text) => {
  expect(quote(value)).toBe(text);
});

function problems(schema: z.ZodType, input: unknown): string[] {
  const result = schema.safeParse(input);
  return result.success ? [] : describeProblems(result.error, input);
}

test('a problem says the place, the value and what was expected', () => {
  const schema = z.object({ a: z.object({ b: z.int({ error: 'a whole number' }) }) });
  expect(problems(schema, { a: { b: 'x' } })).toEqual(['a.b is "x", expected a whole number']);
  expect(problems(schema, { a: {} })).toEqual(['a.b is missing, expected a whole number']);
});

test('where a schema has no words of its own, those of zod are cut to what was expected', () => {
  expect(problems(z.object({ a: z.string() }), null)).toEqual(['the input is null, expected object']);
  expect(problems(z.object({ a: z.int().max(3) }), { a: 4 })).toEqual(['a is 4, expected number to be <=3']);
  expect(problems(z.enum(['a', 'b']), 'c')).toEqual(['the input is "c", expected one of "a"|"b"']);
});

test('a check over several fields speaks for itself', () => {
  const schema = z.object({}).superRefine((_, context) => {
    context.addIssue({ code: 'custom', message: 'a and b are equal, expected two names' });
  });
  expect(problems(schema, {})).toEqual(['a and b are equal, expected two names']);
});

test('the same problem is told once', () => {
  expect(problems(z.object({}).and(z.object({})), 7)).toEqual(['the input is 7, expected object']);
});
