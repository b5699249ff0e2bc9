import { cpus } from 'node:os';
import { type ComparisonFigures, compare } from './alternatives/comparison.ts';
import { type BundleFigures, benchBundles } from './bundles.bench.ts';
import { benchDeadline, type DeadlineFigures } from './deadline.bench.ts';
import { benchEndToEnd, type EndToEndFigures } from './end-to-end.bench.ts';
import { benchFanOut, type FanOutFigures } from './fan-out.bench.ts';
import { benchReactor, type ReactorFigures } from './reactor.bench.ts';

/** What docs/performance.md shows. */
export interface Figures {
  reactor: ReactorFigures;
  deadline: DeadlineFigures;
  fanOut: FanOutFigures;
  endToEnd: EndToEndFigures;
  bundles: BundleFigures[];
  comparison: ComparisonFigures;
}

/** Where and when they were measured. */
export interface Machine {
  /** UTC, e.g. `2026-11-28`. */
  day: string;
  node: string;
  processor: string;
  processors: number;
}

export type PartName = keyof Figures;

/** Each part may have been measured somewhere else, and on another day. */
export type Machines = Record<PartName, Machine>;

/** What is kept of a run. */
export type Measured = Figures & { machines: Machines };

export interface Part<Result> {
  title: string;
  /** `told` hears how far it has got. */
  measure(quick: boolean, told: (text: string) => void): Promise<Result>;
}

/** The parts in the order in which they are measured: what takes time comes before what only counts, and fills all processors. */
export const PARTS: { readonly [Name in PartName]: Part<Figures[Name]> } = {
  reactor: {
    title: 'The reactor, one core',
    measure: (quick) => benchReactor(quick ? { runs: 3, sampleMs: 50 } : { runs: 15, sampleMs: 200 }),
  },
  deadline: {
    title: 'The deadline handler, one core, without the network',
    measure: (quick) => benchDeadline(quick ? { runs: 3, sampleMs: 20 } : { runs: 15, sampleMs: 50 }),
  },
  fanOut: {
    title: "A client's subscription carried to its workspaces, on the local engine",
    measure: (quick) => benchFanOut(quick ? { workspaces: 500, runs: 1 } : { workspaces: 100_000, runs: 1 }),
  },
  endToEnd: {
    title: 'The local stack, end to end',
    measure: (quick) => benchEndToEnd({ quick }),
  },
  bundles: {
    title: 'Functions: size, start and memory',
    measure: (quick) => (quick ? benchBundles(1, ['workspaceChanged', 'purge']) : benchBundles(20)),
  },
  comparison: {
    title: 'Designs over the same people, ports and prices',
    measure: (quick, told) => compare(quick, told),
  },
};

/** This machine, today. */
export function thisMachine(): Machine {
  const processors = cpus();
  return {
    day: new Date().toISOString().slice(0, 10),
    node: process.version,
    processor: processors[0]?.model.trim() ?? 'unknown',
    processors: processors.length,
  };
}
