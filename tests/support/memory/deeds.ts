import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { Claim } from '../../../src/core/workspace-row.ts';

/** Something that was done to the world, with the world as it was at that moment. */
export interface Deed {
  what: 'task-started' | 'stop-requested' | 'access-given' | 'access-removed' | 'files-deleted';
  key: WorkspaceKey;
  at: number;
  /** The invocation that did it; undefined if it was the test. */
  actor: string | undefined;
  /** The claim on the row. */
  claim: Claim | undefined;
  runningTasks: number;
  reachable: boolean;
}

/** What a moment looks like, for whoever records a deed. */
export type Circumstances = Pick<Deed, 'at' | 'claim' | 'runningTasks' | 'reachable'>;

/** Everything that was done to the world, in order. */
export class Deeds {
  readonly done: Deed[] = [];
  /** The invocation whose call is being served. */
  actor: string | undefined;
  private readonly look: (key: WorkspaceKey) => Circumstances;

  constructor(look: (key: WorkspaceKey) => Circumstances) {
    this.look = look;
  }

  /** Call it right before the world changes. */
  record(what: Deed['what'], { clientId, userId }: WorkspaceKey): void {
    const key = { clientId, userId };
    this.done.push({ what, key, actor: this.actor, ...this.look(key) });
  }

  /** What was done by invocations, in order. */
  names(): Deed['what'][] {
    return this.done.filter(({ actor }) => actor !== undefined).map(({ what }) => what);
  }

  /** Which rules the deeds of invocations have broken; empty if none. */
  wrongs(): string[] {
    return this.done.flatMap((deed) => wrongsOf(deed).map((wrong) => `${showKey(deed.key)}: ${wrong}`));
  }
}

function wrongsOf({ what, at, actor, claim, runningTasks, reachable }: Deed): string[] {
  if (actor === undefined || what === 'task-started' || what === 'access-given') return [];
  const done = `${what} at ${at} by ${actor}`;
  const wrongs: string[] = [];
  if (!claim) wrongs.push(`${done} without a claim`);
  else if (claim.owner !== actor) wrongs.push(`${done} under the claim of ${claim.owner}`);
  else if (at >= claim.until) wrongs.push(`${done} under a claim that ended at ${claim.until}`);
  if (what !== 'stop-requested' && runningTasks > 0) wrongs.push(`${done} while ${runningTasks} tasks run`);
  if (what === 'files-deleted' && reachable) wrongs.push(`${done} while an access point leads there`);
  return wrongs;
}
