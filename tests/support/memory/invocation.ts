import type { Safety } from '../../../src/core/control.ts';
import type { Installation } from '../../../src/core/launch.ts';
import type {
  AccessPoints,
  Accounts,
  Budgets,
  Clock,
  ControlTable,
  Observer,
  PosixUids,
  Tasks,
  Timers,
  WorkspaceFiles,
  Workspaces,
  WorkspaceTokens,
} from '../../../src/ports.ts';
import type { Deeds } from './deeds.ts';

/** Everything that a handler can ask for. */
export interface Ports {
  workspaces: Workspaces;
  accounts: Accounts;
  control: ControlTable;
  budgets: Budgets;
  safety: Safety;
  timers: Timers;
  tasks: Tasks;
  accessPoints: AccessPoints;
  posixUids: PosixUids;
  files: WorkspaceFiles;
  installation: Installation;
  tokens: WorkspaceTokens;
  clock: Clock;
  observer: Observer;
  uniqueOwner(): string;
}

/** What a port whose methods are plain questions to this process; they are no calls, and cannot fail. */
const WITHIN_THE_PROCESS = new Set(['clock.now', 'uniqueOwner']);

/** The process of this invocation has ended in the middle: nothing that it does from then on reaches the world. */
export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** Where a process dies: before its call of this number (from 0) reaches the world, or before the answer reaches it. */
export interface Death {
  call: number;
  when: 'before' | 'after';
}

interface Hook {
  call: string | number;
  action: () => unknown;
}

/** One run of a handler: its own view of the ports, through which every call can be watched, delayed or made to fail. */
export class Invocation {
  readonly owner: string;
  readonly ports: Ports;
  /** The calls that reached the world, e.g. `workspaces.claim`. */
  readonly calls: string[] = [];
  /** Set it before the handler runs. */
  death: Death | undefined;
  /** Awaited before each call, e.g. to interleave several invocations. */
  gate: ((call: string) => Promise<unknown>) | undefined;
  private readonly deeds: Deeds;
  private hooks: Hook[] = [];
  private dead = false;

  constructor(owner: string, world: Omit<Ports, 'uniqueOwner'>, deeds: Deeds) {
    this.owner = owner;
    this.deeds = deeds;
    this.ports = {
      workspaces: this.watch('workspaces', world.workspaces),
      accounts: this.watch('accounts', world.accounts),
      control: this.watch('control', world.control),
      budgets: this.watch('budgets', world.budgets),
      safety: world.safety,
      timers: this.watch('timers', world.timers),
      tasks: this.watch('tasks', world.tasks),
      accessPoints: this.watch('accessPoints', world.accessPoints),
      posixUids: this.watch('posixUids', world.posixUids),
      files: this.watch('files', world.files),
      installation: world.installation,
      tokens: world.tokens,
      clock: this.watch('clock', world.clock),
      observer: world.observer,
      uniqueOwner: () => owner,
    };
  }

  /**
   * Runs `action` once, right before the next call of this name, or the one of this number (from 0). If it throws,
   * the call fails and does nothing.
   */
  before(call: string | number, action: () => unknown): this {
    this.hooks.push({ call, action });
    return this;
  }

  private watch<Port extends object>(port: string, target: Port): Port {
    return new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        const call = `${port}.${String(name)}`;
        if (typeof value !== 'function' || WITHIN_THE_PROCESS.has(call))
          return typeof value === 'function' ? value.bind(target) : value;
        return (...args: unknown[]) => this.call(call, () => value.apply(target, args));
      },
    });
  }

  private async call<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.gate?.(name);
    await this.takeHook(name)?.action();
    const number = this.calls.length;
    this.dieIf(number, 'before');
    this.calls.push(name);
    const result = await this.act(work);
    this.dieIf(number, 'after');
    return result;
  }

  /** The ports change the world before they first wait, so whatever they record is this invocation's deed. */
  private act<T>(work: () => Promise<T>): Promise<T> {
    this.deeds.actor = this.owner;
    try {
      return work();
    } finally {
      this.deeds.actor = undefined;
    }
  }

  private takeHook(call: string): Hook | undefined {
    const hook = this.hooks.find(
      (candidate) => candidate.call === call || candidate.call === this.calls.length,
    );
    if (hook) this.hooks = this.hooks.filter((candidate) => candidate !== hook);
    return hook;
  }

  private dieIf(call: number, when: Death['when']): void {
    if (this.death?.call === call && this.death.when === when) this.dead = true;
    if (this.dead) throw new ProcessDied(`${this.owner} died`);
  }
}
