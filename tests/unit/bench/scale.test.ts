import { DAY_SECONDS } from '../../../src/core/policy.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import { parseRow } from '../../../src/core/workspace-row.ts';
import { FLEET, HAPPENINGS } from '../../../src/deploy/cost/fleet.ts';
import { accountChanged } from '../../../src/handlers/account-changed.ts';
import { workspaceChanged } from '../../../src/handlers/workspace-changed.ts';
import { Cloud } from '../../bench/alternatives/cloud.ts';
import { DEPLOYED } from '../../bench/alternatives/deployed.ts';
import { wake } from '../../bench/alternatives/design.ts';
import { Ours } from '../../bench/alternatives/designs/ours.ts';
import { makeFleet, usualPolicy } from '../../bench/alternatives/fleets.ts';
import { itemBytes } from '../../bench/alternatives/item-size.ts';
import { play } from '../../bench/alternatives/play.ts';
import { Scheduler } from '../../bench/alternatives/scheduler.ts';
import { Stream } from '../../bench/alternatives/stream.ts';
import { changeOf } from '../../support/memory/ok-values.ts';

// What docs/cost.md and docs/quotas.md reckon with, played by the handlers.

const POLICY = usualPolicy();

describe('a fleet at work', () => {
  const weeks = 8;
  const working = 15;
  const fleet = makeFleet({ kind: 'busy', working, archived: 0, kept: 0, weeks }, POLICY);

  test('reports as often as is reckoned, and is woken for nothing as often', async () => {
    const { causes = {}, totals } = await play(fleet, POLICY, new Ours());
    const reportsADay = totals.reports / (working * weeks * 5);
    expect(reportsADay).toBeCloseTo(FLEET.reportsADay, 0);
    const months = (weeks * 7) / FLEET.daysInMonth;
    const wakes = Object.values(FLEET.tiers).reduce(
      (sum, { share, wakesAfterDays }) => sum + (share * FLEET.daysInMonth) / wakesAfterDays,
      0,
    );
    expect((causes.early ?? 0) / working / months / wakes).toBeGreaterThan(0.9);
    expect((causes.early ?? 0) / working / months / wakes).toBeLessThan(1.1);
    const { report, wokenForNothing } = HAPPENINGS;
    const writes = totals.reports * report.writes + (causes.early ?? 0) * wokenForNothing.writes;
    // Some wake-ups are armed by the reactor, where a report comes at the very second: a tenth of a percent.
    expect(totals.writeUnits / writes).toBeCloseTo(1, 2);
  });

  test('has a busiest minute of less than three times the average of ten hours', () => {
    const many = makeFleet({ kind: 'busy', working: 400, archived: 0, kept: 0, weeks: 1 }, POLICY);
    const minutes = new Map<number, number>();
    for (const { at } of many.reports)
      minutes.set(Math.floor(at / 60), (minutes.get(Math.floor(at / 60)) ?? 0) + 1);
    const average = many.reports.length / 5 / 600;
    expect(Math.max(...minutes.values()) / average).toBeLessThan(3);
  });
});

test('archives and returns write as many units as is reckoned', async () => {
  const fleet = makeFleet({ kind: 'like', workspaces: 2_000, weeks: 2 }, POLICY);
  const { totals, archived, returned, causes = {} } = await play(fleet, POLICY, new Ours());
  const { archive, resume, report, wokenForNothing } = HAPPENINGS;
  // The report with which a user comes back is a return.
  const reckoned =
    archived.length * archive.writes +
    returned * resume.writes +
    (totals.reports - returned) * report.writes +
    (causes.early ?? 0) * wokenForNothing.writes;
  expect(totals.writeUnits / reckoned).toBeGreaterThan(0.95);
  expect(totals.writeUnits / reckoned).toBeLessThan(1.05);
});

