import { DescribeAccessPointsCommand } from '@aws-sdk/client-efs';
import { DynamoDBHistory } from '../../src/aws/dynamodb-history.ts';
import type { HistoryEntry } from '../../src/core/history.ts';
import { showKey, workspacePath } from '../../src/core/workspace-key.ts';
import { Play } from '../simulation/story/play.ts';
import { keyOf, type Story, type TimedDeed } from '../simulation/story/story.ts';
import { CALM_SECONDS, tellCalmStory } from '../simulation/story/tell-calm-story.ts';
import { World } from '../simulation/world.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { bill, post, rowOf, setAttribute, startTestStack, type TestStack } from '../support/local-stack.ts';
import type { Item } from '../support/memory/table.ts';

jest.setTimeout(600_000);

/**
 * Each is a client with a workspace of its own, and all are played at the same time: some a second. CI plays 80; a few hundred
 * with `CALM_STORIES=300 npx jest tests/integration/like-the-simulator`.
 */
const STORIES = Number(process.env.CALM_STORIES ?? 80);
const HOUR = 3_600;
const folder = useDataFolder();

/** What became of a workspace. */
interface End {
  row: Item;
  isReachable: boolean;
  history: (Pick<HistoryEntry, 'what' | 'rule' | 'deadline'> & { minutesPutOff: number })[];
}

/**
 * The simulator stands on tables, timers and services in memory. The local stack has a real engine, and the adapters for AWS
 * speak to it over the wire. Where nothing goes wrong both have to come to the same end, to the second.
 */
test(`${STORIES} stories end in the simulator as they do in the local stack`, async () => {
  // In a calm world the backstop finds nothing, 4,800 times.
  const stack = await startTestStack(folder(), { hasRates: false });
  try {
    const start = Math.ceil(stack.clock.now() / HOUR) * HOUR;
    const stories = Array.from({ length: STORIES }, (_, index) => tellCalmStory(index + 1, start));
    await playInStack(stories, start, stack);
    const reachable = await pathsOf(stack);
    const lifecycles: Record<string, number> = {};
    for (const story of stories) {
      const simulated = await endInSimulator(story);
      const real = await endInStack(story, stack, reachable);
      expect({ seed: story.seed, ...real }).toEqual({ seed: story.seed, ...simulated });
      const lifecycle = String(simulated.row.lifecycle);
      lifecycles[lifecycle] = (lifecycles[lifecycle] ?? 0) + 1;
    }
    // The stories are not all the same one.
    for (const lifecycle of ['active', 'archived', 'terminated'])
      expect(lifecycles[lifecycle]).toBeGreaterThan(STORIES / 30);
  } finally {
    await stack.stop();
  }
});

async function endInSimulator(story: Story): Promise<End> {
  const world = new World(story);
  new Play(world).begin();
  await world.simulation.run(story.start + CALM_SECONDS);
  const key = keyOf(0, story);
  return {
    row: comparable(world.rows.get(key)),
    isReachable: world.accessPoints.of(key).length > 0,
    history: world.history.of(showKey(key)).map(told),
  };
}

async function playInStack(stories: Story[], start: number, stack: TestStack): Promise<void> {
  const deeds = stories.flatMap((story) => story.deeds.map((deed) => ({ story, deed })));
  deeds.sort((a, b) => a.deed.after - b.deed.after);
  for (const { story, deed } of deeds) {
    await stack.advanceTo(start + deed.after);
    await play(deed, story, stack);
  }
  await stack.advanceTo(start + CALM_SECONDS);
}

async function play(deed: TimedDeed, story: Story, stack: TestStack): Promise<void> {
  const key = keyOf(0, story);
  switch (deed.what) {
    case 'bill':
      await bill(stack, key.clientId, deed.status, deed.tier);
      break;
    case 'provision':
      await post(stack, '/workspaces', { ...key, start: deed.start });
      break;
    case 'use':
      await post(stack, '/workspaces/activity', { ...key, lastActivity: Math.floor(stack.clock.now()) });
      break;
    case 'return':
      await post(stack, `/workspaces/${showKey(key)}/resume`, {});
      break;
    case 'retention':
      await setAttribute(stack, key, 'retentionDays', deed.days);
      break;
    default:
      throw new Error(`a calm story has no "${deed.what}"`);
  }
}

async function endInStack(story: Story, stack: TestStack, reachable: ReadonlySet<string>): Promise<End> {
  const key = keyOf(0, story);
  const { workspaceHistoryTable } = stack.configuration;
  const history = new DynamoDBHistory(stack.clients.dynamodb, workspaceHistoryTable);
  const { entries, next } = await history.page(showKey(key), 200);
  expect(next).toBeUndefined();
  return {
    row: comparable(await rowOf(stack, key)),
    isReachable: reachable.has(workspacePath(key)),
    history: (entries as HistoryEntry[]).reverse().map(told),
  };
}

/** Where access points lead to, of all pages. */
async function pathsOf({ clients }: TestStack): Promise<Set<string>> {
  const paths = new Set<string>();
  for (let NextToken: string | undefined, more = true; more; more = NextToken !== undefined) {
    const page = await clients.efs.send(new DescribeAccessPointsCommand({ NextToken }));
    for (const { RootDirectory } of page.AccessPoints ?? []) paths.add(String(RootDirectory?.Path));
    NextToken = page.NextToken;
  }
  return paths;
}

/** A row without what has another value in every run: ids, and the fractions of a second that calls take. */
function comparable(row: Item = {}): Item {
  const { efsAccessPoint, taskArn, posixUid, history, notices, armedFor, armedDay, ...rest } = row;
  return {
    ...rest,
    namesAccess: efsAccessPoint !== undefined,
    namesTask: taskArn !== undefined,
    noticed: Object.entries((notices ?? {}) as Record<string, { deadline: number }>)
      .map(([loss, { deadline }]) => `${loss} ${deadline}`)
      .sort(),
    entries: (history as { sequence: number } | undefined)?.sequence,
    isArmed: armedFor !== undefined,
  };
}

/** A notice that is late makes what it announces later, by the seconds that its handler took. */
function told({ what, rule, deadline, due }: HistoryEntry): End['history'][number] {
  const minutesPutOff = due === undefined ? 0 : Math.round((due - (deadline ?? due)) / 60);
  return { what, rule, deadline, minutesPutOff };
}
