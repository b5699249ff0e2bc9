import fc from 'fast-check';
import { TARGETS } from './targets.ts';

jest.setTimeout(120_000);

/** Of all targets together; `npm run fuzz -- --runs 1000000` is for longer nights. */
const CI_RUNS = 20_000;

test.each(Object.entries(TARGETS))(
  '%s: no crash, no action on what is not understood, no blocked shard',
  async (_, { share, property }) => {
    await fc.assert(property, { numRuns: (CI_RUNS * share) / 1_000 });
  },
);

test('the shares are those of a thousand', () => {
  expect(Object.values(TARGETS).reduce((sum, { share }) => sum + share, 0)).toBe(1_000);
});
