import { FUTURE_TOLERANCE_SECONDS, parseRow } from '../../../src/core/workspace-row.ts';
import { claimWith, NOW, okSeed, problemsOf } from '../../support/rows.ts';

const SECONDS_EXPECTED = 'expected whole epoch seconds (ten digits; thirteen would be milliseconds)';

test('a row of the table is read, and is active where it says nothing else', () => {
  expect(parseRow(okSeed, NOW)).toEqual({ kind: 'valid', row: { ...okSeed, lifecycle: 'active' } });
});

test.each([
  ['retentionDays', 1],
  ['retentionDays', 36_500],
  ['efsAccessPoint', 'fsap-0123456789abcdef0'],
  ['lifecycle', 'terminating'],
  ['armedFor', NOW],
  ['claim', claimWith()],
  ['hold', {}],
  ['hold', { until: NOW, reason: 'legal', by: 'ada' }],
])('%s %j is read', (name, value) => {
  expect(parseRow({ ...okSeed, [name]: value }, NOW)).toMatchObject({
    kind: 'valid',
    row: { [name]: value },
  });
});

test('attributes that the rules do not know are left out, whatever they are', () => {
  expect(parseRow({ ...okSeed, warnedFor: null }, NOW)).toEqual(parseRow(okSeed, NOW));
});

describe.each(Object.keys(okSeed))('%s', (name) => {
  test('is missing', () => {
    expect(problemsOf({ ...okSeed, [name]: undefined })).toEqual([
      expect.stringContaining(`${name} is missing, expected`),
    ]);
  });

  test('is null', () => {
    expect(problemsOf({ ...okSeed, [name]: null })).toEqual([
      expect.stringContaining(`${name} is null, expected`),
    ]);
  });
});

test.each([
  ['subscriptionStatus', 'canceled', 'is "canceled", expected active, suspended or cancelled'],
  ['subscriptionStatus', 'Active', 'is "Active", expected active, suspended or cancelled'],
  ['subscriptionStatus', 'constructor', 'is "constructor", expected active, suspended or cancelled'],
  ['subscriptionTier', 'gold', 'is "gold", expected free, pro or enterprise'],
  ['containerStatus', 'RUNNING', 'is "RUNNING", expected active, idle or terminated'],
  [
    'lifecycle',
    'deleted',
    'is "deleted", expected active, archiving, archived, restoring, terminating or terminated',
  ],
  ['lastActivity', NOW * 1000, `is ${NOW * 1000}, ${SECONDS_EXPECTED}`],
  ['lastActivity', NOW - 0.5, `is ${NOW - 0.5}, ${SECONDS_EXPECTED}`],
  ['lastActivity', String(NOW), `is "${NOW}", ${SECONDS_EXPECTED}`],
  ['lastActivity', 0, `is 0, ${SECONDS_EXPECTED}`],
  ['lastActivity', -NOW, `is -${NOW}, ${SECONDS_EXPECTED}`],
  ['lastActivity', Number.NaN, `is NaN, ${SECONDS_EXPECTED}`],
  ['armedFor', NOW * 1000, `is ${NOW * 1000}, ${SECONDS_EXPECTED}`],
  ['retentionDays', 0, 'is 0, expected whole days from 1 to 36500'],
  ['retentionDays', 1.5, 'is 1.5, expected whole days from 1 to 36500'],
  ['retentionDays', 36_501, 'is 36501, expected whole days from 1 to 36500'],
  ['retentionDays', '7', 'is "7", expected whole days from 1 to 36500'],
  ['retentionDays', null, 'is null, expected whole days from 1 to 36500'],
  ['efsAccessPoint', 'fs-1', 'is "fs-1", expected an access point id, fsap-…'],
  ['efsAccessPoint', null, 'is null, expected an access point id, fsap-…'],
  ['hold', null, 'is null, expected object'],
  ['hold', { until: NOW * 1000 }, `.until is ${NOW * 1000}, ${SECONDS_EXPECTED}`],
  ['claim', { ...claimWith(), owner: undefined }, '.owner is missing, expected string'],
])('%s %j is refused with the value and what was expected', (name, value, problem) => {
  const separator = problem.startsWith('.') ? '' : ' ';
  expect(problemsOf({ ...okSeed, [name]: value })).toEqual([`${name}${separator}${problem}`]);
});

test.each([
  [null, 'the input is null, expected object'],
  [undefined, 'the input is missing, expected object'],
  [42, 'the input is 42, expected object'],
  ['row', 'the input is "row", expected object'],
  [[], 'the input is [], expected object'],
])('%j is no row', (input, problem) => {
  expect(problemsOf(input)).toEqual([problem]);
});

test('every problem is told', () => {
  expect(problemsOf({ ...okSeed, subscriptionTier: 'gold', retentionDays: 0 })).toHaveLength(2);
});

describe('an activity ahead of our clock', () => {
  test.each([
    ['just believed', FUTURE_TOLERANCE_SECONDS, []],
    [
      'one second too far',
      FUTURE_TOLERANCE_SECONDS + 1,
      [`lastActivity is ${NOW + 301}, expected at most ${NOW + 300}: it lies in the future`],
    ],
  ])('%s', (_, ahead, problems) => {
    expect(problemsOf({ ...okSeed, lastActivity: NOW + ahead })).toEqual(problems);
  });
});

test('ids that are fine alone can be too long together', () => {
  expect(problemsOf({ ...okSeed, clientId: 'a'.repeat(50), userId: 'b'.repeat(50) })).toEqual([
    `clientId and userId make the path /workspace/${'a'.repeat(50)}/${'b'.repeat(50)}, expected at most 100 characters`,
  ]);
});
