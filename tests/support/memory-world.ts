import type { Policy } from '../../src/core/policy.ts';
import { type WorkspaceKey, workspacePath } from '../../src/core/workspace-key.ts';
import type { Claim } from '../../src/core/workspace-row.ts';
import { deadlineReached, type WakeUpResult } from '../../src/handlers/deadline-reached.ts';
import type { WorkspaceTokens } from '../../src/ports.ts';
import { disagreements } from './history-check.ts';
import { MemoryAccessPoints, OK_POSIX_UID } from './memory/access-points.ts';
import { MemoryAccounts } from './memory/accounts.ts';
import { MemoryBudgets } from './memory/budgets.ts';
import { MemoryClock } from './memory/clock.ts';
import { MemoryControl } from './memory/control.ts';
import { Deeds } from './memory/deeds.ts';
import { MemoryFiles } from './memory/files.ts';
import { MemoryHistory } from './memory/history.ts';
import { Invocation } from './memory/invocation.ts';
import { MemoryObserver } from './memory/observer.ts';
import { NOW, OK_INSTALLATION, OK_ROW, OK_SAFETY } from './memory/ok-values.ts';
import { MemoryPosixUids } from './memory/posix-uids.ts';
import { type Item, MemoryTable } from './memory/table.ts';
import { MemoryTasks } from './memory/tasks.ts';
import { MemoryTimers } from './memory/timers.ts';
import { MemoryTokens } from './memory/tokens.ts';
import { MemoryWorkspaces } from './memory/workspaces.ts';

/**
 * The world in memory: every port, on the conditions of the adapters (the contract suite holds both to the same), a
 * clock that the test moves, and a record of everything that was done. Handlers run in invocations.
 */
export class MemoryWorld {
  readonly clock: MemoryClock;
  readonly observer = new MemoryObserver();
  readonly rows = new MemoryTable();
  readonly accountItems = new MemoryTable();
  readonly history = new MemoryHistory();
  readonly workspaces = new MemoryWorkspaces(this.rows, this.accountItems, this.history);
  readonly control = new MemoryControl(this.history);
  readonly budgets = new MemoryBudgets();
  safety = OK_SAFETY;
  readonly accounts = new MemoryAccounts(this.accountItems);
  readonly deeds: Deeds = new Deeds((key) => ({
    at: this.clock.now(),
    claim: this.rows.get(key)?.claim as Claim | undefined,
    runningTasks: this.tasks.running(key).length,
    reachable: this.accessPoints.of(key).length > 0,
  }));
  readonly tasks = new MemoryTasks(this.deeds);
  readonly accessPoints = new MemoryAccessPoints(this.deeds);
  readonly posixUids = new MemoryPosixUids();
  readonly files = new MemoryFiles(this.deeds);
  readonly installation = OK_INSTALLATION;
  readonly tokens: WorkspaceTokens = new MemoryTokens();
  readonly timers: MemoryTimers;
  private invocations = 0;

  constructor(now = NOW) {
    this.clock = new MemoryClock(now);
    this.timers = new MemoryTimers(this.clock);
  }

  /** A run of a handler, with an owner that no other has. */
  invocation(): Invocation {
    this.invocations += 1;
    return new Invocation(`invocation-${this.invocations}`, this, this.deeds);
  }

  /** Serves the wake-ups whose time has come. */
  async wakeDue(policy: Policy): Promise<void> {
    for (const { key } of this.timers.takeDue()) await deadlineReached(key, policy, this.invocation().ports);
  }

  /** A wake-up has fired for this workspace. */
  wake(key: WorkspaceKey, policy: Policy): Promise<WakeUpResult> {
    return this.wakeWith(this.invocation(), key, policy);
  }

  wakeWith(invocation: Invocation, key: WorkspaceKey, policy: Policy): Promise<WakeUpResult> {
    return deadlineReached(key, policy, invocation.ports);
  }

  /** A workspace that is really there: its row, its access point and its files. Returns the row. */
  addWorkspace(change: Item = {}): Item {
    const key = {
      clientId: String(change.clientId ?? OK_ROW.clientId),
      userId: String(change.userId ?? OK_ROW.userId),
    };
    this.files.add(key);
    const access = { efsAccessPoint: this.accessPoints.add(workspacePath(key)), posixUid: OK_POSIX_UID };
    const row = { ...OK_ROW, ...access, ...change };
    this.rows.put(row);
    return row;
  }

  /** Where the history and the rows disagree; empty if they tell the same. */
  disagreements(): string[] {
    return [...this.rows.items()].flatMap((row) => {
      const workspace = `${row.clientId}/${row.userId}`;
      return disagreements(row, this.history.of(workspace)).map((wrong) => `${workspace}: ${wrong}`);
    });
  }

  /** Changes a row behind the handlers' backs, e.g. between two of their calls; undefined removes an attribute. */
  change(key: WorkspaceKey, change: Item): void {
    this.rows.update(
      key,
      () => true,
      () => change,
    );
  }
}
