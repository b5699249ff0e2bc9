import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { CANARIES } from './canaries/canaries.ts';
import type { Caught } from './canaries/hunt.ts';
import type { Checker } from './checkers/checker.ts';
import { runStory } from './run-story.ts';
import { patched } from './runner/bundle.ts';
import type { SeedTotal } from './runner/run-seeds.ts';
import { shrink } from './runner/shrink.ts';
import type { KeptStory, Story } from './story/story.ts';
import { tellStory } from './story/tell-story.ts';
import type { World } from './world.ts';

/** What CI plays of all that there is; `npm run simulate -- --seeds 20000` plays more. */
const CI_SEEDS = 600;
const STORIES = 'tests/simulation/stories';

jest.setTimeout(600_000);

/** As its users start it: threads of their own do not live in jest's. Also when it ends with an error there is an answer. */
async function simulate<T>(...options: string[]): Promise<T> {
  const main = ['--import', 'tsx', 'tests/simulation/main.ts', '--json', ...options];
  const { stdout } = await promisify(execFile)(process.execPath, main, { maxBuffer: 1e9 }).catch(
    (error: { stdout: string; stderr: string }) => {
      if (error.stdout) return error;
      throw error;
    },
  );
  return JSON.parse(stdout) as T;
}

test(`the stories of seeds 1 to ${CI_SEEDS} break no promise`, async () => {
  const { seeds, events, broken } = await simulate<SeedTotal>('--seeds', String(CI_SEEDS));
  expect(broken).toBeUndefined();
  expect(seeds).toBe(CI_SEEDS);
  // They are stories, and not silence.
  expect(events).toBeGreaterThan(1_000 * CI_SEEDS);
});

test('every planted bug is caught', async () => {
  const caught = await simulate<Caught[]>('--canaries');
  const seen = caught.map(({ name, seeds, promise }) => ({ name, promise, isCaught: seeds !== undefined }));
  expect(seen).toEqual(CANARIES.map(({ name, promise }) => ({ name, promise, isCaught: true })));
  expect(CANARIES.length).toBeGreaterThanOrEqual(20);
});

describe('stories that broke a promise once', () => {
  const files = readdirSync(STORIES).filter((name) => name.endsWith('.json'));

  test.each(files)('%s', async (file) => {
    const { story } = JSON.parse(readFileSync(`${STORIES}/${file}`, 'utf8')) as KeptStory;
    expect((await runStory(story)).violations).toEqual([]);
  });
});

test('the same seed is the same story, to the last event', async () => {
  const play = async (seed: number) => {
    const { events, mischief, notes } = await runStory(tellStory(seed), { records: true });
    return { events, mischief, notes };
  };
  expect(await play(7)).toEqual(await play(7));
  expect((await play(7)).notes).not.toEqual((await play(8)).notes);
});

test('a story that breaks a promise becomes short, and breaks it still', async () => {
  // A promise that nobody made, so that it is broken.
  const nothingIsArchived = (world: World): Checker => ({
    committed: ({ after }) => {
      if (after?.lifecycle === 'archived') world.violate('nothing is archived', 'it is');
    },
  });
  const play = (story: Story) => runStory(story, { checkers: [nothingIsArchived] });
  const long = tellStory(3);
  const { story: short } = await shrink(long, 'nothing is archived', play);
  expect((await play(short)).violations).toMatchObject([{ promise: 'nothing is archived' }]);
  // Billing, a workspace, and nobody who ever comes back.
  expect(short.deeds.map(({ what }) => what)).toEqual(['bill', 'provision']);
  expect(short).toMatchObject({ workspaces: [expect.anything()], only: [] });
  expect(long.deeds.length).toBeGreaterThan(20);
});

test('a patch that does not fit exactly once is refused', () => {
  const patch = { file: 'a.ts', find: 'x', replace: 'y' };
  expect(patched('axb', patch)).toBe('ayb');
  expect(() => patched('axbx', patch)).toThrow('"x" is in a.ts 2 times, expected exactly once');
  expect(() => patched('ab', patch)).toThrow('0 times');
});
