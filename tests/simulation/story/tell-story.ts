import type { Policy } from '../../../src/core/policy.ts';
import { type MischiefRates, NO_MISCHIEF } from '../engine/mischief.ts';
import { Random } from '../engine/random.ts';
import { BAD_DAY, type Deed, type Story, type TimedDeed } from './story.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Midnight of 2026-01-01 in UTC, epoch seconds. */
const FIRST_START = 1_767_225_600;

/** Short periods, so that much happens in a few days. */
const USUAL: Policy = {
  retentionDays: { free: 1, pro: 2, enterprise: 3 },
  cancelledGraceDays: 2,
  suspendedGraceDays: 1,
  notice: { archive: 6 * HOUR, terminate: DAY, minimumTerminate: DAY },
};
/** Nobody is told of an archive before. */
const UNANNOUNCED: Policy = { ...USUAL, notice: { ...USUAL.notice, archive: 0 } };
const SHORTER: Policy = { ...USUAL, retentionDays: { free: 1, pro: 1, enterprise: 1 } };
const LONGER: Policy = { ...USUAL, retentionDays: { free: 2, pro: 3, enterprise: 4 }, cancelledGraceDays: 3 };

/** Whoever tries again has come through, or has given up, within this before everything is cleared. */
const LAST_SECONDS = 10 * MINUTE;

/** What comes before a deadline at which a user may come back, and after it, in seconds: the worst moments. */
const WORST_MOMENTS = [-3, -1, 0, 1, 2, 5, 20, 45, 61, 90, 200, 430, 500] as const;

/** A story that the seed decides. */
export function tellStory(seed: number): Story {
  const random = new Random(seed, 'story');
  const clients = ['acme', 'wayne'].slice(0, random.integer(1, 2));
  const workspaces = Array.from({ length: random.integer(2, 4) }, (_, index) => ({
    clientId: clients[index % clients.length] ?? 'acme',
    userId: ['ada', 'bo', 'cy', 'di'][index] ?? 'ada',
  }));
  const chaosSeconds = random.integer(3, 6) * DAY + random.integer(0, DAY);
  const teller = new Teller(random, clients.length, workspaces, chaosSeconds);
  return {
    seed,
    start: FIRST_START + random.integer(0, 30 * DAY),
    clients,
    workspaces,
    policies: [random.pick(USUAL, USUAL, UNANNOUNCED), random.pick(SHORTER, LONGER)],
    safety: {
      enforcement: 'enforce',
      budgets: random.pick({ archive: 100, terminate: 100 }, { archive: 2, terminate: 1 }),
      percentPerClient: random.pick(100, 100, 50),
      pauseAtPutOff: random.pick(
        { archive: 100, terminate: 100 },
        { archive: 2, terminate: 2 },
        { archive: 0, terminate: 0 },
      ),
    },
    concurrency: random.pick(1, 2, 20),
    mischief: mischiefOf(random.of('mischief')),
    conditions: BAD_DAY,
    chaosSeconds,
    deeds: teller.tell(),
  };
}

/** Not everything goes wrong in every story: two faults that hide each other would never be seen apart. */
function mischiefOf(random: Random): MischiefRates {
  const often: MischiefRates = {
    crash: random.pick(0.01, 0.05),
    refusal: random.pick(0.01, 0.05),
    lostAnswer: random.pick(0.01, 0.03),
    slowness: random.pick(0.01, 0.1),
    doubleDelivery: random.pick(0.05, 0.5),
    doubleBatch: random.pick(0.05, 0.3),
    staleList: 0.5,
    busRefusal: 0.1,
    sentAgain: 0.05,
    brake: 0.005,
    visit: 0.02,
  };
  const entries = Object.entries(often).map(([kind, rate]) => [kind, random.chance(0.5) ? rate : 0]);
  return { ...NO_MISCHIEF, ...Object.fromEntries(entries) };
}

class Teller {
  private readonly random: Random;
  private readonly clients: number;
  private readonly workspaces: readonly { clientId: string }[];
  private readonly end: number;
  private readonly deeds: (Deed & { after: number })[] = [];

  constructor(random: Random, clients: number, workspaces: readonly { clientId: string }[], end: number) {
    this.random = random;
    this.clients = clients;
    this.workspaces = workspaces;
    this.end = end;
  }

