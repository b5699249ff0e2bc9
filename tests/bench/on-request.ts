import { benchBillingBug } from './billing-bug.bench.ts';
import { benchConsole } from './console.bench.ts';
import { benchImpact } from './impact.bench.ts';
import { benchMigration } from './migration.bench.ts';
import { benchPurge } from './purge.bench.ts';
import { benchReporter } from './reporter.bench.ts';
import { benchWalk } from './walk.bench.ts';

/** A benchmark that is played on request only, with its numbers, e.g. of rows. */
export interface OnRequest {
  what: string;
  /** What its numbers are, and what they are where they are not given. */
  numbers: readonly { name: string; usual: number }[];
  run(...numbers: number[]): unknown;
}

/** Benchmarks of a subject of their own: minutes each, and no part of docs/performance.md. */
export const ON_REQUEST: Readonly<Record<string, OnRequest>> = {
  'billing-bug': {
    what: 'clients that are cancelled by mistake, on the local stack',
    numbers: [
      { name: 'clients', usual: 50 },
      { name: 'workspaces of each', usual: 100 },
    ],
    run: benchBillingBug,
  },
  console: {
    what: 'the console over a large fleet, in Chromium',
    numbers: [{ name: 'rows', usual: 100_000 }],
    run: benchConsole,
  },
  impact: {
    what: 'workspacectl impact',
    numbers: [{ name: 'rows', usual: 100_000 }],
    run: benchImpact,
  },
  migration: {
    what: 'workspacectl backfill and reconcile on the local engine, killed and gone on with',
    numbers: [
      { name: 'rows', usual: 200_000 },
      { name: 'of those, without a wake-up', usual: 2_000 },
    ],
    run: benchMigration,
  },
  purge: {
    what: 'deleting the files of a home',
    numbers: [{ name: 'files', usual: 20_000 }],
    run: benchPurge,
  },
  reporter: {
    what: 'the reporter in a container with many files',
    numbers: [
      { name: 'files', usual: 100_000 },
      { name: 'written in a burst', usual: 50_000 },
    ],
    run: benchReporter,
  },
  walk: {
    what: 'workspacectl over pages that are made in the process',
    numbers: [{ name: 'rows', usual: 1_000_000 }],
    run: benchWalk,
  },
};
