import type { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SchedulerTimers } from '../../src/aws/scheduler-timers.ts';
import type { Policy } from '../../src/core/policy.ts';
import { showKey, type WorkspaceKey } from '../../src/core/workspace-key.ts';
import type { Claim } from '../../src/core/workspace-row.ts';
import { accountChanged } from '../../src/handlers/account-changed.ts';
import { controlChanged } from '../../src/handlers/control-changed.ts';
import { deadlineReached } from '../../src/handlers/deadline-reached.ts';
import { overdueCheck } from '../../src/handlers/overdue-check.ts';
import { publishEvents } from '../../src/handlers/publish-events.ts';
import { workspaceChanged } from '../../src/handlers/workspace-changed.ts';
import { readTemplate } from '../../src/local/template/template.ts';
import type { BatchResult, ChangeRecord, Clock, OutgoingEvent, Timers } from '../../src/ports.ts';
import { MemoryAccessPoints } from '../support/memory/access-points.ts';
import { MemoryAccounts } from '../support/memory/accounts.ts';
import { MemoryBudgets } from '../support/memory/budgets.ts';
import { MemoryControl } from '../support/memory/control.ts';
import { type Deed, Deeds } from '../support/memory/deeds.ts';
import { MemoryFiles } from '../support/memory/files.ts';
import { MemoryHistory } from '../support/memory/history.ts';
import { OK_INSTALLATION } from '../support/memory/ok-values.ts';
import { MemoryPosixUids } from '../support/memory/posix-uids.ts';
import { type Item, MemoryTable } from '../support/memory/table.ts';
import { MemoryTokens } from '../support/memory/tokens.ts';
import { MemoryWorkspaces } from '../support/memory/workspaces.ts';
import type { Checker } from './checkers/checker.ts';
import { AsyncInvocations } from './cloud/async-invocations.ts';
import { SimulatedScheduler } from './cloud/scheduler.ts';
import { SimulatedStream, type StreamRecord } from './cloud/stream.ts';
import { SimulatedTasks } from './cloud/tasks.ts';
import { Mischief } from './engine/mischief.ts';
import { type Deployment, type Host, type Outcome, Process, type Work } from './engine/process.ts';
import { Random } from './engine/random.ts';
import { Simulation } from './engine/simulation.ts';
import type { Conditions, OutageOf, Story } from './story/story.ts';
import { CountingObserver } from './support/counting-observer.ts';
import { StaleIndexes } from './support/stale-indexes.ts';

/** The settings with which the functions are deployed. */
const TEMPLATE = readTemplate('serverless.yml');
const SCHEDULES = { group: 'group', roleArn: 'role', targetArn: 'function', deadLetterArn: undefined };
const BACKSTOP_SECONDS =
  TEMPLATE.rates.find(({ functionName }) => functionName === 'overdueCheck')?.everySeconds ?? 900;
/** Behind its mark in the index a wake-up is overdue, in seconds; a little later the backstop sees it. */
const OVERDUE_SECONDS = 901;

/** A promise that was broken, by the checker that saw it. */
export interface Violation {
  promise: string;
  message: string;
  /** Epoch seconds. */
  at: number;
}

/** One line of what happened. */
export interface Note {
  at: number;
  who: string;
  text: string;
}

/** A change of a row, at the moment at which it was written. */
export interface Commit {
  key: WorkspaceKey;
  before: Item | undefined;
  after: Item | undefined;
  /** Undefined if it was no function of ours. */
  by: Process | undefined;
  /** E.g. `workspaces.claim`. */
  call: string;
  /** Epoch seconds. */
  at: number;
}

