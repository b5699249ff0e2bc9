import type { Safety } from '../../src/core/control.ts';
import type { WorkspaceRow } from '../../src/core/workspace-row.ts';
import type { DeadlineReachedPorts } from '../../src/handlers/deadline-reached.ts';
import type { Clock, Observer, Tasks, Workspaces } from '../../src/ports.ts';

type Item = Readonly<Record<string, unknown>>;

/** What the ports answer; nothing of it is ever changed. */
export interface OneRowSetting {
  /** Epoch seconds. The clock stands still. */
  now: number;
  safety: Safety;
  /** The item of `CleanupControl`. */
  control: Item;
}

/** Of the calls of this port only, those that a decision may make; the others throw. */
type Answered = 'read' | 'settleWakeUp' | 'giveNotice' | 'claim' | 'advance' | 'finish';

/**
 * The ports of the deadline handler around a single row, doing as little as can be done: no copy, no condition, no wait, so that
 * what is measured is the handler. A write always succeeds and is a new plain object.
 */
export class OneRowWorld {
  /** As `read` gives it and as it is after the last write. */
  row: Item = {};
  /** Names of the calls that would have gone over the network, in order; undefined: nobody wants to know. */
  calls: string[] | undefined;
  readonly ports: DeadlineReachedPorts;

  constructor({ now, safety, control }: OneRowSetting) {
    const read = async () => {
      this.calls?.push('control.read');
      return control;
    };
    this.ports = {
      safety,
      workspaces: this.workspaces() as Workspaces,
      control: { read, change: refuse('control.change') },
      budgets: {
        take: this.answer('budgets.take', 1),
        used: refuse('budgets.used'),
        countPutOff: refuse('budgets.countPutOff'),
      },
      timers: { arm: this.answer('timers.arm', undefined) },
      tasks: {
        unstopped: this.answer('tasks.unstopped', { tasks: [], stopping: [], foreign: undefined }),
        unstoppedOf: refuse('tasks.unstoppedOf'),
        requestStop: refuse('tasks.requestStop'),
      } satisfies Partial<Tasks>,
      accessPoints: {
        ensure: this.answer('accessPoints.ensure', ACCESS_POINT),
        find: this.answer('accessPoints.find', { own: [OWN_ACCESS], foreign: [] }),
        remove: this.answer('accessPoints.remove', undefined),
      },
      posixUids: { of: refuse('posixUids.of') },
      files: { remove: this.answer('files.remove', 'deleted' as const) },
      clock: standingAt(now),
      observer: SILENT,
      uniqueOwner: () => 'invocation',
    };
  }

  private workspaces(): Pick<Workspaces, Answered> {
    return {
      read: async () => {
        this.calls?.push('workspaces.read');
        return this.row;
      },
      settleWakeUp: (_row, armedFor) => this.write('workspaces.settleWakeUp', { armedFor }),
      giveNotice: (row, loss, notice, { sequence, at }) =>
        this.write('workspaces.giveNotice', {
          notices: { ...row.notices, [loss]: notice },
          history: { sequence, at },
        }),
      claim: (_row, claim, lifecycle, { sequence, at }) =>
        this.write('workspaces.claim', {
          claim,
          lifecycle,
          armedFor: claim.until,
          history: { sequence, at },
        }),
      advance: (_row, claim, step) => this.write('workspaces.advance', { claim: { ...claim, step } }),
      finish: (_row, _claim, { lifecycle, efsAccessPoint }, { sequence, at }) =>
        this.write('workspaces.finish', {
          lifecycle,
          efsAccessPoint,
          claim: undefined,
          history: { sequence, at },
        }),
    };
  }

  private async write(call: string, change: Partial<WorkspaceRow>): Promise<boolean> {
    this.calls?.push(call);
    this.row = { ...this.row, ...change };
    return true;
  }

  private answer<T>(call: string, value: T): () => Promise<T> {
    return async () => {
      this.calls?.push(call);
      return value;
    };
  }
}

export const ACCESS_POINT = 'fsap-0123456789abcdef0';
export const POSIX_UID = 10_001;
const OWN_ACCESS = { id: ACCESS_POINT, posixUid: POSIX_UID };

const nothing = () => {};
const SILENT: Observer = { info: nothing, warn: nothing, error: nothing, count: nothing };

function standingAt(now: number): Clock {
  return { now: () => now, wait: refuse('clock.wait'), waitUntil: refuse('clock.waitUntil') };
}

function refuse(call: string): () => Promise<never> {
  return async () => {
    throw new Error(`the handler calls ${call}, expected none of its wake-ups to`);
  };
}
