import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { quote } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';

const clockSchema = z.object({
  /** Where an accelerated clock stood last, epoch seconds. */
  time: z.number().optional(),
  /** How far a real-time clock is ahead of the world, seconds. */
  offsetSeconds: z.number().optional(),
});

/** Keeps the time of a data folder, so that no restart goes back behind what its rows already say. */
export class ClockFile {
  private readonly file: string;
  private readonly stored: z.infer<typeof clockSchema>;

  /** Throws where the file is there and is not one of ours. */
  constructor(dataDirectory: string) {
    this.file = join(dataDirectory, 'clock.json');
    this.stored = existsSync(this.file) ? readStored(this.file) : {};
  }

  /** Where an accelerated clock goes on; in a new folder at the present second. */
  startOfStepped(realNow: number): number {
    return this.stored.time ?? Math.floor(realNow + (this.stored.offsetSeconds ?? 0));
  }

  /** How far a real-time clock has to be ahead, in seconds: 0 in a new folder. */
  offsetOfReal(realNow: number): number {
    return Math.max(0, this.stored.offsetSeconds ?? 0, (this.stored.time ?? 0) - realNow);
  }

  writeTime(time: number): void {
    this.write({ time });
  }

  writeOffset(offsetSeconds: number): void {
    this.write({ offsetSeconds });
  }

  /** By renaming, so that a kill in the middle leaves the time before. */
  private write(clock: z.infer<typeof clockSchema>): void {
    const next = `${this.file}.next`;
    writeFileSync(next, JSON.stringify(clock));
    renameSync(next, this.file);
  }
}

function readStored(file: string): z.infer<typeof clockSchema> {
  const text = readFileSync(file, 'utf8');
  try {
    return clockSchema.parse(JSON.parse(text));
  } catch {
    throw new BadInputError(
      `${file} holds ${quote(text)}, expected JSON with the fleet's time; mend or remove it`,
    );
  }
}
