import type { Column } from './table.ts';

const ALL = [
  { title: 'WORKSPACE', width: 12 },
  { title: 'TIER', width: 10 },
  { title: 'BILLING', width: 9 },
  { title: 'STATE', width: 11 },
  { title: 'CONTAINER', width: 12 },
  { title: 'IDLE', width: 7, right: true },
  { title: 'NEXT', width: 19 },
  // Takes what is left of the line.
  { title: 'WHY', width: 0 },
] as const satisfies readonly Column[];

/** A column of the picture's table. */
export type Title = (typeof ALL)[number]['title'];

/** A terminal that is not wide enough for all of them goes without these, in this order. */
const DISPENSABLE: readonly Title[] = ['CONTAINER', 'TIER', 'BILLING'];
/** WHY with fewer characters than this is cut where it begins to say something, e.g. `enterprise, idle > 90 d`. */
const READABLE_WHY = 23;
/** Between two columns, as `renderTable` sets them. */
const GAP = 2;

/** The columns for a terminal of this width in characters, WHY last with all that the others leave. */
export function columnsFor(width: number): (Column & { title: Title })[] {
  let columns: (Column & { title: Title })[] = [...ALL];
  const leftForWhy = () =>
    columns.reduce((left, column) => left - (column.width > 0 ? column.width + GAP : 0), width);
  for (const title of DISPENSABLE) {
    if (leftForWhy() >= READABLE_WHY) break;
    columns = columns.filter((column) => column.title !== title);
  }
  const why = Math.max(1, leftForWhy());
  return columns.map((column) => (column.title === 'WHY' ? { ...column, width: why } : column));
}
