import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AwsError, jsonReply } from '../../src/local/services/wire.ts';
import { readTemplate } from '../../src/local/template/template.ts';
import { startBareCloud } from '../support/bare-cloud.ts';
import { startSeededEngine } from './seeded-engine.ts';

const NOW = Date.UTC(2030, 0, 1, 12) / 1000;
const ROWS_PER_CLIENT = 200;

/** A run of a command until it ended, or was killed. */
interface Lap {
  seconds: number;
  /** MiB; the most, and at each tenth of the run. */
  mostMemory: number;
  memory: number[];
  out: string;
}

/**
 * `backfill` and `reconcile` of so many rows, of which the first `unarmed` have no wake-up: the real commands in processes of their own: each is killed in the middle and
 * gone on with. DynamoDB is the local engine, in memory; of Scheduler there is only the wire and, in this process,
 * the names, since what is measured is the command.
 */
export async function benchMigration(rows: number, unarmed: number): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'workspace-cleanup-bench-'));
  try {
    const seeded = performance.now();
    const { tables } = readTemplate('serverless.yml', {
      environment: {},
      stage: 'local',
      region: 'us-east-1',
    });
    const rowOfFleet = (index: number) => rowOf(index, unarmed);
    const engine = await startSeededEngine(folder, { tables, rows, rowOf: rowOfFleet });
    const seedSeconds = Math.round((performance.now() - seeded) / 1000);
    try {
      return { rows, unarmed, seedSeconds, ...(await measure(folder, engine.url, rows, unarmed)) };
    } finally {
      await engine.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  folder: string,
  engineUrl: string,
  rows: number,
  unarmed: number,
): Promise<Record<string, unknown>> {
  const names = new Set<string>();
  let calls = 0;
  const cloud = await startBareCloud({
    dataDirectory: folder,
    now: NOW,
    engineUrl,
    scheduler: async ({ path }) => {
      if (path.startsWith('/schedule-groups'))
        return jsonReply(200, { ScheduleGroupArn: 'arn:aws:scheduler' });
      calls += 1;
      if (names.has(path)) throw new AwsError('ConflictException', 409, 'there is such a schedule');
      names.add(path);
      return jsonReply(200, { ScheduleArn: `arn:aws:scheduler:us-east-1:000000000000:schedule/${path}` });
    },
  });
  const fast = ['--rate', '10000', '--read-units', '100000', '--json'];
  try {
    const progress = (share: number) => () => names.size >= unarmed * share;
    const first = await lap(cloud, folder, ['backfill', ...fast], progress(0.5));
    const [killedAt, callsBefore] = [names.size, calls];
    const second = await lap(cloud, folder, ['backfill', ...fast]);
    const twice = calls - names.size;
    const again = await lap(cloud, folder, ['backfill', ...fast, '--dry-run']);
    const half = (again.seconds / 2) * 1000;
    const begun = performance.now();
    const looked = await lap(cloud, folder, ['reconcile', ...fast], () => performance.now() - begun > half);
    const lookedOn = await lap(cloud, folder, ['reconcile', ...fast]);
    return {
      backfill: {
        killedAt,
        secondsBefore: first.seconds,
        secondsAfter: second.seconds,
        rowsPerSecond: Math.round(rows / (first.seconds + second.seconds)),
        armedPerSecond: Math.round(unarmed / (first.seconds + second.seconds)),
        callsOfSchedulerBefore: callsBefore,
        schedules: names.size,
        askedForTwice: twice,
        tally: JSON.parse(second.out),
        memory: [first, second].map(({ mostMemory, memory }) => ({ mostMemory, memory })),
      },
      dryRun: {
        seconds: again.seconds,
        rowsPerSecond: Math.round(rows / again.seconds),
        tally: JSON.parse(again.out),
      },
      reconcile: {
        secondsBefore: looked.seconds,
        secondsAfter: lookedOn.seconds,
        rowsPerSecond: Math.round(rows / (looked.seconds + lookedOn.seconds)),
        summary: JSON.parse(lookedOn.out.trim().split('\n').at(-1) ?? '{}'),
        memory: [looked, lookedOn].map(({ mostMemory, memory }) => ({ mostMemory, memory })),
      },
    };
  } finally {
    await cloud.close();
  }
}

/** Runs the command; as soon as `enough` it is killed. */
async function lap(
  cloud: { url: string; engineUrl: string },
  folder: string,
  words: string[],
  enough: () => boolean = () => false,
): Promise<Lap> {
  const begin = performance.now();
  const child = spawn(process.execPath, [resolve('src/operator/workspacectl.mjs'), ...words], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      AWS_ENDPOINT_URL: cloud.url,
      // Past the process that measures.
      AWS_ENDPOINT_URL_DYNAMODB: cloud.engineUrl,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  const samples: number[] = [];
  let ended = false;
  let isWanted = false;
  let end = '';
  const exited = new Promise<void>((done) => {
    child.once('close', (code, signal) => {
      end = `${code ?? signal}`;
      done();
    });
  }).then(() => {
    ended = true;
  });
  while (!ended) {
    const memory = memoryOf(child);
    if (memory !== undefined) samples.push(memory);
    if (!isWanted && enough()) {
      isWanted = true;
      child.kill('SIGKILL');
    }
    await Promise.race([exited, setTimeout(200)]);
  }
  if (!isWanted && end !== '0')
    throw new Error(`${words.join(' ')} ended with ${end}, expected 0; it said ${out}`);
  const tenths = Array.from(
    { length: 10 },
    (_, tenth) => samples[Math.floor((tenth * samples.length) / 10)] ?? 0,
  );
  return {
    seconds: Math.round((performance.now() - begin) / 100) / 10,
    mostMemory: Math.max(0, ...samples),
    memory: tenths,
    out,
  };
}

/** What the process has of the machine's memory, MiB; undefined once it has ended. */
function memoryOf({ pid }: ChildProcess): number | undefined {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1024);
  } catch {
    return undefined;
  }
}

/** The tiers, with the second after the last activity at which notice is given by the numbers that the product starts with. */
const TIERS = [
  ['free', 6 * 86_400 + 1],
  ['pro', 29 * 86_400 + 1],
  ['enterprise', 89 * 86_400 + 1],
] as const;

/** None is due within a day; each has a user id of its own. Those without a wake-up lie evenly among the others. */
function rowOf(index: number, unarmed: number): Record<string, unknown> {
  const key = { clientId: `client-${Math.floor(index / ROWS_PER_CLIENT)}`, userId: `user-${index}` };
  const [tier, noticeAfter] = TIERS[index % 3] ?? TIERS[0];
  const lastActivity = NOW - (index % (5 * 86_400));
  const armedFor = lastActivity + noticeAfter;
  return {
    ...key,
    subscriptionStatus: 'active',
    subscriptionTier: tier,
    containerStatus: 'idle',
    lastActivity,
    posixUid: 10_000 + index,
    ...(index >= unarmed && { armedFor, armedDay: new Date(armedFor * 1000).toISOString().slice(0, 10) }),
  };
}
