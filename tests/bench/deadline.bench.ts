import type { Safety } from '../../src/core/control.ts';
import { DAY_SECONDS, type Policy } from '../../src/core/policy.ts';
import { asBundled } from './as-bundled.ts';
import { type Measured, nanosecondsPerItem } from './measure.ts';
import { ACCESS_POINT, OneRowWorld, POSIX_UID } from './one-row-world.ts';

const NOW = 1_767_225_600;
const KEY = { clientId: 'acme', userId: 'ada' };
const DECISIONS_PER_CALL = 20;

const POLICY: Policy = {
  retentionDays: { free: 7, pro: 30, enterprise: 90 },
  cancelledGraceDays: 7,
  suspendedGraceDays: 3,
  notice: { archive: DAY_SECONDS, terminate: 3 * DAY_SECONDS, minimumTerminate: DAY_SECONDS },
};
const SAFETY: Safety = {
  enforcement: 'enforce',
  budgets: { archive: 500, terminate: 100 },
  percentPerClient: 25,
  pauseAtPutOff: { archive: 2_000, terminate: 400 },
};
/** As it is once the first wake-up has noted the limits: from then on wake-ups only read it. */
const CONTROL = {
  kind: 'control',
  key: 'cleanup',
  clients: {},
  budgets: {},
  former: [],
  limits: { retentionDays: POLICY.retentionDays, cancelledGraceDays: 7, suspendedGraceDays: 3 },
  installation: SAFETY,
  revision: 1,
  history: { sequence: 1, at: NOW - 1e6 },
};
const SUBSCRIBED_AT = NOW - 1e7;

type Bundled = typeof import('../../src/handlers/deadline-reached.ts') &
  typeof import('../../src/core/control.ts') &
  typeof import('../../src/core/lifecycle.ts') &
  typeof import('../../src/core/wake-up.ts') &
  typeof import('../../src/core/workspace-row.ts');
const BUNDLED = [
  'src/handlers/deadline-reached.ts',
  'src/core/control.ts',
  'src/core/lifecycle.ts',
  'src/core/wake-up.ts',
  'src/core/workspace-row.ts',
];

type Item = Readonly<Record<string, unknown>>;

/** A kind of wake-up: the row that it finds, and what becomes of it. */
interface Kind {
  kind: string;
  row: Item;
  /** Attributes of the row in the end; undefined for those that are not there. */
  becomes: Item;
  /** The calls that it makes, in order. */
  calls: string;
}

/** A workspace whose wake-up has just fired, last used so many days and a second ago. */
function rowIdleFor(days: number, change: Item = {}): Item {
  return {
    ...KEY,
    subscriptionStatus: 'active',
    subscriptionTier: 'pro',
    lastActivity: NOW - days * DAY_SECONDS - 1,
    containerStatus: 'idle',
    efsAccessPoint: ACCESS_POINT,
    posixUid: POSIX_UID,
    lifecycle: 'active',
    subscriptionEventAt: SUBSCRIBED_AT,
    subscriptionRevision: 3,
    armedFor: NOW,
    armedDay: '2026-01-01',
    history: { sequence: 4, at: SUBSCRIBED_AT },
    ...change,
  };
}

/** Notice was given so many days ago of what is due now. */
function noticeOf(loss: 'archive' | 'terminate', days: number): Item {
  const notice = {
    deadline: NOW,
    at: NOW - days * DAY_SECONDS,
    due: NOW,
    subscriptionEventAt: SUBSCRIBED_AT,
  };
  return { notices: { [loss]: notice } };
}

const LOOK = 'workspaces.read control.read';
const CLAIM = 'budgets.take timers.arm workspaces.claim';
const STEPS =
  'control.read tasks.unstopped control.read workspaces.advance accessPoints.find accessPoints.remove';
const ARMED_FOR_NOTICE = NOW - DAY_SECONDS - 1 + 29 * DAY_SECONDS + 1;

