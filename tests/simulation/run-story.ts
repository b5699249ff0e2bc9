import { LEASE_SECONDS } from '../../src/handlers/claim-row.ts';
import { CHECKERS } from './checkers/all.ts';
import type { Checker } from './checkers/checker.ts';
import { BACKSTOP_SECONDS, TIMER_SECONDS } from './checkers/oracle.ts';
import { Play } from './story/play.ts';
import type { Story } from './story/story.ts';
import { type Note, type Violation, World } from './world.ts';

/** After the chaos every deadline of a story lies at most this far ahead, in seconds: a hold, and then the longest period. */
const LONGEST_SECONDS = 14 * 86_400;

export interface Run {
  violations: Violation[];
  events: number;
  /** Everything that went wrong by itself. */
  mischief: string[];
  /** Only if it was asked for. */
  notes: Note[];
  world: World;
}

export interface RunOptions {
  /** Whether to note all that happens. */
  records?: boolean;
  checkers?: readonly ((world: World) => Checker)[];
}

/** Plays a story to its end, or to the first promise that is broken. */
export async function runStory(
  story: Story,
  { records = false, checkers = CHECKERS }: RunOptions = {},
): Promise<Run> {
  const world = new World(story, records);
  world.checkers.push(...checkers.map((create) => create(world)));
  const play = new Play(world);
  play.begin();
  await live(world, play);
  const { violations, notes, simulation, mischief } = world;
  return { violations, events: simulation.events, mischief: mischief.happened, notes, world };
}

async function live(world: World, play: Play): Promise<void> {
  const { simulation, story } = world;
  const isBroken = () => world.violations.length > 0;
  const end = story.start + story.chaosSeconds;
  await simulation.run(end, isBroken);
  if (isBroken()) return;
  play.clear();
  await simulation.run(end + LEASE_SECONDS + 2 * TIMER_SECONDS, isBroken);
  if (!isBroken()) for (const checker of world.checkers) checker.recovered?.();
  await simulation.run(end + LEASE_SECONDS + BACKSTOP_SECONDS + LONGEST_SECONDS, isBroken);
  if (!isBroken()) for (const checker of world.checkers) checker.over?.();
}
