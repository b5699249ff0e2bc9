import { armedDayOf } from '../../../src/aws/dynamodb-upcoming.ts';
import { DAY_SECONDS, type Policy } from '../../../src/core/policy.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import { recordActivity } from '../../../src/handlers/activity.ts';
import { provision } from '../../../src/handlers/provision.ts';
import { resume } from '../../../src/handlers/resume.ts';
import type { ChangeRecord } from '../../../src/ports.ts';
import type { Item } from '../../support/memory/table.ts';
import type { SentReport } from './activity.ts';
import { Cloud } from './cloud.ts';
import type { Design } from './design.ts';
import type { Stored } from './dollars.ts';
import type { Fleet, Living } from './fleet.ts';
import { itemBytes } from './item-size.ts';
import type { Counted } from './meter.ts';

/** Workspaces of one client, as far as anybody can tell. */
const WORKSPACES_OF_CLIENT = 1_000;
/** Whoever comes back while it is being archived tries again, in seconds. */
const RETRY_SECONDS = 5;

/** What came of a fleet's time under one design. */
export interface Played {
  totals: Record<Counted, number>;
  peaks: Record<Counted, number>;
  /** Writes that moved `lastActivity` of a row. */
  activityWrites: number;
  /** Archived, as `workspace,second` at which it was due, in no particular order. */
  archived: string[];
  returned: number;
  /** From the second of each deadline to the claim, in seconds. */
  lateness: number[];
  /** In the table at the end. */
  stored: Stored;
  causes: Record<string, number> | undefined;
}

/** Lets a fleet live its time under a design. */
export async function play(fleet: Fleet, policy: Policy, design: Design): Promise<Played> {
  const watcher = new Watcher();
  const cloud: Cloud = new Cloud({
    start: fleet.start,
    policy,
    hasUpcomingIndex: design.hasUpcomingIndex,
    timers: (cloud) => design.timers(cloud),
    changed: (record) => {
      watcher.see(record, cloud.now);
      design.changed(record, cloud);
    },
  });
  const users = new Users(cloud, fleet);
  for (const living of fleet.living) users.settle(living, design.hasUpcomingIndex);
  const rows = fleet.dormant.archived + fleet.dormant.waiting;
  // What nobody touches is as large as what is.
  const bytes = fleet.living.length === 0 ? 0 : (rows * sizeOf(cloud).bytes) / fleet.living.length;
  design.begin(cloud, { rows, bytes });
  users.begin();
  await cloud.simulation.run(fleet.end);
  if (users.unexpected.length > 0) throw new Error(`a user was told ${users.unexpected[0]}`);
  design.end(cloud, fleet.end);
  const { totals, peaks } = cloud.meter;
  const played = sizeOf(cloud);
  const stored = {
    rows: fleet.workspaces,
    bytes: played.bytes + bytes,
    indexed: played.indexed + (design.hasUpcomingIndex ? fleet.dormant.waiting : 0),
  };
  return { totals, peaks, ...watcher.figures(), stored, causes: design.causes?.(cloud) };
}

function sizeOf(cloud: Cloud): { bytes: number; indexed: number } {
  let [bytes, indexed] = [0, 0];
  for (const row of cloud.rows.items()) {
    bytes += itemBytes(row);
    if (row.armedFor !== undefined) indexed += 1;
  }
  return { bytes, indexed };
}

/** What users do: they use what is open, and open what was archived. */
class Users {
  readonly unexpected: string[] = [];
  private readonly cloud: Cloud;
  private readonly fleet: Fleet;
  private readonly keys = new Map<string, WorkspaceKey>();
  private readonly returning = new Set<string>();
  private next = 0;

  constructor(cloud: Cloud, fleet: Fleet) {
    this.cloud = cloud;
    this.fleet = fleet;
  }

  /** The row of a workspace that has been there before. */
  settle(living: Living, isArmed: boolean): void {
    const { workspace, tier, lastActivity, isArchived, armedFor, retentionDays } = living;
    const key = this.keyOf(workspace);
    const posixUid = 10_000 + this.keys.size;
    this.cloud.addRow({
      ...key,
      ...subscriptionOf(tier),
      lastActivity,
      posixUid,
      containerStatus: isArchived ? 'terminated' : 'active',
      lifecycle: isArchived ? 'archived' : 'active',
      taskArn: taskOf(this.keys.size),
      history: { sequence: 1 + (this.keys.size % 9), at: lastActivity },
      ...this.announced(living),
      ...(retentionDays !== undefined && { retentionDays }),
      ...(!isArchived && { efsAccessPoint: this.cloud.doors.add(key, posixUid) }),
      ...(isArmed && armedFor !== undefined && { armedFor, armedDay: armedDayOf(armedFor) }),
    });
  }