/** Some workspaces in a cloud that behaves as AWS does, with the real handlers. */
export class World implements Host {
  readonly story: Story;
  readonly conditions: Conditions;
  readonly simulation: Simulation;
  readonly random: Random;
  readonly mischief: Mischief;
  readonly observer = new CountingObserver();
  readonly rows = new MemoryTable();
  readonly accountItems = new MemoryTable();
  readonly history = new MemoryHistory();
  readonly control = new MemoryControl(this.history);
  readonly budgets = new MemoryBudgets();
  readonly deeds: Deeds = new Deeds((key) => ({
    at: this.simulation.now,
    claim: this.rows.get(key)?.claim as Claim | undefined,
    runningTasks: this.tasks.running(key).length,
    reachable: this.accessPoints.of(key).length > 0,
  }));
  readonly accessPoints = new MemoryAccessPoints(this.deeds);
  readonly files = new MemoryFiles(this.deeds);
  readonly tasks: SimulatedTasks;
  readonly scheduler: SimulatedScheduler;
  readonly ports: Host['ports'];
  readonly bus: OutgoingEvent[] = [];
  readonly notes: Note[] = [];
  readonly violations: Violation[] = [];
  readonly checkers: Checker[] = [];
  /** Of these a wake-up was lost for good that the row may still count on: nobody but the backstop will notice. */
  readonly lost = new Set<string>();
  /** Those that were lost when things had stopped going wrong: the backstop takes its time. */
  readonly leftToBackstop = new Set<string>();
  /** Their rows name, or named once, what belongs to another workspace. */
  readonly misled = new Set<string>();
  /** What operators have asked for, by the name of the request: the ends of hold and extension that follow. */
  readonly asked = new Map<string, object>();
  /** What billing has said, by client; `isKnown` once it was taken. `at` in epoch seconds. */
  readonly billed = new Map<string, { at: number; status: string; tier: string; isKnown: boolean }[]>();
  readonly wakeUps: AsyncInvocations;
  readonly streams: Record<'rows' | 'accounts' | 'history' | 'control', SimulatedStream>;
  deployment: Deployment;
  /**
   * Every policy that was deployed so far. A wake-up that was armed under one of them stays: what a shorter one moves
   * earlier is re-armed by whoever changes the policy, and until then comes when the former one said.
   */
  readonly policies: Policy[];
  private readonly records: boolean;
  private readonly indexes: StaleIndexes;
  private readonly running = new Set<Process>();
  private readonly pending = new Map<string, number>();
  private readonly outages = new Map<string, number>();
  private lastBackstop = 0;
  private readonly names = new Map<string, number>();
  private deedsSeen = 0;
  private controlSeen: unknown;
  private releaseSeen: unknown;
  private controlChanges = 0;

  /** With `records` it notes everything that happens, for people to read. */
  constructor(story: Story, records = false) {
    this.story = story;
    this.records = records;
    const { seed, start, chaosSeconds, only, conditions } = story;
    this.conditions = conditions;
    const simulation = new Simulation(start);
    const random = new Random(seed, 'world');
    this.simulation = simulation;
    this.random = random;
    this.mischief = new Mischief(story.mischief, () => !this.isChaos, only && new Set(only));
    this.indexes = new StaleIndexes(this.rows, this.accountItems, this.history);
    this.tasks = new SimulatedTasks({
      simulation,
      random: random.of('tasks'),
      deeds: this.deeds,
      longestStopSeconds: conditions.stopSeconds,
      unlistedFor: (task) =>
        this.goesWrong('staleList', `list ${task}`) ? random.of(task).between(0, 5) : 0,
      onStopRequested: (task, key, stopsAt) => this.lastWords(task, key, stopsAt),
    });
    this.scheduler = new SimulatedScheduler({
      simulation,
      random: random.of('schedules'),
      latestSeconds: conditions.lateSeconds,
      lingerSeconds: 600,
      fire: (input, name) => this.fire(input, name),
      usedTwice: (name) => this.violate('no schedule name is used twice', `the name ${name} is used again`),
    });
    const [policy] = story.policies;
    if (policy === undefined) throw new Error('the story has no policy');
    this.policies = [policy];
    this.deployment = { policy, safety: story.safety, version: 1 };
    this.control.item = undefined;
    this.ports = this.createPorts();
    this.streams = {
      rows: this.stream(
        'workspaceChanged',
        (records) => (ports, policy) => workspaceChanged(records, policy, ports),
      ),
      accounts: this.stream('accountChanged', (records) => (ports) => accountChanged(records, ports)),
      history: this.stream('publishEvents', (records) => (ports) => publishEvents(records, ports)),
      control: this.stream('controlChanged', (records) => (ports) => controlChanged(records, ports)),
    };
    this.wakeUps = new AsyncInvocations({
      simulation,
      mischief: this.mischief,
      random: random.of('wake-ups'),
      retries: settingsOf('deadlineReached').asyncRetries,
      concurrency: story.concurrency,
      start: (payload, name, ended) => this.wake(payload, name, ended),
      onGivenUp: (payload) => this.loseWakeUp(payload),
      onEnded: (payload) => this.rest(keyIn(payload)),
    });
    simulation.at(start + chaosSeconds, () => {
      this.note('world', 'nothing goes wrong any more');
      for (const workspace of this.lost) this.leftToBackstop.add(workspace);
    });
  }

