import { readFile, stat } from 'node:fs/promises';
import { repeat } from '../repeat.ts';
import type { Source } from '../reporter.ts';
import type { Time } from '../time.ts';

export interface StatusFileOptions {
  path: string;
  /** How often it is looked at, in milliseconds. */
  everyMs?: number;
  time: Time;
  say(line: string): void;
}

const LOOK_EVERY_MS = 10_000;
/** Before 2000 or after 5138 a number is not epoch seconds. */
const [EARLIEST, LATEST] = [946_684_800, 99_999_999_999];

/** The status file that images wrote before there was a reporter: JSON with `lastActivity` in epoch seconds. */
export class StatusFileSource implements Source {
  private readonly options: StatusFileOptions;
  private stopLooking: (() => void) | undefined;
  private changedAt = 0;
  private lastSaid = '';

  constructor(options: StatusFileOptions) {
    this.options = options;
  }

  start(touch: (at?: number) => void): void {
    const { time, everyMs = LOOK_EVERY_MS } = this.options;
    this.stopLooking = repeat(time, everyMs, () => this.look(touch));
  }

  stop(): void {
    this.stopLooking?.();
  }

  /** Looks once; a file that has not changed is not read. */
  async look(touch: (at?: number) => void): Promise<void> {
    const { path } = this.options;
    const changedAt = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => undefined,
    );
    if (changedAt === undefined || changedAt === this.changedAt) return;
    this.changedAt = changedAt;
    const lastActivity = await readFile(path, 'utf8').then(read, () => undefined);
    if (typeof lastActivity === 'number') touch(lastActivity * 1_000);
    else this.say(`${path} has no lastActivity in epoch seconds, e.g. {"lastActivity":1767225600}`);
  }

  private say(line: string): void {
    if (line !== this.lastSaid) this.options.say(line);
    this.lastSaid = line;
  }
}

/** Half-written JSON is nothing yet: the rest of it is another change. */
function read(text: string): number | undefined {
  try {
    const { lastActivity } = JSON.parse(text) as { lastActivity?: unknown };
    const seconds = Number(lastActivity);
    return Number.isInteger(seconds) && seconds >= EARLIEST && seconds <= LATEST ? seconds : undefined;
  } catch {
    return undefined;
  }
}
