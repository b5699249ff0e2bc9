import { FLEET, HAPPENINGS, MEMORY_GB } from '../../../src/deploy/cost/fleet.ts';
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
  /** Requests and calls that bring the reports, the same for every design, and in no other sum. */
  reports: number;
  /** All but `reports`. */
  total: number;
}

/** The bill of a month like the measured time, by the list prices of src/deploy/cost, which have their date. */
export function dollarsAMonth(
  totals: Readonly<Record<Counted, number>>,
  seconds: number,
  table: { rows: number; bytes: number },
): Dollars {
  const aMonth = (quantity: number) => (quantity * MONTH_SECONDS) / seconds;
  const cost = (priced: Priced, quantity: number) => (quantity / PRICES[priced].per) * PRICES[priced].dollars;
  const lambda = (calls: number, ms: number) =>
    cost('lambdaRequest', calls) + cost('lambdaCompute', (ms / MS_IN_SECOND) * MEMORY_GB);
  const gigabytes = (table.bytes + table.rows * ITEM_OVERHEAD_BYTES) / BYTES_IN_GB;
  const reports = aMonth(totals.reports);
  const parts = {
    reads: cost('readUnit', aMonth(totals.readUnits)),
    writes: cost('writeUnit', aMonth(totals.writeUnits)),
    lambda: lambda(aMonth(totals.lambdaCalls), aMonth(totals.lambdaMs)),
    scheduler: cost('schedule', aMonth(totals.schedulerInvocations)),
    storage: cost('tableStorage', gigabytes) + cost('tableBackup', gigabytes),
  };
  return {
    ...parts,
    reports:
      cost('httpRequest', reports) + lambda(reports, reports * HAPPENINGS.report.seconds * MS_IN_SECOND),
    total: Object.values(parts).reduce((sum, part) => sum + part, 0),
  };
}
