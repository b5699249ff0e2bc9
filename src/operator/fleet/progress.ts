import { REAL_TIME, type RealTime } from './pace.ts';

/** Where progress is shown, e.g. `process.stderr`. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** How far something is. `total` is an estimate where nobody can know; 0 where there is none. */
export interface Reached {
  done: number;
  total: number;
}

const REDRAW_SECONDS = 0.1;
/** Without a terminal, a line so often. */
const LINE_SECONDS = 15;
const BAR_CELLS = 24;
/** The rate is that of about the last so many seconds. */
const RATE_SECONDS = 10;
const CLEAR_LINE = '\r\u001b[K';

/**
 * A bar with rate and time left, on one line that is drawn again; on what is no terminal, a line every quarter of a minute.
 * Ours, as the library that everybody takes for it (cli-progress) has had no release since February 2023, and estimates the
 * time left by counting updates, which for pages of rows is wrong.
 */
export class Progress {
  private readonly label: string;
  private readonly screen: Screen;
  private readonly time: RealTime;
  private shownAt: number;
  private rate: number | undefined;
  private measured: { at: number; done: number } | undefined;

  constructor(label: string, screen: Screen, time: RealTime = REAL_TIME) {
    this.label = label;
    this.screen = screen;
    this.time = time;
    this.shownAt = screen.isTTY ? Number.NEGATIVE_INFINITY : time.now();
  }

  show(reached: Reached): void {
    const now = this.time.now();
    const { isTTY } = this.screen;
    if (now - this.shownAt < (isTTY ? REDRAW_SECONDS : LINE_SECONDS)) return;
    this.shownAt = now;
    this.measure(reached.done, now);
    const line = progressLine(this.label, reached, this.rate);
    this.screen.write(isTTY ? `${CLEAR_LINE}${line.slice(0, (this.screen.columns ?? 80) - 1)}` : `${line}\n`);
  }

  /** Takes the line away, so that what is printed next stands on a clean one. */
  clear(): void {
    if (this.screen.isTTY) this.screen.write(CLEAR_LINE);
    this.shownAt = this.screen.isTTY ? Number.NEGATIVE_INFINITY : this.shownAt;
  }

  /** Smoothed, so that it neither jumps nor remembers the start for ever. */
  private measure(done: number, now: number): void {
    const { measured } = this;
    this.measured = { at: now, done };
    if (measured === undefined || now <= measured.at) return;
    const rate = (done - measured.done) / (now - measured.at);
    const weight = Math.min(1, (now - measured.at) / RATE_SECONDS);
    this.rate = this.rate === undefined ? rate : this.rate + weight * (rate - this.rate);
  }
}

/** e.g. `backfill ██████░░░░░░  50 %  500,000 of 1,000,000  5,000/s  1 min 40 s left`. */
export function progressLine(label: string, { done, total }: Reached, rate: number | undefined): string {
  const count = (value: number) => Math.round(value).toLocaleString('en');
  // An estimate that was too low is no reason to show more than all of it.
  const of = Math.max(total, done);
  const share = total > 0 && of > 0 ? done / of : undefined;
  const cells = Math.floor((share ?? 0) * BAR_CELLS);
  const parts = [
    share === undefined
      ? undefined
      : `${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)} ${String(Math.floor(share * 100)).padStart(3)} %`,
    share === undefined ? count(done) : `${count(done)} of ${done >= total ? '' : 'about '}${count(of)}`,
    rate === undefined ? undefined : `${count(rate)}/s`,
    share === undefined || !rate || rate <= 0 ? undefined : `${duration((of - done) / rate)} left`,
  ];
  return [label, ...parts.filter((part) => part !== undefined)].join('  ');
}

/** A length of time for people, e.g. `1 min 40 s`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
