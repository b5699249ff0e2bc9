import { forEachLimited } from '../../../src/handlers/for-each-limited.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('each item once, in order of their start, never more than the limit at a time', async () => {
  const started: number[] = [];
  let underWay = 0;
  let most = 0;
  await forEachLimited([1, 2, 3, 4, 5], 2, async (item) => {
    started.push(item);
    underWay += 1;
    most = Math.max(most, underWay);
    await nextTurn();
    underWay -= 1;
  });
  expect({ started, most }).toEqual({ started: [1, 2, 3, 4, 5], most: 2 });
});

test('nothing to do', async () => {
  await expect(forEachLimited([], 3, () => Promise.reject(new Error('no')))).resolves.toBeUndefined();
});

test('the first error is thrown when nothing is under way any more', async () => {
  const done: number[] = [];
  const failing = forEachLimited([1, 2, 3, 4], 2, async (item) => {
    if (item === 1) throw new Error('one');
    await nextTurn();
    done.push(item);
  });
  await expect(failing).rejects.toThrow('one');
  expect(done).toEqual([2, 3, 4]);
});
