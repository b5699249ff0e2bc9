import type { Figures, Machine } from '../figures.ts';
import {
  designsTable,
  flatnessTable,
  fleetTables,
  growthTable,
  peaksTable,
  reportsTable,
  schedulerTable,
} from './comparison-tables.ts';
import { bundlesTable, deadlineTable, endToEndTable, fanOutTable, reactorTable } from './speed-tables.ts';

/** The tables of docs/performance.md that these figures make, by name. */
export function tablesOf(figures: Partial<Figures> & { machine?: Machine }): Record<string, string> {
  const { machine, reactor, deadline, fanOut, endToEnd, bundles, comparison } = figures;
  return {
    ...(machine && { machine: machineLine(machine) }),
    ...(comparison && {
      ...(comparison.trace.length > 0 && {
        trace: designsTable(comparison.trace, 'all'),
        scheduler: schedulerTable(comparison),
      }),
      fleets: fleetTables(comparison),
      peaks: peaksTable(comparison),
      reports: reportsTable(comparison),
      idle: growthTable(comparison.idle, 'idle'),
      flatness: flatnessTable(comparison),
      activity: growthTable(comparison.activity, 'working'),
    }),
    ...(reactor && { reactor: reactorTable(reactor) }),
    ...(deadline && { deadline: deadlineTable(deadline) }),
    ...(fanOut && { 'fan-out': fanOutTable(fanOut) }),
    ...(endToEnd && { 'end-to-end': endToEndTable(endToEnd) }),
    ...(bundles && { bundles: bundlesTable(bundles) }),
  };
}

function machineLine({ day, node, processor, processors }: Machine): string {
  return `Measured on ${day}: Node ${node.replace(/^v/, '')}, ${processors} cores of ${processor}.`;
}
