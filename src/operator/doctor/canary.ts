import { parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import type { Judgement } from './finding.ts';

/** The client of canaries: nobody else may be called that. */
export const CANARY_CLIENT = 'workspace-cleanup-canary';

/** What is needed of the world for a canary. */
export interface CanaryPorts {
  /** Puts a row that is not there. */
  put(row: Record<string, unknown>): Promise<void>;
  read(userId: string): Promise<unknown>;
  /** Takes a row away, whatever is in it. */
  remove(userId: string): Promise<void>;
  /** Canaries that are there, by their user ids. */
  leftOver(): Promise<string[]>;
  /** Epoch seconds of the fleet, whose clock may run fast. */
  now(): Promise<number>;
  /** Lets real time pass until the next look. */
  pause(): Promise<void>;
  /** So many looks at most. */
  readonly looks: number;
}

export interface CanaryOutcome {
  judgement: Judgement;
  /** How it went, e.g. `armed after 1 s`. */
  steps: string[];
}

/**
 * A workspace that is due at once: its row is written, and it lives through arm, fire and archive as any other. It is taken
 * away in the end, whatever happens, with those that another run may have left.
 */
export async function runCanary(ports: CanaryPorts): Promise<CanaryOutcome> {
  for (const userId of await ports.leftOver()) await ports.remove(userId);
  const born = Math.floor(await ports.now());
  const userId = `canary-${born}`;
  try {
    await ports.put(canaryRow(userId, born));
    return await watch(userId, born, ports);
  } finally {
    await ports.remove(userId);
  }
}

/** Free, idle for a day and a second with a limit of a day: due, and nobody has to be told before. */
export function canaryRow(userId: string, now: number): Record<string, unknown> {
  return {
    clientId: CANARY_CLIENT,
    userId,
    subscriptionStatus: 'active',
    subscriptionTier: 'free',
    retentionDays: 1,
    lastActivity: now - 86_401,
    containerStatus: 'terminated',
    lifecycle: 'active',
  };
}

async function watch(userId: string, born: number, ports: CanaryPorts): Promise<CanaryOutcome> {
  const steps: string[] = [];
  let last: Progress = 'written';
  for (let look = 0; look < ports.looks; look += 1) {
    const row = await ports.read(userId);
    const now = await ports.now();
    const parsed = parseRow(row, now);
    const progress = parsed.kind === 'valid' ? progressOf(parsed.row) : 'lost';
    const after = Math.round(now - born);
    if (progress !== last) steps.push(`${progress} after ${after} s`);
    last = progress;
    const judgement = judgeCanary(progress, after, parsed.kind === 'valid' ? parsed.row : undefined);
    if (judgement) return { judgement, steps };
    await ports.pause();
  }
  return { judgement: judgeTooLate(last), steps };
}

/** How far a canary has come; the last three are ends. */
export type Progress = 'written' | 'armed' | 'claimed' | 'archived' | 'held back' | 'lost';

export function progressOf({ lifecycle, armedFor, heldBack }: WorkspaceRow): Progress {
  if (lifecycle === 'archived') return 'archived';
  if (heldBack !== undefined) return 'held back';
  if (lifecycle !== 'active') return 'claimed';
  return armedFor === undefined ? 'written' : 'armed';
}

/** What to say of a canary that has come to its end; undefined where it has not. */
export function judgeCanary(
  progress: Progress,
  afterSeconds: number,
  row: WorkspaceRow | undefined,
): Judgement | undefined {
  if (progress === 'archived')
    return { result: 'ok', seen: `armed, fired and archived within ${afterSeconds} s` };
  if (progress === 'held back') {
    const reason = row?.heldBack?.reason ?? '';
    return {
      result: 'look',
      seen: `armed and fired within ${afterSeconds} s, then held back: ${reason}`,
      todo: `as long as that is so, no workspace is archived: workspacectl status`,
    };
  }
  if (progress !== 'lost') return undefined;
  return {
    result: 'wrong',
    seen: 'its row went, or was spoilt, while it lived',
    todo: 'see who else writes the table',
  };
}

/** What to say of one that has got stuck. */
export function judgeTooLate(last: Progress): Judgement {
  const seen = `it was ${last}, and no more, when the time was over`;
  const todo = {
    written: 'nobody arms wake-ups: see the stream of WorkspaceStatus and the log of workspaceChanged',
    armed: 'its wake-up did not come: see the dead letters of schedules, and the log of deadlineReached',
    claimed: 'its transition does not end: see the log of deadlineReached, and the roles for ECS and EFS',
  } as Record<Progress, string>;
  return { result: 'wrong', seen, todo: todo[last] ?? 'see the log of deadlineReached' };
}
