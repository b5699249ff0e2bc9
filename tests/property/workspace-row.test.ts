import fc from 'fast-check';
import { parseRow } from '../../src/core/workspace-row.ts';
import { rows } from '../support/arbitraries.ts';
import { NOW } from '../support/rows.ts';

const RUNS = { numRuns: 5_000 };
const FAR = NOW + 100 * 86_400;

test('parseRow never throws, and tells at least one problem of what is no row', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (input) => {
      const parsed = parseRow(input, NOW);
      expect(parsed.kind).toBe('invalid');
      if (parsed.kind === 'invalid') expect(parsed.problems.length).toBeGreaterThan(0);
    }),
    RUNS,
  );
});

test('every row that the table can hold is read as it is, also through JSON', () => {
  fc.assert(
    fc.property(rows, (row) => {
      expect(parseRow(row, FAR)).toEqual({ kind: 'valid', row });
      expect(parseRow(JSON.parse(JSON.stringify(row)), FAR)).toEqual({ kind: 'valid', row });
    }),
    RUNS,
  );
});

/** Values that no attribute of a row can have. */
const nonsense = fc.oneof(
  fc.constantFrom(null, true, Number.NaN, -1, 0.5, NOW * 1000, '', ' ', 'constructor/', '..', [], [[]]),
  fc.string().map((text) => `${text}/`),
  fc.array(fc.jsonValue()),
);
const REQUIRED = [
  'clientId',
  'userId',
  'subscriptionStatus',
  'subscriptionTier',
  'lastActivity',
  'containerStatus',
] as const;
const OPTIONAL = ['retentionDays', 'efsAccessPoint', 'lifecycle', 'armedFor', 'claim', 'hold'] as const;

test('a row with one attribute corrupted is never read, and the problem names it', () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(...REQUIRED, ...OPTIONAL), nonsense, (row, name, value) => {
      const parsed = parseRow({ ...row, [name]: value }, FAR);
      expect(parsed.kind).toBe('invalid');
      if (parsed.kind === 'invalid') expect(parsed.problems.join('; ')).toContain(name);
    }),
    RUNS,
  );
});

test('a row with one attribute missing is never read', () => {
  fc.assert(
    fc.property(rows, fc.constantFrom(...REQUIRED), (row, name) => {
      const { [name]: _, ...rest } = row;
      expect(parseRow(rest, FAR).kind).toBe('invalid');
    }),
    RUNS,
  );
});

test('whatever else a row holds never matters', () => {
  fc.assert(
    fc.property(rows, fc.dictionary(fc.stringMatching(/^x-[a-z]{1,8}$/), fc.jsonValue()), (row, more) => {
      expect(parseRow({ ...more, ...row }, FAR)).toEqual({ kind: 'valid', row });
    }),
    RUNS,
  );
});
