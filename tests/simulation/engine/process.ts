import type { Policy } from '../../../src/core/policy.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { Clock, Events, Timers } from '../../../src/ports.ts';
import type { Ports as HandlerPorts } from '../../support/memory/invocation.ts';
import type { Conditions } from '../story/story.ts';
import type { Event } from './event-queue.ts';
import type { Mischief } from './mischief.ts';
import type { Random } from './random.ts';
import type { Simulation } from './simulation.ts';

/** All that any of the functions asks for. */
export type Ports = HandlerPorts & { events: Events };

/** What was deployed when a process started. */
export interface Deployment extends Pick<Ports, 'safety'> {
  policy: Policy;
  version: number;
}

/** What a process runs on. */
export interface Host {
  readonly simulation: Simulation;
  readonly mischief: Mischief;
  readonly random: Random;
  readonly conditions: Conditions;
  /** The ports as they are, without delay and fault. */
  readonly ports: Omit<Ports, 'uniqueOwner' | 'clock' | 'timers' | 'safety'>;
  /** The timers of a process with this clock. */
  timersFor(clock: Clock): Timers;
  /** Lets a call take effect at this moment. */
  perform<T>(process: Process, call: string, work: () => Promise<T>): Promise<T>;
  /** Whether a service that the call needs does not answer at all. */
  isOut(call: string): boolean;
  /** The user of a workspace is back. */
  visit(key: WorkspaceKey): void;
  /** Somebody pauses everything, for a while; the reason is one that nobody else gives. */
  brake(reason: string): void;
  note(who: string, text: string): void;
}

export interface ProcessOptions {
  functionName: string;
  /** No other process is called the same. */
  name: string;
  /** The workspace that it is about; undefined if it may be any. */
  about: WorkspaceKey | undefined;
  deployment: Deployment;
  timeoutSeconds: number;
}

/** What a process does. */
export type Work<T> = (ports: Ports, policy: Policy) => Promise<T>;

export type Outcome<T> = { kind: 'done'; value: T } | { kind: 'failed'; error: unknown } | { kind: 'died' };

/** What a service answers that cannot serve a call now. */
export class ServiceFailure extends Error {
  override readonly name = 'ServiceFailure';
}

/** A port whose methods are plain questions to this process; they are no calls, and cannot fail. */
const PLAIN = new Set(['installation', 'observer', 'tokens']);
const NEVER = () => new Promise<never>(() => {});

/**
 * One run of a function. Every call of a port takes a while to get there, takes effect at one moment, and takes a while to
 * answer; in between anything else may happen, the end of this process included. A process that has ended does nothing
 * any more, also not in its `finally`.
 */
export class Process {
  readonly functionName: string;
  readonly name: string;
  readonly about: WorkspaceKey | undefined;
  readonly deployment: Deployment;
  readonly skewSeconds: number;
  /** Epoch seconds, the true time. */
  readonly startedAt: number;
  readonly ports: Ports;
  private readonly host: Host;
  private readonly random: Random;
  private readonly timeoutSeconds: number;
  private calls = 0;
  private alive = true;
  private end: (outcome: Outcome<never>) => void = () => {};

  constructor(host: Host, { functionName, name, about, deployment, timeoutSeconds }: ProcessOptions) {
    this.host = host;
    this.functionName = functionName;
    this.name = name;
    this.about = about;
    this.deployment = deployment;
    this.timeoutSeconds = timeoutSeconds;
    this.random = host.random.of(name);
    const { skewSeconds } = host.conditions;
    this.skewSeconds = this.random.between(-skewSeconds, skewSeconds);
    this.startedAt = host.simulation.now;
    this.ports = this.createPorts();
  }

  /** Runs `work`; `ended` is told once what came of it. */
  run<T>(work: Work<T>, ended: (outcome: Outcome<T>) => void): void {
    let timeout: Event | undefined;
    this.end = (outcome) => {
      if (!this.alive) return;
      this.alive = false;
      if (timeout) timeout.action = undefined;
      ended(outcome);
    };
    timeout = this.host.simulation.after(this.timeoutSeconds, () => this.die('its time is over'));
    work(this.ports, this.deployment.policy).then(
      (value) => this.end({ kind: 'done', value } as never),
      (error) => this.end({ kind: 'failed', error }),
    );
  }

  /** Ends it in the middle of whatever it does. */
  die(why: string): void {
    if (this.alive) this.host.note(this.name, `dies: ${why}`);
    this.end({ kind: 'died' });
  }

  get isAlive(): boolean {
    return this.alive;
  }

  /** The true time as this process's clock has it. */
  private now(): number {
    return this.host.simulation.now + this.skewSeconds;
  }

  private createPorts(): Ports {
    const clock: Clock = {
      now: () => this.now(),
      wait: (seconds) => this.sleep(seconds),
      waitUntil: async (at) => {
        await this.sleep(Math.max(0, at - this.now()));
        return true;
      },
    };
    const ports: Record<string, unknown> = {
      clock,
      timers: this.through('timers', this.host.timersFor(clock)),
      uniqueOwner: () => this.name,
      safety: this.deployment.safety,
    };
    for (const [name, port] of Object.entries(this.host.ports))
      ports[name] ??= PLAIN.has(name) ? port : this.through(name, port);
    return ports as unknown as Ports;
  }

  private through<Port extends object>(port: string, target: Port): Port {
    return new Proxy(target, {
      get: (_, method) => {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) =>
          this.call(`${port}.${String(method)}`, () => value.apply(target, args) as Promise<unknown>);
      },
    });
  }

  private async call<T>(call: string, work: () => Promise<T>): Promise<T> {
    const number = this.calls;
    this.calls += 1;
    const { random, host } = this;
    const { callSeconds } = host.conditions;
    const where = `${this.name} call ${number} ${call}`;
    const happens = (kind: Parameters<Mischief['happens']>[0]) => host.mischief.happens(kind, where, random);
    const isSlow = happens('slowness');
    await this.sleep(random.between(0, isSlow ? random.pick(2, 20, 120) : callSeconds));
    const crash = happens('crash') ? random.pick('before', 'after') : undefined;
    if (crash === 'before') {
      this.die(`before call ${number}, ${call}`);
      await NEVER();
    }
    if (this.about && this.functionName === 'deadlineReached') {
      if (happens('visit')) host.visit(this.about);
      if (happens('brake')) host.brake(where);
    }
    if (happens('refusal') || host.isOut(call)) throw this.failure(`${call} is throttled`);
    const answer = host.perform(this, call, work);
    // Whoever dies now never hears of a failure.
    answer.catch(() => {});
    if (crash === 'after') {
      this.die(`after call ${number}, ${call}`);
      await NEVER();
    }
    await this.sleep(random.between(0, callSeconds / 2));
    if (happens('lostAnswer')) throw this.failure(`the answer of ${call} is lost`);
    return answer;
  }

  private failure(message: string): ServiceFailure {
    this.host.note(this.name, message);
    return new ServiceFailure(message);
  }

  private async sleep(seconds: number): Promise<void> {
    await this.host.simulation.sleep(seconds);
    if (!this.alive) await NEVER();
  }
}
