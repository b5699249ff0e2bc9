import { setTimeout } from 'node:timers/promises';
import { type Asset, bundleAssets } from './assets.ts';
import type { ConsolePorts } from './console-ports.ts';
import { EventStream } from './event-stream.ts';
import { keepCurrent, readFleet } from './keep-current.ts';
import { LiveFleet } from './live-fleet.ts';
import type { SampleControls } from './sample-controls.ts';
import { serveConsole } from './server.ts';
import { Sessions } from './sessions.ts';

export { createConsolePorts } from './console-ports.ts';
export type { SampleControls } from './sample-controls.ts';

/** So long a row counts as being on somebody's screen, in ms: pages ask again within it. */
const SHOWN_MS = 30_000;
/** DynamoDB's default: e.g. 100,000 rows of 500 bytes are read in 13 s. */
export const READ_UNITS_PER_SECOND = 500;

export interface ConsoleOptions {
  ports: ConsolePorts;
  /** 0 takes any that is free. */
  port: number;
  readOnly: boolean;
  /** Who it is, for the history. */
  by: string;
  /** Where the tables are, e.g. `eu-central-1`, and which it is. */
  place: string;
  table: string;
  unitsPerSecond?: number;
  sample?: SampleControls | undefined;
  /** Whether somebody else says what changes, by `rowChanged` and `controlChanged`; else the console asks now and then. */
  isFed?: boolean;
  /** The page, where it has been bundled already. */
  assets?: ReadonlyMap<string, Asset>;
  onEntered?: () => void;
}

/** A console that is running. */
export interface Console {
  /** Where it is; good for one use, then there is another. */
  link(): string;
  fleet: LiveFleet;
  /** Resolves when the fleet has been read for the first time, or could not be. */
  loaded: Promise<void>;
  /** A row as it is now; undefined if it is gone. */
  rowChanged(id: string, row: Record<string, unknown> | undefined): void;
  controlChanged(): void;
  close(): Promise<void>;
}

/** Starts the console on loopback. Rejects if the port is taken. The fleet is read meanwhile. */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const { ports, sample, unitsPerSecond = READ_UNITS_PER_SECOND } = options;
  const fleet = new LiveFleet(ports);
  const events = new EventStream(() => ({
    now: ports.clock.now(),
    speed: sample?.speed() ?? 1,
    version: fleet.version,
  }));
  fleet.onChange(() => events.changed());
  const ending = new AbortController();
  const wait = (seconds: number) => waitUnlessEnded(seconds, ending.signal);
  const screen = new Screen();
  let reading: Promise<void> = Promise.resolve();
  const read = () => {
    reading = readFleet(fleet, ports, { wait, unitsPerSecond });
  };
  const reload = () => {
    if (fleet.loading.kind !== 'reading') read();
  };
  const server = await serveConsole({
    port: options.port,
    sessions: new Sessions(),
    assets: options.assets ?? (await bundleAssets()),
    events,
    api: { ...options, fleet, sample, onShown: (ids) => screen.show(ids), reload },
    onEntered: options.onEntered ?? (() => {}),
  });
  read();
  const watch = { isWatched: () => events.isWatched, visible: () => screen.visible(), wait, unitsPerSecond };
  const keeping = options.isFed ? undefined : keepCurrent(fleet, ports, watch);
  return {
    link: server.link,
    fleet,
    loaded: reading,
    rowChanged: (id, row) => fleet.applyRow(id, row),
    controlChanged: () => void fleet.readControl().catch(() => {}),
    close: async () => {
      ending.abort();
      await server.close();
      await Promise.all([reading, keeping]);
    },
  };
}

/** What is on somebody's screen. */
class Screen {
  private readonly shown = new Map<string, number>();

  show(ids: readonly string[]): void {
    const now = performance.now();
    for (const id of ids) this.shown.set(id, now);
  }

  visible(): string[] {
    const earliest = performance.now() - SHOWN_MS;
    for (const [id, at] of this.shown) if (at < earliest) this.shown.delete(id);
    return [...this.shown.keys()];
  }
}

async function waitUnlessEnded(seconds: number, signal: AbortSignal): Promise<boolean> {
  try {
    await setTimeout(seconds * 1_000, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
