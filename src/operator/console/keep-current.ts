import { DAY_SECONDS } from '../../core/policy.ts';
import type { WorkspaceKey } from '../../core/workspace-key.ts';
import type { ConsolePorts } from './console-ports.ts';
import type { LiveFleet } from './live-fleet.ts';

/** How often what may have changed is looked at while somebody looks, in seconds of the machine. */
export const REFRESH_SECONDS = 10;
/** How often the index of upcoming wake-ups is: it tells of workspaces that nobody here has seen yet. */
const UPCOMING_SECONDS = 300;
/** No more rows than this are read again at one time: half a read unit each. */
const MOST_WOKEN = 100;
const MOST_DIFFERENT = 500;
const MOST_UPCOMING = 10_000;

export interface KeepCurrentOptions {
  /** Whether anybody looks. Nothing is read while nobody does. */
  isWatched: () => boolean;
  /** Ids of the rows that are on somebody's screen. */
  visible: () => string[];
  /** Waits so many seconds of the machine's time; false if that is the end. */
  wait: (seconds: number) => Promise<boolean>;
  unitsPerSecond: number;
}

/**
 * Reads the fleet from beginning to end. What goes wrong is said by `fleet.loading`, and nothing is thrown: the page tells it.
 */
export async function readFleet(
  fleet: LiveFleet,
  ports: Pick<ConsolePorts, 'fleet' | 'clock'>,
  { wait, unitsPerSecond }: Pick<KeepCurrentOptions, 'wait' | 'unitsPerSecond'>,
): Promise<void> {
  let isStopped = false;
  const seen = new Set<string>();
  fleet.loading = { kind: 'reading', rows: 0, readUnits: 0, problem: undefined, finishedAt: undefined };
  try {
    await fleet.readControl();
    await ports.fleet.readAll({
      unitsPerSecond,
      onPage: (rows, units) => {
        const now = ports.clock.now();
        for (const row of rows) {
          seen.add(`${row.clientId}/${row.userId}`);
          fleet.index.put(row, now);
        }
        const { loading } = fleet;
        fleet.loading = {
          ...loading,
          rows: loading.rows + rows.length,
          readUnits: loading.readUnits + units,
        };
        fleet.changed();
      },
      wait: async (seconds) => {
        isStopped = !(await wait(seconds));
      },
      isStopped: () => isStopped,
    });
    for (const { id } of [...fleet.index.all()]) if (!seen.has(id)) fleet.index.delete(id);
    await fleet.readRecent();
    fleet.loading = { ...fleet.loading, kind: 'ready', finishedAt: Date.now() / 1_000 };
  } catch (error) {
    fleet.loading = { ...fleet.loading, kind: 'failed', problem: messageOf(error) };
  }
  fleet.changed();
}

/** Keeps the fleet up to date for as long as `wait` says, with few reads and without a sweep. */
export async function keepCurrent(
  fleet: LiveFleet,
  ports: Pick<ConsolePorts, 'fleet' | 'clock' | 'workspaces'>,
  options: KeepCurrentOptions,
): Promise<void> {
  let untilUpcoming = UPCOMING_SECONDS;
  while (await options.wait(REFRESH_SECONDS)) {
    if (!options.isWatched() || fleet.loading.kind === 'reading') continue;
    untilUpcoming -= REFRESH_SECONDS;
    try {
      await fleet.readControl();
      const woken = fleet.index.woken(ports.clock.now(), MOST_WOKEN);
      await readAgain(new Set([...options.visible(), ...woken]), fleet, ports);
      if (untilUpcoming <= 0) {
        untilUpcoming = UPCOMING_SECONDS;
        await readAgain(await differentlyArmed(fleet, ports), fleet, ports);
      }
      fleet.loading = { ...fleet.loading, problem: undefined };
    } catch (error) {
      fleet.loading = { ...fleet.loading, problem: `not up to date: ${messageOf(error)}` };
      fleet.changed();
    }
  }
}

async function readAgain(
  ids: ReadonlySet<string>,
  fleet: LiveFleet,
  { fleet: reader }: Pick<ConsolePorts, 'fleet'>,
): Promise<void> {
  if (ids.size === 0) return;
  const missing = new Set(ids);
  for (const row of await reader.readKeys([...ids].map(keyOf))) {
    const id = `${row.clientId}/${row.userId}`;
    missing.delete(id);
    fleet.applyRow(id, row);
  }
  for (const id of missing) fleet.applyRow(id, undefined);
}

/** Workspaces with a wake-up within a day of which we do not know, or know another. */
async function differentlyArmed(
  fleet: LiveFleet,
  { workspaces, clock }: Pick<ConsolePorts, 'workspaces' | 'clock'>,
): Promise<Set<string>> {
  const now = Math.floor(clock.now());
  const upcoming = await workspaces.armedBetween(now, now + DAY_SECONDS, MOST_UPCOMING);
  const different = upcoming
    .map(({ key, armedFor }) => ({ id: `${key.clientId}/${key.userId}`, armedFor }))
    .filter(({ id, armedFor }) => fleet.index.get(id)?.armedFor !== armedFor)
    .map(({ id }) => id);
  return new Set(different.slice(0, MOST_DIFFERENT));
}

function keyOf(id: string): WorkspaceKey {
  const [clientId = '', userId = ''] = id.split('/');
  return { clientId, userId };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