  /** What the notice of an archive that lies ahead has left, where it is out: then the deadline is what is armed. */
  private announced({ tier, lastActivity, armedFor, retentionDays }: Living): object {
    const { policy } = this.cloud;
    const deadline = lastActivity + (retentionDays ?? policy.retentionDays[tier]) * DAY_SECONDS + 1;
    if (armedFor !== deadline) return {};
    const { subscriptionEventAt } = subscriptionOf(tier);
    const at = deadline - policy.notice.archive;
    return { notices: { archive: { deadline, at, due: deadline, subscriptionEventAt } } };
  }

  begin(): void {
    this.planNext();
  }

  /** One report after the other, so that the queue holds one of them. */
  private planNext(): void {
    const report = this.fleet.reports[this.next];
    if (report === undefined) return;
    this.next += 1;
    this.cloud.simulation.at(report.at, () => {
      void this.take(report);
      this.planNext();
    });
  }

  private async take(report: SentReport): Promise<void> {
    const { cloud } = this;
    cloud.meter.count('reports', 1, cloud.now);
    const key = this.keyOf(report.workspace);
    const row = cloud.rows.get(key);
    if (row === undefined) return this.create(key, report.workspace);
    const { containerStatus, lastActivity = Math.floor(cloud.now) } = report;
    if (row.lifecycle === 'active') {
      const heartbeat = { key, lastActivity, containerStatus };
      const result = await recordActivity(heartbeat, cloud.ports.workspaces);
      if (result !== 'not-active') return;
    }
    // Whoever stops using it does not open it for that.
    if (containerStatus === 'active') await this.returns(key);
  }

  private async create(key: WorkspaceKey, workspace: string): Promise<void> {
    const { cloud } = this;
    const { subscriptionTier: tier, subscriptionStatus: status } = subscriptionOf(
      this.fleet.tierOf(workspace),
    );
    if (cloud.accountItems.get({ clientId: key.clientId }) === undefined) {
      const at = Math.floor(cloud.now);
      const known = { status, tier, at, rank: 1, messageIds: ['1'], delivery: '1' };
      const fanOut = { status, tier, done: true };
      cloud.accountItems.put({ ...key, userId: undefined, 'subscription:1': known, revision: 1, fanOut });
    }
    const body = JSON.stringify(key);
    const { status: answered, body: told } = await provision(
      { body, headers: {} },
      cloud.policy,
      cloud.ports,
    );
    if (answered !== 201 && answered !== 200) this.unexpected.push(`${answered} ${JSON.stringify(told)}`);
  }

  private async returns(key: WorkspaceKey): Promise<void> {
    const { cloud, returning } = this;
    if (returning.has(key.userId)) return;
    returning.add(key.userId);
    const parameters = { ...key };
    const { status, body } = await resume({ body: '', headers: {}, parameters }, cloud.policy, cloud.ports);
    returning.delete(key.userId);
    if (status === 423) cloud.simulation.after(RETRY_SECONDS, () => void this.returns(key));
    else if (status !== 200) this.unexpected.push(`${status} ${JSON.stringify(body)}`);
  }

  /** Clients have a tier each. */
  private keyOf(workspace: string): WorkspaceKey {
    const known = this.keys.get(workspace);
    if (known) return known;
    const tier = this.fleet.tierOf(workspace);
    const key = {
      clientId: `${tier}-${Math.floor(this.keys.size / WORKSPACES_OF_CLIENT)}`,
      userId: workspace,
    };
    this.keys.set(workspace, key);
    return key;
  }
}

function subscriptionOf(tier: string) {
  return {
    subscriptionStatus: 'active',
    subscriptionTier: tier,
    subscriptionEventAt: 1_000_000_000,
    subscriptionRevision: 1,
  };
}

/** A container's task, as ECS names it. */
function taskOf(number: number): string {
  return `arn:aws:ecs:us-east-1:123456789012:task/workspaces/${number.toString(16).padStart(32, '0')}`;
}

/** Sees what becomes of the rows. */
class Watcher {
  private readonly archived: string[] = [];
  private readonly lateness: number[] = [];
  private activityWrites = 0;
  private returned = 0;

  see(record: ChangeRecord, now: number): void {
    const [before, after] = [record.oldImage(), record.newImage()] as (Item | undefined)[];
    if (after === undefined) return;
    if (before?.lastActivity !== after.lastActivity) this.activityWrites += 1;
    const claim = after.claim as { action: string; since: number } | undefined;
    if (claim === undefined || before?.claim !== undefined) return;
    if (claim.action === 'restore') this.returned += 1;
    if (claim.action !== 'archive') return;
    this.lateness.push(now - claim.since);
    this.archived.push(`${after.userId},${claim.since}`);
  }

  figures() {
    const { archived, lateness, activityWrites, returned } = this;
    return { archived, lateness, activityWrites, returned };
  }
}
