import { lowestSequenceNumber, newestOfEachItem } from '../../../src/handlers/stream-batch.ts';
import { changeOf, OK_ROW } from '../../support/memory/ok-values.ts';

test.each([
  [[], undefined],
  [['5'], '5'],
  [['10', '9'], '9'],
  [['9', '10'], '9'],
  [['300000000000000499659', '99999999999999999999'], '99999999999999999999'],
  [['7', '7'], '7'],
])('the lowest of %j is %s', (numbers, lowest) => {
  expect(lowestSequenceNumber(numbers)).toBe(lowest);
});

test('the last record of each item is kept', () => {
  const bob = { ...OK_ROW, userId: 'bob' };
  const records = [changeOf('1', OK_ROW), changeOf('2', bob), changeOf('3', OK_ROW)];
  expect(
    newestOfEachItem(records)
      .map(({ sequenceNumber }) => sequenceNumber)
      .sort(),
  ).toEqual(['2', '3']);
});