  get isChaos(): boolean {
    return this.simulation.now < this.chaosEnd;
  }

  /** Epoch seconds. */
  get chaosEnd(): number {
    return this.story.start + this.story.chaosSeconds;
  }

  goesWrong(kind: Parameters<Mischief['happens']>[0], where: string): boolean {
    return this.mischief.happens(kind, where, this.random.of(where));
  }

  note(who: string, text: string): void {
    if (this.records) this.notes.push({ at: this.simulation.now, who, text });
  }

  violate(promise: string, message: string): void {
    this.note('CHECKER', `${promise}: ${message}`);
    this.violations.push({ promise, message, at: this.simulation.now });
  }

  /** Runs a function once. */
  run<T>(
    functionName: string,
    name: string,
    about: WorkspaceKey | undefined,
    work: Work<T>,
    ended: (outcome: Outcome<T>) => void,
  ): void {
    const { deployment } = this;
    const timeoutSeconds = settingsOf(functionName).timeoutSeconds;
    const process = new Process(this, { functionName, name, about, deployment, timeoutSeconds });
    this.running.add(process);
    this.note(process.name, 'starts');
    process.run(work, (outcome) => {
      this.running.delete(process);
      this.note(process.name, outcome.kind === 'failed' ? `fails: ${outcome.error}` : 'ends');
      for (const checker of this.checkers) checker.ended?.(process, outcome);
      ended(outcome);
    });
  }

  /** A name that no other process has, the same in every run of the story. */
  nameFor(label: string): string {
    const number = (this.names.get(label) ?? 0) + 1;
    this.names.set(label, number);
    return `${label} ${number}`;
  }

  perform<T>(process: Process | undefined, call: string, work: () => Promise<T>): Promise<T> {
    this.deeds.actor = process?.name;
    try {
      return work();
    } finally {
      this.deeds.actor = undefined;
      this.see(process, call);
    }
  }

  /** Changes a row as somebody would who is none of our functions. */
  write(key: WorkspaceKey, change: Item): void {
    this.rows.update(
      key,
      (row) => row.clientId !== undefined,
      () => change,
    );
    this.see(undefined, 'write');
  }

  isOut(call: string): boolean {
    const until = this.outages.get(call.slice(0, call.indexOf('.')));
    return until !== undefined && this.simulation.now < until && this.isChaos;
  }

  outage(of: OutageOf, seconds: number): void {
    this.outages.set(of, this.simulation.now + seconds);
  }

  /** Whatever runs is ended, and the next invocation goes by these limits. */
  deploy(policy: Deployment['policy']): void {
    this.policies.push(policy);
    this.deployment = { ...this.deployment, policy, version: this.deployment.version + 1 };
    for (const process of [...this.running]) process.die('a deployment');
  }

  loseSchedules(): void {
    for (const payload of this.scheduler.lose()) this.loseWakeUp(payload);
  }

