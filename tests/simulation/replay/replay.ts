import { readOperatorConfiguration } from '../../../src/core/configuration.ts';
import { DAY_SECONDS } from '../../../src/core/policy.ts';
import type { SubscriptionTier } from '../../../src/core/workspace-row.ts';
import { activity } from '../../../src/handlers/activity.ts';
import { provision } from '../../../src/handlers/provision.ts';
import { resume } from '../../../src/handlers/resume.ts';
import type { Checker } from '../checkers/checker.ts';
import { NO_MISCHIEF } from '../engine/mischief.ts';
import { Play } from '../story/play.ts';
import { Requests } from '../story/requests.ts';
import type { Story } from '../story/story.ts';
import { type Commit, World } from '../world.ts';
import type { Use } from './read-activity.ts';

const CLIENT = 'replay';
const PLENTY = { archive: 1_000_000, terminate: 1_000_000 };

export interface Transition {
  workspace: string;
  transition: 'archived' | 'resumed';
  /** The second that the rule gives, or at which the user came back; epoch seconds. */
  due: number;
  /** When it was done, epoch seconds, rounded up to whole ones. */
  at: number;
}

export interface ReplayOptions {
  tier: SubscriptionTier;
  /** Scheduler fires within so many seconds after its time; it promises sixty. */
  lateSeconds: number;
}

export interface Replay {
  transitions: Transition[];
  summary: Summary;
}

export interface Summary {
  workspaces: number;
  /** Moments of use in the file. */
  events: number;
  transitions: { archived: number; resumed: number };
  /** How long after its due second an archive was done, in seconds. */
  latenessSeconds: { mean: number; most: number };
  /** Writes that moved `lastActivity`: a moment of the same second as the last one is none. */
  activityWrites: number;
  /** All writes to `WorkspaceStatus`. */
  rowWrites: number;
  /** Schedules that fired, and of these those that came before anything was due, and armed the next one. */
  wakeUps: number;
  wakeUpsTooEarly: number;
  schedulerCalls: number;
  /** Of these for the ends of leases: whoever takes something away, or gives it back, is looked after. */
  schedulerCallsForLeases: number;
  schedulerCallsPer1000ActivityWrites: number;
  /** What it takes to move a schedule at every write of activity, with the same leases. */
  schedulerCallsPer1000ActivityWritesIfEachUpdatedOne: number;
}

/**
 * What the real handlers make of real activity: every use is a report of it, or a return if the workspace is archived by
 * then. Time is virtual, nothing goes wrong, and Scheduler is late by up to `lateSeconds`.
 */
export async function replay(uses: readonly Use[], options: ReplayOptions): Promise<Replay> {
  const story = storyOf(uses, options);
  const world = new World(story);
  const user = new User(world);
  const watcher = new Watcher((userId) => user.cameAt(userId));
  world.checkers.push(watcher.checker);
  new Play(world).begin();
  for (const { workspace, at } of uses) world.simulation.at(at, () => user.uses(workspace));
  const retention = story.policies[0]?.retentionDays[options.tier] ?? 0;
  await world.simulation.run((uses.at(-1)?.at ?? story.start) + (retention + 1) * DAY_SECONDS);
  const [unexpected] = user.unexpected;
  if (unexpected !== undefined) throw new Error(`the replay went wrong: ${unexpected}`);
  return { transitions: watcher.transitions, summary: summaryOf(uses, watcher, world) };
}

function storyOf(uses: readonly Use[], { tier, lateSeconds }: ReplayOptions): Story {
  const start = (uses[0]?.at ?? DAY_SECONDS) - 60;
  return {
    seed: 1,
    start,
    clients: [CLIENT],
    workspaces: [],
    policies: [readOperatorConfiguration({}).policy],
    safety: { enforcement: 'enforce', budgets: PLENTY, percentPerClient: 100, pauseAtPutOff: PLENTY },
    concurrency: 100,
    mischief: NO_MISCHIEF,
    // A return is written at the second at which the user comes: its call has to arrive within it.
    conditions: { skewSeconds: 0, callSeconds: 0.002, lateSeconds, stopSeconds: 2 },
    chaosSeconds: 0,
    deeds: [
      { what: 'bill', client: 0, status: 'active', tier, lateSeconds: 0, times: 1, after: 0, name: 'bill' },
    ],
  };
}

/** The users of all workspaces, with the launcher that opens them. */
class User {
  private readonly world: World;
  private readonly requests: Requests;
  /** Answers that nobody should get. */
  readonly unexpected: string[] = [];
  /** Who is on the way back, since when, and when they were seen last: they wait until the door is open. Epoch seconds. */
  private readonly returning = new Map<string, { cameAt: number; lastUse: number }>();

  constructor(world: World) {
    this.world = world;
    this.requests = new Requests(world);
  }

