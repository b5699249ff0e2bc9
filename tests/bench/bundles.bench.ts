import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FUNCTIONS, type FunctionName } from '../../src/functions/all.ts';
import { bundleOf, bundleOfClients } from '../support/bundles.ts';
import { type Measured, summarise } from './measure.ts';

export interface BundleFigures {
  name: FunctionName;
  bytes: number;
  gzipBytes: number;
  /** From the start of the process until the function could be called, in ms. */
  startMs: Measured;
  /** The same, for a bundle with the same clients of AWS and nothing else. */
  clientsMs: Measured;
  /** Of the process once the function could be called: Node's own is in it. */
  memoryMiB: Measured;
}

/** What every function finds in its environment, one way or the other. */
const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  EFS_FILE_SYSTEM_ID: 'fs-0123456789abcdef0',
  ECS_CLUSTER_NAME: 'workspaces',
  SCHEDULE_GROUP: 'workspace-cleanup-prod',
  SCHEDULE_ROLE_ARN: 'arn:aws:iam::123456789012:role/schedules',
  DEADLINE_FUNCTION_ARN: 'arn:aws:lambda:us-east-1:123456789012:function:deadlineReached',
  PURGE_FUNCTION_NAME: 'workspace-cleanup-prod-purge',
  WORKSPACE_FILES_ROOT: '/mnt/workspaces',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

/** Size and start-up of every function's bundle: fresh processes, in turns with those of the clients alone. */
export async function benchBundles(
  runs: number,
  names: readonly FunctionName[] = Object.keys(FUNCTIONS) as FunctionName[],
): Promise<BundleFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  try {
    const figures: BundleFigures[] = [];
    for (const name of names) {
      const code = await bundleOf(name);
      const [own, clients] = [join(folder, `${name}.mjs`), join(folder, `${name}-clients.mjs`)];
      writeFileSync(own, code);
      writeFileSync(clients, await bundleOfClients(name));
      const starts: { own: Start; clients: Start }[] = [];
      for (let run = 0; run <= runs; run += 1) starts.push({ own: start(own), clients: start(clients) });
      // The first of each finds no file in the page cache.
      starts.shift();
      figures.push({
        name,
        bytes: Buffer.byteLength(code),
        gzipBytes: gzipSync(code).length,
        startMs: summarise(starts.map(({ own }) => own.ms)),
        clientsMs: summarise(starts.map(({ clients }) => clients.ms)),
        memoryMiB: summarise(starts.map(({ own }) => own.memoryMiB)),
      });
    }
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Start {
  ms: number;
  memoryMiB: number;
}

/** What the process itself counts since it began: that of Node is in it, as it is on Lambda. */
function start(path: string): Start {
  const script = `await import(${JSON.stringify(path)});
    const [ms, memoryMiB] = [performance.now(), process.memoryUsage.rss() / 2 ** 20];
    process.stdout.write(JSON.stringify({ ms, memoryMiB }))`;
  const out = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...ENVIRONMENT, PATH: process.env.PATH } as unknown as NodeJS.ProcessEnv,
    encoding: 'utf8',
  });
  return JSON.parse(out) as Start;
}