  /** True while a record, an invocation or a request is on its way that is about this workspace. */
  isBusy(key: WorkspaceKey): boolean {
    return (this.pending.get(showKey(key)) ?? 0) > 0;
  }

  /** Somebody has been told that the workspace's use at this second (epoch seconds) is known. */
  acknowledge(key: WorkspaceKey, lastActivity: number): void {
    this.note('somebody', `knows that ${showKey(key)} was in use at ${lastActivity}`);
    for (const checker of this.checkers) checker.acknowledged?.(key, lastActivity);
  }

  brake(reason: string): void {
    const { item } = this.control;
    if (item === undefined || item.pause !== undefined) return;
    this.setPause({ at: Math.floor(this.simulation.now), by: 'ops', reason });
    this.simulation.after(this.random.of(reason).between(60, 7_200), () => {
      const { pause } = this.control.item ?? {};
      if ((pause as { reason?: string } | undefined)?.reason === reason) this.setPause(undefined);
    });
  }

  private setPause(pause: object | undefined): void {
    const { pause: _, ...rest } = this.control.item ?? {};
    const revision = Number(rest.revision ?? 0) + 1;
    this.control.item = { ...rest, revision, ...(pause && { pause }) };
    this.see(undefined, 'pause');
  }

  visit(key: WorkspaceKey): void {
    const lastActivity = Math.floor(this.simulation.now);
    this.note('somebody', `visits ${showKey(key)}`);
    void this.perform(undefined, 'workspaces.recordActivity', async () => {
      const heartbeat = { key, lastActivity, containerStatus: undefined };
      if ((await this.ports.workspaces.recordActivity(heartbeat)).recorded)
        this.acknowledge(key, lastActivity);
    });
  }

  /** Something that is about this workspace is on its way. */
  stir(key: WorkspaceKey | undefined): void {
    if (key !== undefined) this.pending.set(showKey(key), (this.pending.get(showKey(key)) ?? 0) + 1);
  }

  /** It has come to its end. */
  rest(key: WorkspaceKey | undefined): void {
    if (key === undefined) return;
    const left = (this.pending.get(showKey(key)) ?? 0) - 1;
    this.pending.set(showKey(key), left);
    if (left === 0) for (const checker of this.checkers) checker.rested?.(key);
  }

  /** Looks at what a call has done, and lets it take its course. */
  see(process: Process | undefined, call: string): void {
    for (const deed of this.deeds.done.slice(this.deedsSeen)) this.seeDeed(deed, process);
    this.deedsSeen = this.deeds.done.length;
    for (const record of this.rows.takeChanges()) this.seeCommit(record, process, call);
    for (const record of this.accountItems.takeChanges()) this.streams.accounts.append(this.recordOf(record));
    for (const record of this.history.takeChanges()) this.streams.history.append(this.recordOf(record));
    this.seeControl();
    for (const checker of this.checkers) checker.called?.(process, call);
  }

  private createPorts(): Host['ports'] {
    return {
      workspaces: this.indexes.over(new MemoryWorkspaces(this.rows, this.accountItems, this.history), () =>
        this.goesWrong('staleList', this.nameFor('index')) ? this.simulation.now - 30 : undefined,
      ),
      accounts: new MemoryAccounts(this.accountItems),
      control: this.control,
      budgets: this.budgets,
      tasks: this.tasks,
      accessPoints: this.accessPoints,
      posixUids: new MemoryPosixUids(),
      files: this.files,
      installation: OK_INSTALLATION,
      tokens: new MemoryTokens(),
      events: { put: (events: readonly OutgoingEvent[]) => this.putOnBus(events) },
      observer: this.observer,
    };
  }

  timersFor(clock: Clock): Timers {
    const send = async (command: CreateScheduleCommand) => {
      const answer = await this.scheduler.send(command);
      const where = this.nameFor(`create ${command.input.Name}`);
      if (!this.goesWrong('sentAgain', where)) return answer;
      await clock.wait(this.random.of(`${where} again`).between(1, 200));
      return this.scheduler.send(command);
    };
    const timers = new SchedulerTimers({ send } as unknown as SchedulerClient, SCHEDULES, clock);
    const arm = async (key: WorkspaceKey, at: number) => {
      await timers.arm(key, at);
      for (const checker of this.checkers) checker.armed?.(key, at);
    };
    return { arm };
  }

