import { parentPort } from 'node:worker_threads';
import type { DesignName } from './designs/all.ts';
import { type FleetWanted, makeFleet, usualPolicy } from './fleets.ts';
import { runDesign } from './run-design.ts';

/** What a thread is asked for. */
export interface Run {
  design: DesignName;
  fleet: FleetWanted;
}

// A thread that plays what it is sent.
parentPort?.on('message', async ({ design, fleet }: Run) => {
  const policy = usualPolicy();
  parentPort?.postMessage(await runDesign(design, makeFleet(fleet, policy), policy));
});
