import type { Policy } from '../../src/core/policy.ts';
import { type Console, type ConsoleOptions, startConsole } from '../../src/operator/console/console.ts';
import type { ConsolePorts } from '../../src/operator/console/console-ports.ts';
import { OK_POLICY } from './memory/ok-values.ts';
import type { MemoryWorld } from './memory-world.ts';

/** The console's ports over a world in memory; `reads` says which rows were asked for. */
export function memoryConsolePorts(
  world: MemoryWorld,
  policy: Policy = OK_POLICY,
): ConsolePorts & { reads: string[][] } {
  const reads: string[][] = [];
  return {
    reads,
    workspaces: world.workspaces,
    accounts: world.accounts,
    control: world.control,
    budgets: world.budgets,
    history: world.history,
    clock: world.clock,
    observer: world.observer,
    policy,
    safety: world.safety,
    fleet: {
      readAll: async ({ onPage }) => onPage([...world.rows.items()], 12.5),
      readKeys: async (keys) => {
        reads.push(keys.map(({ clientId, userId }) => `${clientId}/${userId}`));
        return keys.flatMap((key) => {
          const row = world.rows.get(key);
          return row ? [row] : [];
        });
      },
    },
  };
}

/** A console over a world in memory, on a free port, with a page of one word. The fleet has been read. */
export async function startMemoryConsole(
  world: MemoryWorld,
  options: Partial<ConsoleOptions> = {},
): Promise<Console> {
  const body = Buffer.from('page');
  const console = await startConsole({
    ports: memoryConsolePorts(world),
    port: 0,
    readOnly: false,
    by: 'ops',
    place: 'memory',
    table: 'WorkspaceStatus',
    isFed: true,
    assets: new Map([['', { type: 'text/html', body, gzipped: body }]]),
    ...options,
  });
  await console.loaded;
  return console;
}