test('a client of 3,000 is cancelled: the last of its wake-ups waits for those before it, and for nothing else', async () => {
  const count = 3_000;
  const firesPerSecond = 300;
  const start = fleetStart();
  const late: number[] = [];
  const armed = new Map<string, number>();
  let stream: Stream | undefined;
  const cloud = new Cloud({
    start,
    policy: POLICY,
    hasUpcomingIndex: true,
    timers: () => ({ arm: (key, at) => arm(key, at) }),
    changed: (record) => stream?.append(record),
  });
  const fire = (key: WorkspaceKey) => {
    if (late.length < count) late.push(cloud.now - (armed.get(key.userId) ?? Number.NaN));
    void wake(cloud, key);
  };
  const scheduler = new Scheduler(cloud, fire, { latestSeconds: 0, firesPerSecond });
  const arm = async (key: WorkspaceKey, at: number) => {
    // The first of each: for its notice.
    if (!armed.has(key.userId)) armed.set(key.userId, at);
    await scheduler.create(key, at);
  };
  stream = new Stream({
    cloud,
    ...DEPLOYED.reactor,
    handle: (records) => cloud.invoke((ports, policy) => workspaceChanged(records, policy, ports)),
  });
  for (let index = 0; index < count; index += 1) cloud.addRow(idleRow(index, start));
  const account = {
    clientId: 'giant',
    'subscription:1': {
      status: 'cancelled',
      tier: 'pro',
      at: start,
      rank: 1,
      messageIds: ['1'],
      delivery: '1',
    },
    revision: 2,
  };
  cloud.accountItems.put(account);
  void cloud.invoke((ports) => accountChanged([changeOf('1', account)], ports));
  // All are announced then, and none is terminated before it has been announced for long enough.
  await cloud.simulation.run(start + 3_600);
  expect(armed.size).toBe(count);
  const seconds = [...armed.values()];
  const armedWithin = Math.max(...seconds) - Math.min(...seconds);
  // Row 12 of docs/quotas.md: so many at the rate at which they fire, less the time that it took to arm them.
  expect(late.at(-1)).toBeCloseTo(count / firesPerSecond - armedWithin, 0);
  expect(cloud.counted.get('NoticeGiven')).toBe(count);
});

describe('a report takes one write unit', () => {
  const now = fleetStart();
  const claimed = { by: 'deployer@example.com', reason: 'on leave until the end of the month, ask before' };
  const notice = { deadline: now, at: now - DAY_SECONDS, due: now, subscriptionEventAt: now - DAY_SECONDS };
  const row = {
    ...idleRow(1, now),
    // As AWS and people name things: a client's and a user's number, a task in a cluster.
    clientId: 'cus_PqX4nT7mJk2LwR',
    userId: 'ada.lovelace@example.com',
    taskArn: `arn:aws:ecs:eu-central-1:123456789012:task/workspaces/${'0123456789abcdef'.repeat(2)}`,
    armedFor: now,
    armedDay: '2026-06-01',
    reportedAt: now,
    unsavedWork: { changes: 12, commits: 3 },
    history: { sequence: 1_234, at: now + 0.123 },
  };

  test('in an ordinary life', () => {
    expect(itemBytes(row)).toBeLessThan(700);
  });

  test('with both notices, a hold and an extension', () => {
    const kept = { until: now + 30 * DAY_SECONDS, ...claimed };
    const full = { ...row, notices: { archive: notice, terminate: notice }, hold: kept, extension: kept };
    expect(parseRow(full, now)).toMatchObject({ kind: 'valid' });
    expect(itemBytes(full)).toBeLessThanOrEqual(1_024);
  });
});

function fleetStart(): number {
  return Date.UTC(2026, 5, 1) / 1_000;
}

/** Idle for ten days: within the limit of its tier, and past that of a cancelled client. */
function idleRow(index: number, now: number) {
  return {
    clientId: 'giant',
    userId: `user-${index}`,
    subscriptionStatus: 'active',
    subscriptionTier: 'pro',
    subscriptionEventAt: now - 100 * DAY_SECONDS,
    subscriptionRevision: 1,
    lastActivity: now - 10 * DAY_SECONDS,
    containerStatus: 'active',
    lifecycle: 'active',
    efsAccessPoint: `fsap-${index.toString(16).padStart(17, '0')}`,
    posixUid: 10_000 + index,
  };
}
