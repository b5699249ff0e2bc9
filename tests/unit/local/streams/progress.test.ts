import { StreamProgress } from '../../../../src/local/streams/progress.ts';

const progressOf = (...numbers: string[]) => {
  const progress = new StreamProgress();
  for (const number of numbers) progress.add(number);
  return progress;
};

test('the checkpoint stays before the first open record', () => {
  const progress = progressOf('8', '9', '10', '11');
  expect(progress.finish(['9', '11'])).toBeUndefined();
  expect(progress.size).toBe(4);
  expect(progress.finish(['8'])).toBe('9');
  expect(progress.finish(['10'])).toBe('11');
  expect(progress.size).toBe(0);
});

test('finishing nothing moves nothing', () => {
  expect(progressOf('1').finish([])).toBeUndefined();
});
