import { type Run, runStory } from '../run-story.ts';
import type { Story } from '../story/story.ts';

export interface Shrunk {
  story: Story;
  /** How many stories were played to find it. */
  runs: number;
}

/**
 * The shortest story found that breaks the same promise: as few things that go wrong as possible, then as few deeds, then
 * as few workspaces, as long as anything can be left out. Plays at most `mostRuns` stories.
 */
export async function shrink(
  long: Story,
  promise: string,
  play: (story: Story) => Promise<Pick<Run, 'violations' | 'mischief'>> = runStory,
  mostRuns = 2_000,
): Promise<Shrunk> {
  let story = long;
  let runs = 0;
  /** Takes the shorter story if it breaks the promise too. */
  const takes = async (shorter: Story): Promise<boolean> => {
    if (runs >= mostRuns) return false;
    runs += 1;
    const { violations, mischief } = await play(shorter);
    if (violations[0]?.promise !== promise) return false;
    // What has not happened in this one need not be said.
    story = { ...shorter, only: mischief };
    return true;
  };
  if (!(await takes(long))) throw new Error(`the story of seed ${long.seed} does not break "${promise}"`);
  for (let size = Number.POSITIVE_INFINITY; sizeOf(story) < size && runs < mostRuns; ) {
    size = sizeOf(story);
    await leaveOut(
      () => story.only ?? [],
      (only) => takes({ ...story, only }),
    );
    await leaveOut(
      () => story.deeds,
      (deeds) => takes({ ...story, deeds }),
    );
    await leaveOutWorkspaces(() => story, takes);
  }
  return { story, runs };
}

function sizeOf({ deeds, only = [], workspaces }: Story): number {
  return deeds.length + only.length + workspaces.length;
}

/** Leaves out a half, a quarter and so on down to single ones, whatever can go. */
async function leaveOut<T>(
  list: () => readonly T[],
  takes: (shorter: T[]) => Promise<boolean>,
): Promise<void> {
  for (let size = Math.ceil(list().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < list().length; ) {
      const shorter = [...list().slice(0, from), ...list().slice(from + size)];
      if (!(await takes(shorter))) from += size;
    }
  }
}

/** A workspace that nobody does anything with can go; the places of the others change. */
async function leaveOutWorkspaces(
  story: () => Story,
  takes: (shorter: Story) => Promise<boolean>,
): Promise<void> {
  for (let place = story().workspaces.length - 1; place >= 0; place -= 1) {
    const { workspaces, deeds } = story();
    const isNamed = deeds.some(
      (deed) => ('who' in deed && deed.who === place) || ('whose' in deed && deed.whose === place),
    );
    if (isNamed || workspaces.length === 1) continue;
    const moved = (who: number) => (who > place ? who - 1 : who);
    await takes({
      ...story(),
      workspaces: workspaces.filter((_, index) => index !== place),
      deeds: deeds.map((deed) => ({
        ...deed,
        ...('who' in deed && { who: moved(deed.who) }),
        ...('whose' in deed && { whose: moved(deed.whose) }),
      })),
    });
  }
}
