import { billingBug } from '../support/billing-bug.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { startTestStack, type TestStack } from '../support/local-stack.ts';

jest.setTimeout(240_000);

const folder = useDataFolder();
let stack: TestStack;
afterEach(() => stack.stop());

/** A fiftieth of what `npm run bench` plays. */
const environment = { MAX_TERMINATIONS_PER_HOUR: '8', PAUSE_AT_TERMINATIONS_PUT_OFF: '20' };

test('a billing bug: everybody has a day, few are lost in each hour, the system stops itself, and the rest is saved', async () => {
  stack = await startTestStack(folder(), { environment });
  const told = await billingBug(stack, 10, 10, 24);
  expect(told).toMatchObject({
    workspaces: 100,
    notices: 100,
    noticedTwice: 0,
    withinADay: 0,
    duringPause: 0,
  });
  expect(Math.max(...told.beforePause, ...told.afterPause)).toBeLessThanOrEqual(8);
  expect(told.pausedBecause).toMatch(
    /^\d+ workspaces that were to be terminated had to wait within one hour$/,
  );
  expect(told.toBeSaved).toBeGreaterThanOrEqual(42);
  expect(told.saved).toBe(told.toBeSaved);
  expect(told.terminated).toBe(50);
});