  tell(): TimedDeed[] {
    for (let client = 0; client < this.clients; client += 1) this.tellOfBilling(client);
    this.workspaces.forEach((_, who) => void this.tellOfUser(who));
    this.tellOfOperators();
    this.tellOfRequests();
    this.tellOfTrouble();
    return this.deeds
      .filter(({ after }) => after < this.end - LAST_SECONDS)
      .sort((a, b) => a.after - b.after)
      .map((deed, index) => ({ ...deed, name: `deed ${index}` }));
  }

  private add(after: number, deed: Deed): void {
    this.deeds.push({ ...deed, after: Math.max(0, Math.round(after * 1_000) / 1_000) });
  }

  private tellOfBilling(client: number): void {
    const random = this.random.of(`billing ${client}`);
    const tier = () => random.pick('free', 'free', 'pro', 'enterprise');
    this.add(0, { what: 'bill', client, status: 'active', tier: tier(), lateSeconds: 0, times: 1 });
    for (let turn = random.integer(0, 5); turn > 0; turn -= 1) {
      const at = random.between(HOUR, this.end);
      const status = random.pick('active', 'suspended', 'cancelled', 'cancelled');
      const lateSeconds = random.chance(0.3) ? random.integer(0, 12 * HOUR) : 0;
      this.add(at, { what: 'bill', client, status, tier: tier(), lateSeconds, times: random.integer(1, 3) });
      // The card works after all, at once or after a while.
      if (!random.chance(0.5)) continue;
      const back = at + random.pick(1, 5, MINUTE, HOUR, DAY) * random.next();
      this.add(back, { what: 'bill', client, status: 'active', tier: tier(), lateSeconds: 0, times: 1 });
    }
  }

  private tellOfUser(who: number): void {
    const random = this.random.of(`user ${who}`);
    const retentionDays = random.chance(0.2) ? random.integer(1, 3) : undefined;
    const first = random.between(1, HOUR);
    this.add(first, { what: 'provision', who, start: random.chance(0.7), retentionDays });
    let at = first;
    while (at < this.end) {
      at = this.tellOfSession(who, random, at);
      at += random.pick(2 * HOUR, DAY, DAY, 2 * DAY, 3 * DAY) * random.between(0.5, 1.2);
    }
  }

  /** Uses, some seconds or minutes apart, and often a return when a deadline after them passes. */
  private tellOfSession(who: number, random: Random, from: number): number {
    const by = random.pick('api', 'table');
    let at = from + random.between(0, 10);
    if (random.chance(0.5)) this.add(at, { what: 'return', who, start: random.chance(0.5) });
    for (let uses = random.integer(1, 5); uses > 0; uses -= 1) {
      at += random.pick(1, 20, 5 * MINUTE) * random.next();
      this.add(at, { what: 'use', who, agoSeconds: random.integer(-2, 3), by });
    }
    if (random.chance(0.3))
      this.add(at + 1, { what: 'status', who, status: random.pick('idle', 'terminated') });
    if (random.chance(0.2)) this.add(at + random.between(0, HOUR), { what: 'end-task', who });
    if (random.chance(0.5)) {
      const back = at + random.integer(1, 3) * DAY + random.pick(...WORST_MOMENTS) + random.next();
      const isBack = random.chance(0.6);
      if (isBack) this.add(back, { what: 'use', who, agoSeconds: 0, by });
      else this.add(back, { what: 'return', who, start: random.chance(0.5) });
    }
    return at;
  }

