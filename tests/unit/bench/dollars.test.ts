import { dollarsAMonth } from '../../bench/alternatives/dollars.ts';
import { Meter } from '../../bench/alternatives/meter.ts';

const DAY = 86_400;
const NOTHING = new Meter().totals;
const EMPTY = { rows: 0, bytes: 0, indexed: 0 };
/** As long as the month that is paid for. */
const MONTH = 30.4 * DAY;

// By the list prices, done by hand.
test.each([
  ['a million read units', { readUnits: 1e6 }, EMPTY, 'reads', 0.125],
  ['a million write units', { writeUnits: 1e6 }, EMPTY, 'writes', 0.625],
  ['a million schedules that fire', { schedulerInvocations: 1e6 }, EMPTY, 'scheduler', 1],
  ['calls of Scheduler cost nothing', { schedulerCalls: 1e6 }, EMPTY, 'scheduler', 0],
  // $0.20 for the calls, and 1,000,000 × 0.1 s × 0.5 GB at $0.0000133334.
  ['a million calls of 0.1 s', { lambdaCalls: 1e6, lambdaMs: 1e8 }, EMPTY, 'lambda', 0.866_67],
  // A million rows of 500 bytes and 100 of DynamoDB's: 0.6 GB at $0.25 and $0.20.
  ['a million rows', {}, { rows: 1e6, bytes: 5e8, indexed: 0 }, 'storage', 0.27],
  ['those of an index', {}, { rows: 0, bytes: 0, indexed: 1e6 }, 'storage', 0.081],
  // 400 MB of logs at $0.50, kept for three months at $0.03, and each of fewer than one a second is traced, at $5.
  ['a million calls are logged and traced', { lambdaCalls: 1e6 }, EMPTY, 'observing', 0.2 + 0.036 + 5],
  // $1 for the requests, $0.20 for the calls, and 30,000 s of half a GB.
  ['a million reports', { reports: 1e6 }, EMPTY, 'reports', 1.4],
] as const)('%s', (_, counted, stored, part, dollars) => {
  expect(dollarsAMonth({ ...NOTHING, ...counted }, MONTH, stored)[part]).toBeCloseTo(dollars, 4);
});

test('a week is a part of a month, and reports are in no total', () => {
  const week = dollarsAMonth({ ...NOTHING, writeUnits: 1e6, reports: 1e6 }, 7 * DAY, EMPTY);
  expect(week.total).toBeCloseTo((0.625 * 30.4) / 7, 6);
});

describe('the meter', () => {
  test('knows the sum, and the most within one second', () => {
    const meter = new Meter();
    for (const at of [10.1, 10.9, 11.2]) meter.count('writeUnits', 2, at);
    expect(meter.totals.writeUnits).toBe(6);
    expect(meter.peaks.writeUnits).toBe(4);
    expect(meter.totals.readUnits).toBe(0);
  });

  test('adds what happens evenly', () => {
    const meter = new Meter();
    meter.countEvenly('readUnits', 8, 1_000);
    meter.countEvenly('readUnits', 9, 0);
    expect(meter.totals.readUnits).toBe(8_000);
    expect(meter.peaks.readUnits).toBe(8);
    meter.addEvenly('readUnits', 5, 2);
    expect(meter.totals.readUnits).toBe(8_010);
    expect(meter.peaks.readUnits).toBe(8);
  });
});
