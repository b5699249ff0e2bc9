import { parentPort } from 'node:worker_threads';
import { runStory } from '../run-story.ts';
import { tellStory } from '../story/tell-story.ts';
import type { Violation } from '../world.ts';

/** What came of a seed. */
export interface SeedResult {
  seed: number;
  events: number;
  violations: Violation[];
}

// A thread that plays the stories of the seeds that it is sent.
parentPort?.on('message', async (seed: number) => {
  const { events, violations } = await runStory(tellStory(seed));
  parentPort?.postMessage({ seed, events, violations } satisfies SeedResult);
});
