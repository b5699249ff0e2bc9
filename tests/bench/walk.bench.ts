import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pace } from '../../src/operator/fleet/pace.ts';
import { startOfWalk, walkFleet } from '../../src/operator/fleet/walk-fleet.ts';
import { addArmTally, emptyArmTally, FleetArmer } from '../../src/operator/migration/arm-fleet.ts';
import { Reconciliation } from '../../src/operator/migration/run-reconcile.ts';
import type { Fleet } from '../../src/ports.ts';
import { NOW, OK_POLICY } from '../support/memory/ok-values.ts';
import { MemoryWorld } from '../support/memory-world.ts';
import { quietOutput } from '../support/quiet-output.ts';

const DAY = 86_400;
const PAGE = 2_000;
/** Of these, one has no wake-up. */
const UNARMED_EVERY = 10;

/**
 * The walks themselves, without a database: rows are made a page at a time and every tenth has no wake-up, so what is measured is
 * what the commands keep of so many. Memory is this process's, with the tools of tests in it.
 */
export async function benchWalk(rows: number): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'workspace-cleanup-bench-'));
  try {
    const backfill = await measured(rows, (onPage) => armAll(rows, onPage));
    const reconcile = await measured(rows, (onPage) => reconcileAll(rows, folder, onPage));
    return { rows, backfill, reconcile };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(
  rows: number,
  work: (onPage: () => void) => Promise<unknown>,
): Promise<Record<string, unknown>> {
  const memory: number[] = [];
  const look = () => void memory.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
  const begin = performance.now();
  const result = await work(look);
  const seconds = Math.round((performance.now() - begin) / 100) / 10;
  const tenths = Array.from({ length: 10 }, (_, tenth) => memory[Math.floor((tenth * memory.length) / 10)]);
  return {
    seconds,
    rowsPerSecond: Math.round(rows / seconds),
    mostMemory: Math.max(...memory),
    memory: tenths,
    result,
  };
}

async function armAll(rows: number, onPage: () => void) {
  let armed = 0;
  const ports = {
    timers: {
      arm: async () => {
        armed += 1;
      },
    },
    workspaces: { rememberWakeUp: async () => {} },
    clock: { now: () => NOW },
  };
  const pace = new Pace(1e9);
  const meets = ['missing', 'overdue'] as const;
  const armer = new FleetArmer(ports, { policy: OK_POLICY, meets, pace, duePace: pace, dryRun: false });
  const tally = emptyArmTally();
  const walk = { position: startOfWalk(4), stepRows: 100, pace };
  await walkFleet(
    madeFleet(rows, UNARMED_EVERY, onPage),
    walk,
    (page) => armer.armPage(page),
    (page) => addArmTally(tally, page),
  );
  return { tally, armed };
}

function reconcileAll(rows: number, folder: string, onPage: () => void) {
  const flags = {
    checkpoint: join(folder, 'checkpoint.json'),
    rate: 1e9,
    segments: 4,
    readUnits: 1e9,
    list: 0,
  };
  const world = {
    ports: new MemoryWorld().invocation().ports,
    fleet: madeFleet(rows, 0, onPage),
    accessPointList: { all: async () => [] },
    taskList: { pages: async function* () {} },
    place: {},
  };
  const { signal } = new AbortController();
  const rules = { policy: OK_POLICY, by: 'bench' };
  return new Reconciliation(flags, world, quietOutput(), signal, () => {}).run(rules);
}

/** Each segment has its share of the rows, made when they are asked for. */
function madeFleet(rows: number, unarmedEvery: number, onPage: () => void): Pick<Fleet, 'page' | 'estimate'> {
  return {
    estimate: async () => rows,
    page: async ({ number, of }, after) => {
      onPage();
      const share = Math.ceil(rows / of);
      const end = Math.min(rows, (number + 1) * share);
      const from = after === undefined ? number * share : Number(after.userId.slice(5)) + 1;
      const count = Math.max(0, Math.min(PAGE, end - from));
      // Through text, as a page comes from the wire.
      const text = JSON.stringify(
        Array.from({ length: count }, (_, index) => rowOf(from + index, unarmedEvery)),
      );
      const next = from + count < end ? { clientId: 'x', userId: `user-${from + count - 1}` } : undefined;
      return { rows: JSON.parse(text), next, readUnits: 1 };
    },
  };
}

function rowOf(index: number, unarmedEvery: number): Record<string, unknown> {
  const isArmed = unarmedEvery === 0 || index % unarmedEvery !== 0;
  return {
    clientId: `client-${Math.floor(index / 200)}`,
    userId: `user-${index}`,
    subscriptionStatus: 'active',
    subscriptionTier: 'pro',
    containerStatus: 'idle',
    lastActivity: NOW - (index % (5 * DAY)),
    posixUid: 10_000 + index,
    ...(isArmed && { armedFor: NOW - (index % (5 * DAY)) + 30 * DAY + 1 }),
  };
}
