import type { ServerResponse } from 'node:http';
import type { Tick } from './protocol.ts';

/** However much changes, a page is told no more often than this. */
const SHORTEST_MS = 250;
/** And at least this often, so that its clock goes right; as often as it can where time runs ahead. */
const LONGEST_MS = 1_000;
/** Browsers open six connections to a host at most; more than this is no browser. */
const MOST_STREAMS = 24;

/** Server-sent events: tells every page that looks what time it is, and that something is different. */
export class EventStream {
  private readonly tick: () => Tick;
  private readonly responses = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | undefined;
  private isDue = false;
  private lastAt = 0;

  constructor(tick: () => Tick) {
    this.tick = tick;
  }

  get isWatched(): boolean {
    return this.responses.size > 0;
  }

  /** Keeps the response open. False if there are too many already. */
  add(response: ServerResponse): boolean {
    if (this.responses.size >= MOST_STREAMS) return false;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.once('close', () => this.responses.delete(response));
    this.responses.add(response);
    this.send();
    this.timer ??= setInterval(() => this.onTimer(), SHORTEST_MS).unref();
    return true;
  }

  /** Something is different. */
  changed(): void {
    this.isDue = true;
  }

  close(): void {
    clearInterval(this.timer);
    for (const response of this.responses) response.end();
  }

  private onTimer(): void {
    if (this.responses.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    } else if (this.isDue || this.tick().speed > 1 || performance.now() - this.lastAt >= LONGEST_MS)
      this.send();
  }

  private send(): void {
    this.isDue = false;
    this.lastAt = performance.now();
    const text = `data: ${JSON.stringify(this.tick())}\n\n`;
    for (const response of this.responses) response.write(text);
  }
}
