import { MOST_PER_HOUR, type Safety } from '../../../src/core/control.ts';
import type { Policy } from '../../../src/core/policy.ts';
import type { ChangeRecord, Clock, Observer, Timers } from '../../../src/ports.ts';
import { Simulation } from '../../simulation/engine/simulation.ts';
import { MemoryAccounts } from '../../support/memory/accounts.ts';
import { MemoryBudgets } from '../../support/memory/budgets.ts';
import { MemoryControl } from '../../support/memory/control.ts';
import { MemoryHistory } from '../../support/memory/history.ts';
import type { Ports } from '../../support/memory/invocation.ts';
import { OK_INSTALLATION } from '../../support/memory/ok-values.ts';
import { MemoryPosixUids } from '../../support/memory/posix-uids.ts';
import { type Item, MemoryTable } from '../../support/memory/table.ts';
import { MemoryTokens } from '../../support/memory/tokens.ts';
import { MemoryWorkspaces } from '../../support/memory/workspaces.ts';
import { CALL_MS, CALL_OVERHEAD_MS } from './durations.ts';
import { itemBytes, readUnits, writeUnits } from './item-size.ts';
import { Meter } from './meter.ts';
import { IdleContainers, OpenDoors } from './resources.ts';

/** Nothing is put off, so that what is late is late by design. */
export const UNLIMITED: Safety = {
  enforcement: 'enforce',
  budgets: { archive: MOST_PER_HOUR, terminate: MOST_PER_HOUR },
  percentPerClient: 100,
  pauseAtPutOff: { archive: MOST_PER_HOUR, terminate: MOST_PER_HOUR },
};

/** How a call of a port is counted. */
interface Cost {
  ms: number;
  /** It writes: twice the units where it is a transaction, and one also where its condition fails. */
  writes?: 'item' | 'transaction';
  /** It reads the item, strongly consistent. */
  reads?: true;
}

const READ: Cost = { ms: CALL_MS.item, reads: true };
const WRITE: Cost = { ms: CALL_MS.item, writes: 'item' };
const TRANSACTION: Cost = { ms: CALL_MS.transaction, writes: 'transaction' };
const CONTROL: Cost = { ms: CALL_MS.control };

/** Every call that the handlers of these benchmarks make; another one is an error, so that none goes uncounted. */
const COSTS: Readonly<Record<string, Cost>> = {
  'workspaces.read': READ,
  'workspaces.rememberWakeUp': WRITE,
  'workspaces.settleWakeUp': WRITE,
  'workspaces.advance': WRITE,
  'workspaces.keepPosixUid': WRITE,
  'workspaces.recordActivity': WRITE,
  'workspaces.carrySubscription': WRITE,
  'workspaces.pageOfClient': { ms: CALL_MS.query },
  'workspaces.claim': TRANSACTION,
  'workspaces.finish': TRANSACTION,
  'workspaces.giveNotice': TRANSACTION,
  'workspaces.recordReturn': TRANSACTION,
  'workspaces.create': TRANSACTION,
  'accounts.read': READ,
  'accounts.noteFanOut': WRITE,
  'control.read': READ,
  'budgets.take': WRITE,
  'posixUids.of': WRITE,
  'tasks.unstopped': CONTROL,
  'accessPoints.find': CONTROL,
  'accessPoints.look': CONTROL,
  'accessPoints.ensure': CONTROL,
  'accessPoints.remove': CONTROL,
};

const SILENT: Observer = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };

/** What a design has in its hands. */
export interface CloudOptions {
  start: number;
  policy: Policy;
  /** The timers of the design, by the time of the simulation. */
  timers: (cloud: Cloud) => Timers;
  /** The index of upcoming wake-ups is written; without it a design has no `armedFor`. */
  hasUpcomingIndex: boolean;
  /** A row was changed. */
  changed: (record: ChangeRecord, cloud: Cloud) => void;
}

/**
 * The tables and services, in memory and in virtual time: each call takes its while, is counted, and priced by the items that
 * it has really changed. Nothing goes wrong here; that is the simulator's subject.
 */
export class Cloud {
  readonly simulation: Simulation;
  readonly meter = new Meter();
  readonly rows = new MemoryTable();
  readonly accountItems = new MemoryTable();
  readonly history = new MemoryHistory();
  readonly policy: Policy;
  readonly doors = new OpenDoors();
  /** What the handlers have counted. */
  readonly counted = new Map<string, number>();
  readonly ports: Ports;
  private readonly options: CloudOptions;
  private invocations = 0;

  constructor(options: CloudOptions) {
    this.options = options;
    this.policy = options.policy;
    this.simulation = new Simulation(options.start);
    this.ports = this.createPorts();
  }

  get now(): number {
    return this.simulation.now;
  }