  private stream(
    functionName: string,
    handle: (records: readonly ChangeRecord[]) => Work<BatchResult>,
  ): SimulatedStream {
    const mapping = TEMPLATE.streamMappings.find((one) => one.functionName === functionName);
    if (mapping === undefined) throw new Error(`serverless.yml has no stream for ${functionName}`);
    return new SimulatedStream({
      name: functionName,
      simulation: this.simulation,
      mischief: this.mischief,
      random: this.random.of('streams'),
      shards: functionName === 'publishEvents' || functionName === 'controlChanged' ? 1 : 2,
      mostRecords: Math.min(mapping.batchSize, 8),
      windowSeconds: mapping.batchWindowSeconds,
      oldestSeconds: mapping.maximumRecordAgeSeconds,
      deliver: (records, name, ended) => {
        for (const checker of this.checkers) checker.delivered?.(name, records);
        this.run(functionName, name, undefined, handle(records), ended);
      },
      onPassed: (record, isGivenUp) => {
        if (isGivenUp) this.violate('no blocked shard', `a record of ${functionName} was given up`);
        if (functionName === 'workspaceChanged') this.rest(record.key as unknown as WorkspaceKey);
      },
    });
  }

  private recordOf(record: ChangeRecord): StreamRecord {
    const { sequenceNumber, itemKey, key } = record;
    return {
      sequenceNumber,
      itemKey,
      key,
      newImage: () => record.newImage(),
      oldImage: () => record.oldImage(),
      partition: String(key.clientId ?? key.workspace ?? key.kind),
      writtenAt: this.simulation.now,
    };
  }

  private seeDeed(deed: Deed, process: Process | undefined): void {
    this.note(process?.name ?? 'somebody', `${deed.what} of ${showKey(deed.key)}`);
    // Whoever has a workspace puts something into it.
    if (deed.what === 'access-given') this.files.add(deed.key);
    for (const checker of this.checkers) checker.done?.(deed, process);
  }

  private seeCommit(record: ChangeRecord, by: Process | undefined, call: string): void {
    const key = record.key as unknown as WorkspaceKey;
    const [before, after] = [record.oldImage(), record.newImage()] as (Item | undefined)[];
    if (this.records)
      this.note(by?.name ?? 'somebody', `writes ${showKey(key)}: ${difference(before, after)}`);
    this.indexes.remember(key, before, this.simulation.now);
    if (typeof after?.armedFor === 'number') this.planBackstop(after.armedFor + OVERDUE_SECONDS, key);
    if (after?.armedFor !== before?.armedFor) this.seeArmed(key, after?.armedFor);
    this.stir(key);
    this.streams.rows.append({ ...this.recordOf(record), partition: showKey(key) });
    for (const checker of this.checkers)
      checker.committed?.({ key, before, after, by, call, at: this.simulation.now });
  }

  private seeArmed(key: WorkspaceKey, armedFor: unknown): void {
    const isTrue = armedFor === undefined || [...this.scheduler.pendingOf(key)].some((at) => at === armedFor);
    if (isTrue) this.lost.delete(showKey(key));
  }

  private seeControl(): void {
    const append = (key: string, image: unknown) => {
      this.controlChanges += 1;
      this.note('CleanupControl', `${key} is ${JSON.stringify(image)}`);
      const record = {
        sequenceNumber: String(this.controlChanges),
        itemKey: key,
        key: { kind: 'control', key },
        newImage: () => image,
        oldImage: () => undefined,
      };
      this.streams.control.append(this.recordOf(record));
      // The backstop looks once more.
      this.planBackstop(this.simulation.now + OVERDUE_SECONDS);
    };
    if (this.control.item !== this.controlSeen) {
      this.controlSeen = this.control.item;
      append('cleanup', this.control.item);
    }
    if (this.control.release !== this.releaseSeen) {
      this.releaseSeen = this.control.release;
      append('release', this.control.release);
    }
  }