const KINDS: readonly Kind[] = [
  {
    kind: 'comes early, arms the next',
    row: rowIdleFor(1),
    becomes: { lifecycle: 'active', armedFor: ARMED_FOR_NOTICE },
    calls: `${LOOK} timers.arm workspaces.settleWakeUp`,
  },
  {
    kind: 'gives notice',
    row: rowIdleFor(29),
    becomes: { lifecycle: 'active', armedFor: NOW + DAY_SECONDS },
    calls: `${LOOK} workspaces.giveNotice ${LOOK} timers.arm workspaces.settleWakeUp`,
  },
  {
    kind: 'archives',
    row: rowIdleFor(30, noticeOf('archive', 1)),
    becomes: { lifecycle: 'archived', armedFor: undefined, claim: undefined },
    calls: `${LOOK} ${CLAIM} ${STEPS} workspaces.finish ${LOOK} workspaces.settleWakeUp`,
  },
  {
    kind: 'terminates',
    row: rowIdleFor(7, { subscriptionStatus: 'cancelled', ...noticeOf('terminate', 3) }),
    becomes: { lifecycle: 'terminated', armedFor: undefined, claim: undefined },
    calls: `${LOOK} ${CLAIM} ${STEPS} control.read workspaces.advance files.remove workspaces.finish ${LOOK} workspaces.settleWakeUp`,
  },
  {
    kind: 'restores',
    row: rowIdleFor(0, { lifecycle: 'archived', efsAccessPoint: undefined }),
    becomes: { lifecycle: 'active', efsAccessPoint: ACCESS_POINT, claim: undefined },
    calls: `${LOOK} timers.arm workspaces.claim accessPoints.ensure workspaces.finish ${LOOK}`,
  },
  {
    kind: 'is held, nothing ahead',
    row: rowIdleFor(40, { hold: { by: 'operator', reason: 'lawsuit' } }),
    becomes: { lifecycle: 'active', armedFor: undefined },
    calls: `${LOOK} workspaces.settleWakeUp`,
  },
];

export interface DecisionFigures {
  /** What the wake-up comes to, e.g. `archives`. */
  kind: string;
  decisionsPerSecond: number;
  perDecisionNs: Measured;
  /** How many calls it makes that would each go over the network. */
  calls: number;
  /** How often it reads the row, and so decides. */
  looks: number;
}

export interface DeadlineFigures {
  /** Each kind of wake-up; the first one is the most frequent. */
  kinds: DecisionFigures[];
  /** Of a wake-up that comes early; what is left is its calls and what they are told. */
  shares: { part: string; ns: number }[];
}

interface Sampling {
  runs: number;
  sampleMs: number;
}

/**
 * How many wake-ups a second the deadline handler itself serves on one core, bundled as for Lambda and with ports that answer at
 * once: reading what it is told, deciding, and the order of its calls, without the network and the AWS SDK. Some 10 s with 15 runs of
 * 50 ms each. Throws where a wake-up does not come to what is expected of it.
 */
export async function benchDeadline(options?: Sampling): Promise<DeadlineFigures> {
  const code = await asBundled<Bundled>(BUNDLED);
  const world = new OneRowWorld({ now: NOW, safety: SAFETY, control: CONTROL });
  const serve = async (row: Item) => {
    world.row = row;
    await code.deadlineReached(KEY, POLICY, world.ports);
  };
  const kinds: DecisionFigures[] = [];
  for (const kind of KINDS) {
    const calls = await check(kind, world, serve);
    const serveMany = async () => {
      for (let count = 0; count < DECISIONS_PER_CALL; count += 1) await serve(kind.row);
    };
    const perDecisionNs = await nanosecondsPerItem(DECISIONS_PER_CALL, serveMany, options);
    await check(kind, world, serve);
    const looks = calls.filter((call) => call === 'workspaces.read').length;
    const decisionsPerSecond = 1e9 / perDecisionNs.median;
    kinds.push({ kind: kind.kind, decisionsPerSecond, perDecisionNs, calls: calls.length, looks });
  }
  return { kinds, shares: await benchParts(code, options) };
}

/** Serves one and returns its calls. Throws where they, or the row in the end, are not what is expected. */
async function check(
  { kind, row, becomes, calls: expected }: Kind,
  world: OneRowWorld,
  serve: (row: Item) => Promise<void>,
): Promise<string[]> {
  const calls: string[] = [];
  world.calls = calls;
  await serve(row);
  world.calls = undefined;
  if (calls.join(' ') !== expected)
    throw new Error(`a wake-up that ${kind} calls ${calls.join(' ')}, expected ${expected}`);
  for (const [name, value] of Object.entries(becomes))
    if (world.row[name] !== value)
      throw new Error(`after a wake-up that ${kind} ${name} is ${world.row[name]}, expected ${value}`);
  return calls;
}

async function benchParts(code: Bundled, options?: Sampling): Promise<DeadlineFigures['shares']> {
  const item = rowIdleFor(1);
  const parsed = code.parseRow(item, NOW);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('; '));
  const { row } = parsed;
  const part = async (name: string, work: () => unknown) => {
    const repeated = () => {
      for (let count = 0; count < DECISIONS_PER_CALL; count += 1) work();
    };
    return {
      part: name,
      ns: (await nanosecondsPerItem(DECISIONS_PER_CALL, repeated, options)).median,
    };
  };
  return [
    await part('validate the row', () => code.parseRow(item, NOW)),
    await part('validate CleanupControl', () => code.parseControl(CONTROL)),
    await part('plan', () => code.planLifecycle(row, POLICY, NOW)),
    await part('look for a deadline that is near', () => code.nextWakeUp(row, POLICY, NOW)),
    await part('decide what to arm', () => code.decideArming(row, POLICY, NOW)),
  ];
}