  private tellOfOperators(): void {
    const random = this.random.of('operators');
    const anybody = () => random.integer(0, this.workspaces.length - 1);
    const some = (most: number, tell: (at: number) => void) => {
      if (!random.chance(0.5)) return;
      for (let times = random.integer(1, most); times > 0; times -= 1) tell(random.between(HOUR, this.end));
    };
    some(2, (at) => {
      const who = anybody();
      this.add(at, { what: 'hold', who, hours: random.chance(0.3) ? undefined : random.integer(1, 60) });
      if (random.chance(0.7)) this.add(at + random.between(0, 2 * DAY), { what: 'release', who });
    });
    some(2, (at) => this.add(at, { what: 'extend', who: anybody(), hours: random.integer(1, 72) }));
    some(2, (at) => {
      this.add(at, { what: 'retention', who: anybody(), days: random.pick(1, 2, 3, undefined) });
    });
    some(1, (at) => {
      this.add(at, { what: 'pause' });
      this.add(at + random.between(MINUTE, DAY), { what: 'unpause' });
    });
    some(1, (at) => {
      const client = random.chance(0.5) ? 0 : undefined;
      this.add(at, { what: 'enforcement', enforcement: random.pick('off', 'observe'), client });
      this.add(at + random.between(MINUTE, DAY), { what: 'enforcement', enforcement: 'enforce', client });
    });
    some(1, (at) => {
      this.add(at, { what: 'budgets', archive: random.integer(0, 2), terminate: random.integer(0, 2) });
      this.add(at + random.between(HOUR, DAY), { what: 'budgets', archive: 50, terminate: 50 });
    });
  }

  /** With chance of its own, so that nothing else of a story is another for it. */
  private tellOfRequests(): void {
    const random = this.random.of('requests');
    if (!random.chance(0.5)) return;
    for (let times = random.integer(1, 2); times > 0; times -= 1) {
      const who = random.integer(0, this.workspaces.length - 1);
      const at = random.between(HOUR, this.end);
      this.add(at, { what: 'request', who, action: random.pick('archive', 'archive', 'terminate') });
      const after = at + random.between(1, DAY);
      if (random.chance(0.2)) this.add(after, { what: 'release', who });
      if (random.chance(0.2)) this.add(after, { what: 'give-back', who });
      if (random.chance(0.4)) this.add(after, { what: 'use', who, agoSeconds: 0, by: 'api' });
      if (random.chance(0.3)) this.add(after, { what: 'return', who, start: false });
    }
  }

  private tellOfTrouble(): void {
    const random = this.random.of('trouble');
    const anybody = () => random.integer(0, this.workspaces.length - 1);
    const maybe = (probability: number, tell: (at: number) => void) => {
      if (random.chance(probability)) tell(random.between(HOUR, this.end));
    };
    maybe(0.3, (at) => {
      const who = anybody();
      const [attribute, value] = random.pick<[string, unknown]>(...NONSENSE);
      this.add(at, { what: 'spoil', who, attribute, value });
      this.add(at + random.between(1, DAY), { what: 'mend', who });
    });
    maybe(0.1, (at) => {
      this.add(at, { what: 'spoil-control' });
      this.add(at + random.between(1, DAY), { what: 'mend-control' });
    });
    maybe(0.2, (at) => {
      const [who, whose] = [0, 1];
      this.add(at, { what: 'point-elsewhere', who, whose, at: random.pick('access-point', 'task') });
    });
    maybe(0.3, (at) => {
      const payload = random.pick<unknown>(...STRAYS, { clientId: 'acme', userId: 'ada' });
      this.add(at, { what: 'stray-wake-up', payload });
    });
    maybe(0.3, (at) => {
      this.add(at, { what: 'deploy', policy: random.integer(0, 1) });
      if (random.chance(0.5)) this.add(at + random.between(1, DAY), { what: 'deploy', policy: 0 });
    });
    maybe(0.3, (at) => {
      const of = random.pick('timers', 'tasks', 'accessPoints', 'files', 'control');
      this.add(at, { what: 'outage', of, seconds: random.pick(30, 10 * MINUTE, HOUR) });
    });
    maybe(0.15, (at) => this.add(at, { what: 'lose-schedules' }));
  }
}

/** What people and programs have written where a row was expected. Milliseconds, words, and what is missing. */
const NONSENSE: [string, unknown][] = [
  ['lastActivity', 'yesterday'],
  ['lastActivity', 1_767_225_600_000],
  ['lastActivity', null],
  ['lastActivity', 1],
  ['subscriptionStatus', 'deleted'],
  ['subscriptionStatus', undefined],
  ['subscriptionTier', 'gold'],
  ['retentionDays', 0],
  ['retentionDays', '7'],
  ['containerStatus', 3],
  ['hold', true],
  ['lifecycle', 'gone'],
];

const STRAYS = [undefined, null, 7, 'acme/ada', {}, { clientId: 'acme' }, { clientId: '..', userId: '/' }];
