import { readFileSync } from 'node:fs';
import { FUNCTIONS, type FunctionName } from '../../../src/functions/all.ts';
import { bundleOf } from '../../support/bundles.ts';

jest.setTimeout(180_000);

/** In kB, minified. Whoever needs more says so here, in the commit that needs it. */
const BUDGETS = JSON.parse(readFileSync('tests/bench/bundle-budgets.json', 'utf8')) as Record<
  FunctionName,
  number
>;
/** No function may ever be larger. */
const MOST_KB = 900;
/** A budget that is this far from what is used would let growth pass unseen. */
const SLACK_KB = 20;

test.each(Object.keys(FUNCTIONS) as FunctionName[])(
  '%s is within its budget, and the budget close to it',
  async (name) => {
    const kB = Buffer.byteLength(await bundleOf(name)) / 1_000;
    expect(kB).toBeLessThanOrEqual(BUDGETS[name]);
    expect(BUDGETS[name] - kB).toBeLessThan(SLACK_KB);
    expect(BUDGETS[name]).toBeLessThanOrEqual(MOST_KB);
  },
);
