import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { repeat } from '../repeat.ts';
import type { Source } from '../reporter.ts';
import type { Time } from '../time.ts';

export interface TerminalOptions {
  /** Where the terminals of this container are. */
  folder?: string;
  /** How often they are looked at, in milliseconds. */
  everyMs?: number;
  time: Time;
}

const PSEUDO_TERMINALS = '/dev/pts';
const LOOK_EVERY_MS = 15_000;

/**
 * Sees terminals and SSH sessions in which somebody types: reading what was typed moves the access time of the terminal, as
 * `w` and `who` know. A terminal that is open, or in which a program writes, is not in use by that. What was typed before
 * the reporter was there does not count.
 */
export class TerminalSource implements Source {
  private readonly options: TerminalOptions;
  private readonly seen = new Map<string, number>();
  private stopLooking: (() => void) | undefined;

  constructor(options: TerminalOptions) {
    this.options = options;
  }

  start(touch: (at?: number) => void): void {
    const { time, everyMs = LOOK_EVERY_MS } = this.options;
    this.stopLooking = repeat(time, everyMs, () => this.look(touch));
  }

  stop(): void {
    this.stopLooking?.();
  }

  /** Looks once at all of them. */
  async look(touch: (at?: number) => void): Promise<void> {
    const { folder = PSEUDO_TERMINALS } = this.options;
    const names = await readdir(folder).catch((): string[] => []);
    // A list may miss one while others come and go.
    const all = new Set([...names.filter((one) => /^\d+$/.test(one)), ...this.seen.keys()]);
    for (const name of all) {
      const typedAt = await stat(join(folder, name)).then(
        ({ atimeMs }) => atimeMs,
        () => undefined,
      );
      const before = this.seen.get(name);
      if (typedAt === undefined) this.seen.delete(name);
      else this.seen.set(name, typedAt);
      if (before !== undefined && typedAt !== undefined && typedAt > before) touch(typedAt);
    }
  }
}