  private fire(input: string, name: string): void {
    this.note('Scheduler', `fires ${name} for ${input}`);
    this.accept(input);
  }

  /** An event for the deadline handler, as whoever may invoke it would send it. */
  accept(payload: string): void {
    const times = this.wakeUps.accept(payload);
    for (let time = 0; time < times; time += 1) this.stir(keyIn(payload));
  }

  private wake(payload: string, name: string, ended: (outcome: Outcome<unknown>) => void): void {
    const key = keyIn(payload);
    const event = payload === '' ? undefined : JSON.parse(payload);
    this.run(
      'deadlineReached',
      `deadlineReached ${key ? `${showKey(key)} ${name.slice(payload.length + 1)}` : name}`,
      key,
      (ports, policy) => deadlineReached(event, policy, ports),
      ended,
    );
  }

  private loseWakeUp(payload: string): void {
    const key = keyIn(payload);
    this.note('Lambda', `a wake-up for ${payload} is lost`);
    if (key) this.lost.add(showKey(key));
  }

  /** It runs every quarter of an hour. Where there is nothing at all to find, for this workspace say, nobody would see it. */
  private planBackstop(at: number, about?: WorkspaceKey): void {
    const tick = Math.ceil(at / BACKSTOP_SECONDS) * BACKSTOP_SECONDS;
    this.simulation.at(tick, () => {
      if (this.lastBackstop === tick) return;
      if (about !== undefined && !(Number(this.rows.get(about)?.armedFor) + OVERDUE_SECONDS <= tick)) return;
      this.lastBackstop = tick;
      this.backstop();
    });
  }

  private backstop(): void {
    const name = this.nameFor('overdueCheck');
    this.run(
      'overdueCheck',
      name,
      undefined,
      (ports) => overdueCheck(ports),
      (outcome) => {
        if (outcome.kind !== 'done') this.planBackstop(this.simulation.now + 1);
      },
    );
  }

  private putOnBus(events: readonly OutgoingEvent[]): Promise<number[]> {
    const refused: number[] = [];
    events.forEach((event, index) => {
      if (this.goesWrong('busRefusal', this.nameFor('bus'))) refused.push(index);
      else this.bus.push(event);
    });
    return Promise.resolve(refused);
  }

  /** A container that is asked to stop says so, and the images of some say that they are in use. */
  private lastWords(task: string, key: WorkspaceKey, stopsAt: number): void {
    const chance = this.random.of(`last words of ${task}`);
    const at = Math.min(this.simulation.now + chance.between(0, 3), stopsAt);
    const saysActivity = chance.chance(0.5);
    this.simulation.at(at, () => {
      this.note('container', `last words of ${showKey(key)}`);
      const lastActivity = saysActivity ? Math.floor(this.simulation.now) : undefined;
      const heartbeat = { key, containerStatus: 'terminated' as const, lastActivity };
      void this.perform(undefined, 'last words', () => this.ports.workspaces.recordActivity(heartbeat));
    });
  }
}

function settingsOf(functionName: string) {
  const found = TEMPLATE.functions.find(({ name }) => name === functionName);
  if (found === undefined) throw new Error(`serverless.yml has no function ${functionName}`);
  return found;
}

function keyIn(payload: string): WorkspaceKey | undefined {
  if (payload === '') return undefined;
  const { clientId, userId } = (JSON.parse(payload) ?? {}) as Partial<WorkspaceKey>;
  return typeof clientId === 'string' && typeof userId === 'string' ? { clientId, userId } : undefined;
}

function difference(before: Item = {}, after: Item | undefined): string {
  if (after === undefined) return 'gone';
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${name} ${JSON.stringify(before[name]) ?? '-'} → ${JSON.stringify(after[name]) ?? '-'}`)
    .join(', ');
}
