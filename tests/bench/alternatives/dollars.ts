import { FLEET, HAPPENINGS, LOG_MONTHS, LOGGED_PER_CALL, MEMORY_GB } from '../../../src/deploy/cost/fleet.ts';
import { tracedOf } from '../../../src/deploy/cost/monthly-cost.ts';
import { PRICES, type Priced } from '../../../src/deploy/cost/prices.ts';
import type { Counted } from './meter.ts';

/** DynamoDB adds so much to each item, bytes. */
const ITEM_OVERHEAD_BYTES = 100;
const BYTES_IN_GB = 1e9;
const MS_IN_SECOND = 1_000;
const MONTH_SECONDS = FLEET.daysInMonth * 86_400;

/** US dollars a month. */
export interface Dollars {
  reads: number;
  writes: number;
  lambda: number;
  scheduler: number;
  storage: number;
  /** What each call of a function logs by itself, kept as long as usual, and its traces. */
  observing: number;
  /** Requests and calls that bring the reports, the same for every design, and in no other sum. */
  reports: number;
  /** All but `reports`. */
  total: number;
}

/** What a table holds. */
export interface Stored {
  rows: number;
  bytes: number;
  /** Rows that stand in the index of upcoming wake-ups, with their keys only. */
  indexed: number;
}

/** Two ids, a day and a second, bytes. */
const INDEX_ENTRY_BYTES = 80;

/** The bill of a month like the measured time, by the list prices of src/deploy/cost, which have their date. */
export function dollarsAMonth(
  totals: Readonly<Record<Counted, number>>,
  seconds: number,
  { rows, bytes, indexed }: Stored,
): Dollars {
  const aMonth = (quantity: number) => (quantity * MONTH_SECONDS) / seconds;
  const cost = (priced: Priced, quantity: number) => (quantity / PRICES[priced].per) * PRICES[priced].dollars;
  const lambda = (calls: number, ms: number) =>
    cost('lambdaRequest', calls) + cost('lambdaCompute', (ms / MS_IN_SECOND) * MEMORY_GB);
  const items = bytes + rows * ITEM_OVERHEAD_BYTES + indexed * (INDEX_ENTRY_BYTES + ITEM_OVERHEAD_BYTES);
  const gigabytes = items / BYTES_IN_GB;
  const calls = aMonth(totals.lambdaCalls);
  const logged = (calls * LOGGED_PER_CALL) / BYTES_IN_GB;
  const reports = aMonth(totals.reports);
  const parts = {
    reads: cost('readUnit', aMonth(totals.readUnits)),
    writes: cost('writeUnit', aMonth(totals.writeUnits)),
    lambda: lambda(calls, aMonth(totals.lambdaMs)),
    scheduler: cost('schedule', aMonth(totals.schedulerInvocations)),
    storage: cost('tableStorage', gigabytes) + cost('tableBackup', gigabytes),
    observing:
      cost('logIntake', logged) + cost('logStorage', logged * LOG_MONTHS) + cost('trace', tracedOf(calls)),
  };
  return {
    ...parts,
    reports:
      cost('httpRequest', reports) + lambda(reports, reports * HAPPENINGS.report.seconds * MS_IN_SECOND),
    total: Object.values(parts).reduce((sum, part) => sum + part, 0),
  };
}
