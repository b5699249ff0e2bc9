import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { systemClock } from '../../aws/system-clock.ts';
import { BadInputError } from '../../core/errors.ts';
import { DAY_SECONDS } from '../../core/policy.ts';
import type { Clock } from '../../ports.ts';
import { showTime } from '../times.ts';
import { REAL_TIME, type RealTime } from './pace.ts';

/** The first did not say when it was begun. */
const VERSION = 2;

const fileSchema = z.object({
  version: z.literal(VERSION),
  /** What is being done to what: another job is not gone on with. */
  job: z.record(z.string(), z.unknown()),
  /** Epoch seconds of this machine. */
  startedAt: z.number(),
  state: z.unknown(),
});

/** What tells one job from another, e.g. `{ command: 'backfill', table: 'WorkspaceStatus' }`. */
export type Job = Record<string, unknown>;

/** Between two writes, in seconds, so that a job of small steps does not mostly write how far it is. */
const WRITE_EVERY_SECONDS = 0.25;

/** What was read longer ago than this is not gone on from, in seconds (included). */
const LONGEST_AGE_SECONDS = DAY_SECONDS;

export interface CheckpointOptions {
  time?: Pick<RealTime, 'now'>;
  everySeconds?: number;
  /** By which it ages: the machine's, as the fleet's may run at any speed. */
  wallClock?: Pick<Clock, 'now'>;
}

/**
 * Remembers in a file how far a job is, so that the same command goes on after whatever ended it. A file is replaced as a
 * whole and never half written; what was done since its last write is done again, so every step must bear that.
 */
export class Checkpoint<State> {
  private readonly path: string;
  private readonly job: Job;
  private readonly time: Pick<RealTime, 'now'>;
  private readonly wallClock: Pick<Clock, 'now'>;
  private readonly everySeconds: number;
  private writtenAt = Number.NEGATIVE_INFINITY;
  private startedAt: number | undefined;

  constructor(
    path: string,
    job: Job,
    { time = REAL_TIME, everySeconds = WRITE_EVERY_SECONDS, wallClock = systemClock }: CheckpointOptions = {},
  ) {
    this.path = path;
    this.job = JSON.parse(JSON.stringify(job));
    this.time = time;
    this.everySeconds = everySeconds;
    this.wallClock = wallClock;
  }

  /**
   * How far it is; undefined if it has not begun. Throws BadInputError if the file is another job's, was begun more than a day
   * ago, or is not understood.
   */
  read(schema: z.ZodType<State>): State | undefined {
    if (!existsSync(this.path)) return undefined;
    const file = fileSchema.safeParse(readJson(this.path));
    if (!file.success) throw this.unusable('is no checkpoint of this command');
    const { job, startedAt } = file.data;
    const differences = differencesOf(job, this.job);
    if (differences.length > 0) throw this.unusable(`is of another job: ${differences.join('; ')}`);
    if (this.wallClock.now() - startedAt > LONGEST_AGE_SECONDS) {
      throw this.unusable(
        `was begun at ${showTime(startedAt)}, expected no more than a day ago: what was read then may be so no more`,
      );
    }
    const state = schema.safeParse(file.data.state);
    if (!state.success) throw this.unusable('is not understood');
    this.startedAt = startedAt;
    return state.data;
  }

  /** Notes how far it is, unless that was noted a moment ago; `force` notes it all the same. */
  note(state: () => State, force = false): void {
    const now = this.time.now();
    if (!force && now - this.writtenAt < this.everySeconds) return;
    this.writtenAt = now;
    this.startedAt ??= this.wallClock.now();
    const { job, startedAt } = this;
    const next = `${this.path}.new`;
    const file = openSync(next, 'w', 0o600);
    try {
      writeSync(file, JSON.stringify({ version: VERSION, job, startedAt, state: state() }));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, this.path);
  }

  /** It is done: nothing is left to go on with. */
  remove(): void {
    rmSync(this.path, { force: true });
    this.startedAt = undefined;
  }

  private unusable(why: string): BadInputError {
    return new BadInputError(
      `the checkpoint ${this.path} ${why}: name another file with --checkpoint, or --restart to begin anew`,
    );
  }
}

/** In what the job of the file is another one than ours, each in a clause. */
function differencesOf(found: Job, expected: Job): string[] {
  const show = (value: unknown) => (value === undefined ? 'missing' : JSON.stringify(value));
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((name) => !isDeepStrictEqual(found[name], expected[name]))
    .map((name) => `${name} is ${show(found[name])}, expected ${show(expected[name])}`);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
