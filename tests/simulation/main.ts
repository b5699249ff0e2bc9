import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { huntCanaries } from './canaries/hunt.ts';
import { runStory } from './run-story.ts';
import { bundleSimulator } from './runner/bundle.ts';
import { runSeeds, type SeedTotal } from './runner/run-seeds.ts';
import { shrink } from './runner/shrink.ts';
import { timeline } from './runner/timeline.ts';
import type { SeedResult } from './runner/worker.ts';
import type { KeptStory, Story } from './story/story.ts';
import { tellStory } from './story/tell-story.ts';
import type { Violation } from './world.ts';

/** Stories that broke a promise once; a test plays them all. */
const STORIES = 'tests/simulation/stories';

interface Options {
  seeds: number;
  from: number;
  seed?: number;
  story?: string;
  canaries?: boolean;
  workers: number;
  json?: boolean;
  keep: boolean;
}

await new Command('simulate')
  .description('Plays stories in which everything goes wrong, and looks whether a promise is broken.')
  .option('--seeds <n>', 'how many stories to play', oneOrMore, 1_000)
  .option('--from <seed>', 'the seed of the first', wholeNumber, 1)
  .option('--seed <seed>', 'play the story of this seed only, and show all that happens', wholeNumber)
  .option('--story <file>', 'play the story of this file only, and show all that happens')
  .option('--canaries', 'hunt bugs that are planted on purpose, and show how many stories each of them lives')
  .option('--workers <n>', 'threads', oneOrMore, availableParallelism())
  .option('--json', 'the result as JSON, without progress')
  .option('--no-keep', `do not write a story that breaks a promise to ${STORIES}`)
  .action(async (options: Options) => {
    process.exitCode = (await simulate(options)) ? 0 : 1;
  })
  .parseAsync();

async function simulate(options: Options): Promise<boolean> {
  if (options.seed !== undefined) return (await show(tellStory(options.seed))).length === 0;
  if (options.story !== undefined) return (await show(read(options.story))).length === 0;
  if (options.canaries) return hunt(options);
  const { from, seeds, workers, json } = options;
  const bundle = await bundleSimulator('simulator');
  const to = from + seeds - 1;
  const total = await runSeeds(bundle, {
    from,
    to,
    workers,
    ...(!json && process.stderr.isTTY && progress(seeds)),
  });
  if (json) console.log(JSON.stringify({ from, to, commit: commit(), ...total }));
  else report(total, from);
  if (total.broken && !json) await explain(total.broken, options.keep);
  return total.broken === undefined;
}

async function hunt({ workers, json }: Options): Promise<boolean> {
  const caught = await huntCanaries(workers, ({ name, seeds, promise }) => {
    if (json) return;
    const life = seeds === undefined ? 'GOT AWAY' : String(seeds);
    console.log(`${life.padStart(8)}  ${name.padEnd(62)}  ${promise ?? ''}`);
  });
  if (json) console.log(JSON.stringify(caught));
  return caught.every(({ seeds }) => seeds !== undefined);
}

/** Exits with a line for people if the file is no story. */
function read(file: string): Story {
  try {
    const { story } = JSON.parse(readFileSync(file, 'utf8')) as Partial<KeptStory>;
    if (story !== undefined) return story;
    console.error(`simulate: ${file} has no story, expected a file as in ${STORIES}`);
  } catch (error) {
    console.error(`simulate: ${file} cannot be read: ${(error as Error).message}`);
  }
  process.exit(2);
}

function report({ seeds, events, seconds }: SeedTotal, from: number): void {
  const rate = Math.round(events / seconds).toLocaleString('en');
  const played = `${seeds.toLocaleString('en')} stories (seeds ${from} to ${from + seeds - 1}) at commit ${commit()}`;
  console.log(
    `${played}: ${events.toLocaleString('en')} events in ${seconds.toFixed(1)} s, ${rate} per second`,
  );
}

function progress(seeds: number) {
  let played = 0;
  let events = 0;
  const onSeed = (result: SeedResult) => {
    played += 1;
    events += result.events;
    if (played % 20 !== 0 && played !== seeds) return;
    process.stderr.write(`\r${played} of ${seeds} stories, ${events.toLocaleString('en')} events`);
    if (played === seeds) process.stderr.write('\n');
  };
  return { onSeed };
}

/** Makes the story short, shows it, and keeps it. */
async function explain({ seed, violations }: SeedResult, keep: boolean): Promise<void> {
  const [violation] = violations;
  if (!violation) return;
  console.log(`\nseed ${seed} at commit ${commit()} breaks a promise: ${tell(violation)}`);
  console.log(`  to see all of it: npm run simulate -- --seed ${seed}`);
  const long = tellStory(seed);
  const { story, runs } = await shrink(long, violation.promise);
  console.log(
    `  shortened to ${story.deeds.length} of ${long.deeds.length} deeds and ${story.only?.length} faults (${runs} stories played):\n`,
  );
  const message = (await show(story)).at(0)?.message ?? '';
  if (!keep) return;
  const file = `${STORIES}/${violation.promise.replaceAll(/\W+/g, '-')}-${seed}.json`;
  const kept: KeptStory = { promise: violation.promise, message, commit: commit(), story };
  writeFileSync(file, `${JSON.stringify(kept, undefined, 2)}\n`);
  console.log(`\nkept as ${file}; to play it again: npm run simulate -- --story ${file}`);
}

async function show(story: Story): Promise<Violation[]> {
  const { notes, violations, events } = await runStory(story, { records: true });
  console.log(timeline(notes, story));
  for (const violation of violations) console.log(`\nbroken: ${tell(violation)}`);
  if (violations.length === 0) console.log(`\n${events} events, no promise is broken`);
  return violations;
}

function tell({ promise, message }: Violation): string {
  return `${promise}: ${message}`;
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`is "${text}", expected a whole number`);
  return Number(text);
}

function oneOrMore(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError(`is ${text}, expected 1 or more`);
  return value;
}