  /** One call of a function, which is paid for by how long it takes. What it throws ends the benchmark. */
  async invoke<T>(work: (ports: Ports, policy: Policy) => Promise<T>, ownMs = 0): Promise<T> {
    const begin = this.now;
    await this.simulation.sleep((CALL_OVERHEAD_MS + ownMs) / 1_000);
    const result = await work(this.ports, this.policy);
    this.meter.count('lambdaCalls', 1, this.now);
    this.meter.count('lambdaMs', Math.max(1, (this.now - begin) * 1_000), this.now);
    return result;
  }

  /** Puts a row there that has been there before the time that is measured. */
  addRow(row: Item): void {
    this.rows.put(row);
    this.rows.takeChanges();
  }

  /** A call of a service that is no port of ours. */
  async call<T>(ms: number, effect: () => T): Promise<T> {
    await this.simulation.sleep(ms / 1_000);
    return effect();
  }

  private createPorts(): Ports {
    const clock: Clock = {
      now: () => this.now,
      wait: (seconds) => this.simulation.sleep(seconds),
      waitUntil: async (at) => {
        await this.simulation.sleep(Math.max(0, at - this.now));
        return true;
      },
    };
    const control = new MemoryControl(this.history);
    const { notice: _, ...limits } = this.policy;
    // As after the first wake-up of a deployment.
    control.item = { revision: 1, limits, installation: UNLIMITED };
    const count: Observer['count'] = (metric, value = 1) =>
      void this.counted.set(metric, (this.counted.get(metric) ?? 0) + value);
    const workspaces = new MemoryWorkspaces(this.rows, this.accountItems, this.history);
    return {
      workspaces: this.metered('workspaces', workspaces),
      accounts: this.metered('accounts', new MemoryAccounts(this.accountItems)),
      control: this.metered('control', control),
      budgets: this.metered('budgets', new MemoryBudgets()),
      safety: UNLIMITED,
      timers: this.options.timers(this),
      tasks: this.metered('tasks', new IdleContainers()),
      accessPoints: this.metered('accessPoints', this.doors),
      posixUids: this.metered('posixUids', new MemoryPosixUids()),
      files: { remove: async () => 'retained' },
      installation: OK_INSTALLATION,
      tokens: new MemoryTokens(),
      clock,
      observer: { ...SILENT, count },
      uniqueOwner: () => {
        this.invocations += 1;
        return `invocation-${this.invocations}`;
      },
    };
  }

  /** The port, each call of which takes its while and is counted. */
  private metered<Port extends object>(port: string, target: Port): Port {
    const calls = new Map<string, (...args: unknown[]) => Promise<unknown>>();
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const call = `${port}.${String(name)}`;
        const known = calls.get(call) ?? this.meteredCall(call, value.bind(target));
        calls.set(call, known);
        return known;
      },
    });
  }

  private meteredCall(call: string, effect: (...args: unknown[]) => Promise<unknown>) {
    const special = this.withoutIndex(call);
    if (special) return special;
    const cost = COSTS[call];
    if (cost === undefined) return () => Promise.reject(new Error(`${call} has no price, expected one`));
    return async (...args: unknown[]) => {
      await this.simulation.sleep(cost.ms / 1_000);
      const result = effect(...args);
      if (cost.reads) this.countRead(await result);
      if (cost.writes) this.countWrites(cost.writes === 'transaction' ? 2 : 1);
      return result;
    };
  }

  /** A design that keeps no index of wake-ups has nothing to note there. */
  private withoutIndex(call: string): (() => Promise<boolean>) | undefined {
    const isNote = call === 'workspaces.settleWakeUp' || call === 'workspaces.rememberWakeUp';
    return isNote && !this.options.hasUpcomingIndex ? () => Promise.resolve(true) : undefined;
  }

  private countRead(item: unknown): void {
    const bytes = item === undefined ? 0 : itemBytes(item as Item);
    this.meter.count('readUnits', readUnits(bytes, { consistent: true }), this.now);
  }

  /** By what has changed in the tables; a condition that failed, and a write that changed nothing, take one unit. */
  private countWrites(each: 1 | 2): void {
    let units = 0;
    const changes = this.rows.takeChanges();
    for (const change of changes) units += each * unitsOf(change) + this.indexUnits(change);
    for (const entry of this.history.takeChanges()) units += each * unitsOf(entry);
    this.meter.count('writeUnits', Math.max(each, units), this.now);
    for (const change of changes) {
      this.meter.count('streamRecords', 1, this.now);
      this.options.changed(change, this);
    }
  }

  /** An index is written where its own attributes change: one unit for what comes or goes, two for what moves. */
  private indexUnits(change: ChangeRecord): number {
    if (!this.options.hasUpcomingIndex) return 0;
    const before = (change.oldImage() as Item | undefined)?.armedFor;
    const after = (change.newImage() as Item | undefined)?.armedFor;
    if (before === after) return 0;
    return before === undefined || after === undefined ? 1 : 2;
  }
}

function unitsOf(change: ChangeRecord): number {
  const [before, after] = [change.oldImage(), change.newImage()] as (Item | undefined)[];
  return writeUnits(Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0));
}