  uses(userId: string): void {
    const { now } = this.world.simulation;
    const onTheWay = this.returning.get(userId);
    const lifecycle = this.world.rows.get({ clientId: CLIENT, userId })?.lifecycle;
    if (onTheWay) onTheWay.lastUse = now;
    else if (lifecycle === undefined) this.creates(userId);
    else if (lifecycle === 'active') this.reports(userId, now);
    else this.returns(userId);
  }

  /** When the user who has just been let in again had come, epoch seconds; undefined if nobody has. */
  cameAt(userId: string): number | undefined {
    return this.returning.get(userId)?.cameAt;
  }

  private creates(userId: string): void {
    const body = JSON.stringify({ clientId: CLIENT, userId, start: true });
    this.request(
      'provision',
      userId,
      (ports, policy) => provision({ body, headers: {} }, policy, ports),
      [201, 200],
    );
  }

  private reports(userId: string, lastActivity: number): void {
    const body = JSON.stringify({ clientId: CLIENT, userId, lastActivity });
    const handle: Handle = (ports) => activity({ body, headers: {} }, ports);
    this.request('activity', userId, handle, [200, 409], (status) => {
      // Closed in between: the user opens it again.
      if (status === 409) this.returns(userId);
    });
  }

  private returns(userId: string): void {
    const visit = { cameAt: this.world.simulation.now, lastUse: this.world.simulation.now };
    this.returning.set(userId, visit);
    const request = { body: '{"start":true}', headers: {}, parameters: { clientId: CLIENT, userId } };
    const handle: Handle = (ports, policy) => resume(request, policy, ports);
    this.request('resume', userId, handle, [200], () => {
      this.returning.delete(userId);
      if (visit.lastUse > visit.cameAt) this.reports(userId, visit.lastUse);
    });
  }

  private request(
    what: string,
    userId: string,
    handle: Handle,
    expected: readonly number[],
    answered: (status: number) => void = () => {},
  ): void {
    const name = this.world.nameFor(`${what} ${userId}`);
    const isUnexpected = (answer: string) =>
      void this.unexpected.push(`${name} at ${this.world.simulation.now}: ${answer}`);
    this.requests.request(
      name,
      { clientId: CLIENT, userId },
      handle,
      ({ status, body }) => {
        if (!expected.includes(status)) isUnexpected(`${status} ${JSON.stringify(body)}`);
        answered(status);
      },
      () => isUnexpected('no answer'),
    );
  }
}

type Handle = Parameters<Requests['request']>[2];

/** Sees what becomes of the rows. */
class Watcher {
  readonly transitions: Transition[] = [];
  readonly lateness: number[] = [];
  rowWrites = 0;
  activityWrites = 0;
  claims = 0;
  readonly checker: Checker;
  private readonly cameAt: (userId: string) => number | undefined;

  constructor(cameAt: (userId: string) => number | undefined) {
    this.cameAt = cameAt;
    this.checker = { committed: (commit) => this.see(commit) };
  }

  private see({ key, before, after, at }: Commit): void {
    this.rowWrites += 1;
    if (after?.lastActivity !== before?.lastActivity) this.activityWrites += 1;
    if (before?.claim === undefined && after?.claim !== undefined) this.claims += 1;
    const isDone = after !== undefined && before?.claim !== undefined && after.claim === undefined;
    if (!isDone) return;
    const isBack = after.lifecycle === 'active';
    const { since } = before.claim as { since: number };
    if (!isBack) this.lateness.push(at - since);
    this.transitions.push({
      workspace: key.userId,
      transition: isBack ? 'resumed' : 'archived',
      due: isBack ? (this.cameAt(key.userId) ?? Number(after.lastActivity)) : since,
      at: Math.ceil(at),
    });
  }
}

function summaryOf(uses: readonly Use[], watcher: Watcher, world: World): Summary {
  const { transitions, lateness, activityWrites, rowWrites, claims } = watcher;
  const per1000 = (calls: number) => rounded((1_000 * calls) / Math.max(1, activityWrites));
  const count = (what: Transition['transition']) =>
    transitions.filter(({ transition }) => transition === what).length;
  const schedulerCalls = world.scheduler.calls;
  return {
    workspaces: new Set(uses.map(({ workspace }) => workspace)).size,
    events: uses.length,
    transitions: { archived: count('archived'), resumed: count('resumed') },
    latenessSeconds: {
      mean: rounded(lateness.reduce((sum, one) => sum + one, 0) / Math.max(1, lateness.length)),
      most: rounded(lateness.reduce((most, one) => Math.max(most, one), 0)),
    },
    activityWrites,
    rowWrites,
    wakeUps: world.scheduler.fired,
    wakeUpsTooEarly: world.observer.counted('WokenEarly'),
    schedulerCalls,
    schedulerCallsForLeases: claims,
    schedulerCallsPer1000ActivityWrites: per1000(schedulerCalls),
    schedulerCallsPer1000ActivityWritesIfEachUpdatedOne: per1000(activityWrites + claims),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
