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
import { BadInputError } from '../../core/errors.ts';
import { REAL_TIME, type RealTime } from './pace.ts';

const fileSchema = z.object({
  version: z.literal(1),
  /** What is being done to what: another job is not gone on with. */
  job: z.record(z.string(), z.unknown()),
  state: z.unknown(),
});

/** What tells one job from another, e.g. `{ command: 'backfill', table: 'WorkspaceStatus' }`. */
export type Job = Record<string, unknown>;

/** Between two writes, in seconds, so that a job of small steps does not mostly write how far it is. */
const WRITE_EVERY_SECONDS = 0.25;

/**
 * Remembers in a file how far a job is, so that the same command goes on after whatever ended it. A file is replaced as a
 * whole and never half written; what was done since its last write is done again, so every step must bear that.
 */
export class Checkpoint<State> {
  private readonly path: string;
  private readonly job: Job;
  private readonly time: RealTime;
  private readonly everySeconds: number;
  private writtenAt = Number.NEGATIVE_INFINITY;

  constructor(path: string, job: Job, { time = REAL_TIME, everySeconds = WRITE_EVERY_SECONDS } = {}) {
    this.path = path;
    this.job = JSON.parse(JSON.stringify(job));
    this.time = time;
    this.everySeconds = everySeconds;
  }

  /** How far it is; undefined if it has not begun. Throws BadInputError if the file is another job's, or is not understood. */
  read(schema: z.ZodType<State>): State | undefined {
    if (!existsSync(this.path)) return undefined;
    const file = fileSchema.safeParse(readJson(this.path));
    if (!file.success) throw this.unusable('is no checkpoint of this command');
    if (!isDeepStrictEqual(file.data.job, this.job)) {
      throw this.unusable(
        `is of another job, ${JSON.stringify(file.data.job)}, not ${JSON.stringify(this.job)}`,
      );
    }
    const state = schema.safeParse(file.data.state);
    if (!state.success) throw this.unusable('is not understood');
    return state.data;
  }

  /** Notes how far it is, unless that was noted a moment ago; `force` notes it all the same. */
  note(state: () => State, force = false): void {
    const now = this.time.now();
    if (!force && now - this.writtenAt < this.everySeconds) return;
    this.writtenAt = now;
    const next = `${this.path}.new`;
    const file = openSync(next, 'w', 0o600);
    try {
      writeSync(file, JSON.stringify({ version: 1, job: this.job, state: state() }));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, this.path);
  }

  /** It is done: nothing is left to go on with. */
  remove(): void {
    rmSync(this.path, { force: true });
  }

  private unusable(why: string): BadInputError {
    return new BadInputError(
      `the checkpoint ${this.path} ${why}: name another file with --checkpoint, or --restart to begin anew`,
    );
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
