import type { Figures, Machine, Machines } from '../figures.ts';
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
export function tablesOf(figures: Partial<Figures> & { machines?: Machines }): Record<string, string> {
  const { machines, reactor, deadline, fanOut, endToEnd, bundles, comparison } = figures;
  return {
    ...(machines && { machine: machineLines(machines) }),
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

/** One line where all parts were measured on the same machine and day, else one for each of these. */
function machineLines(machines: Machines): string {
  const parts = new Map<string, string[]>();
  for (const [part, machine] of Object.entries(machines)) {
    const line = machineLine(machine);
    parts.set(line, [...(parts.get(line) ?? []), part]);
  }
  return [...parts]
    .map(([line, names]) => (parts.size === 1 ? `Measured ${line}` : `Measured ${line}: ${names.join(', ')}`))
    .join('\n\n');
}

function machineLine({ day, node, processor, processors }: Machine): string {
  return `on ${day} with Node ${node.replace(/^v/, '')} on ${processors} cores of ${processor}`;
}
