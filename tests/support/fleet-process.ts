import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A line of what `npm start -- --json` says, as far as tests look at it. */
export interface FleetLine {
  event: string;
  workspace?: string;
  problem?: string | null;
  latenessSeconds?: number | null;
  ok?: boolean;
  problems?: string[];
  awsEndpoint?: string;
}

export type FleetProcess = ChildProcessByStdio<null, Readable, Readable>;

/** What `npm start` starts, on free ports and saying JSON; in the environment of the tests and `environment`. */
export function startFleet(
  flags: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): FleetProcess {
  const always = ['--json', '--port', '0', '--http-port', '0'];
  return spawn(process.execPath, ['--import', 'tsx', 'src/local/main.ts', ...always, ...flags], {
    cwd: resolve(__dirname, '../..'),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Everything that it says from now on, to its end. */
export async function* linesOf({ stdout }: FleetProcess): AsyncGenerator<FleetLine, void> {
  for await (const text of createInterface({ input: stdout })) yield JSON.parse(text);
}
