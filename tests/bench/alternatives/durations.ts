/**
 * How long a call of a service takes within a Region, in ms: round numbers as people measure them, the same for every design.
 * They make Lambda's ms, and how long a sweep takes; by that, how late a sweep of a large table is and how much it reads a second.
 */
export const CALL_MS = {
  /** One item, read or written. */
  item: 5,
  /** Two items in a transaction. */
  transaction: 12,
  query: 8,
  /** One page of a scan, up to 1 MB. */
  scanPage: 50,
  scheduler: 30,
  /** ECS and EFS. */
  control: 80,
} as const;

/** What a call of a function takes before and after its own work, in ms. */
export const CALL_OVERHEAD_MS = 2;
/** To read, check and decide one row, in ms: what `npm run bench` measures for the reactor. */
export const DECIDE_MS = 0.005;
