import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { toPlain } from '../../src/aws/attribute-values.ts';
import { parseControl } from '../../src/core/control.ts';
import { foresee } from '../../src/core/forecast.ts';
import { parseRow, type Transition, type WorkspaceRow } from '../../src/core/workspace-row.ts';
import { rulesAsOf } from '../../src/operator/impact/rules-as-of.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { putRow, scheduleNames, startTestStack, type TestStack } from '../support/local-stack.ts';
import { ctl } from '../support/workspacectl.ts';

jest.setTimeout(180_000);

const HOUR = 3_600;
const DAY = 24 * HOUR;
const WORKSPACES = 44;
const DAYS = 7;
const BEFORE = { free: 7, pro: 30, enterprise: 20 };
const AFTER = { free: 5, pro: 12, enterprise: 40 };
const DONE: Record<string, Transition> = {
  archived: 'archive',
  terminated: 'terminate',
  restored: 'restore',
};

const folder = useDataFolder();
let stack: TestStack;
afterEach(() => stack.stop());

/** A fleet in which every rule, hold, extension and limit of its own meets every other sooner or later. */
function member(index: number, now: number): Record<string, unknown> {
  const pick = <T>(values: readonly T[]) => values[index % values.length] as T;
  const idleHours = (index * 41) % (44 * 24);
  return {
    clientId: pick(['acme', 'globex', 'hooli', 'umbrella']),
    userId: `user-${index}`,
    subscriptionStatus: pick(['active', 'active', 'suspended', 'active', 'cancelled']),
    subscriptionTier: pick(['free', 'pro', 'enterprise']),
    containerStatus: 'idle',
    lastActivity: now - idleHours * HOUR - 1_234,
    ...(index % 7 === 0 && { retentionDays: 9 }),
    ...(index % 11 === 0 && { hold: { reason: 'legal', by: 'ops', until: now + 6 * DAY } }),
    ...(index % 13 === 0 && { extension: { until: now + 3 * DAY, reason: 'asked', by: 'ops' } }),
    ...(index % 6 === 0 && { unsavedWork: { changes: 1, commits: 0 } }),
    ...(index === 17 && { lastActivity: String(now) }),
  };
}

/** A deployment: the same data, other functions. */
async function deploy(retention: object, more: Record<string, string> = {}): Promise<void> {
  const environment = {
    RETENTION_POLICIES: JSON.stringify(retention),
    UNSAVED_WORK_EXTRA_DAYS: '1',
    ...more,
  };
  stack = await startTestStack(folder(), { environment });
}

async function everyItem(table: string): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await stack.clients.dynamodb.send(
    new ScanCommand({ TableName: table, ConsistentRead: true }),
  );
  return Items.map(toPlain);
}

async function everyRow(): Promise<WorkspaceRow[]> {
  const rows = (await everyItem('WorkspaceStatus')).map((item) => parseRow(item, stack.clock.now()));
  return rows.flatMap((parsed) => (parsed.kind === 'valid' ? parsed.row : []));
}

/** What the history says was done from `from` on (epoch seconds). */
async function deedsSince(from: number) {
  const entries = await everyItem('WorkspaceHistory');
  return entries
    .filter(({ what, at }) => DONE[String(what)] !== undefined && Number(at) >= from)
    .map(({ workspace, what, rule, at }) => ({
      workspace: String(workspace),
      transition: DONE[String(what)],
      rule,
      at: Number(at),
    }));
}

const sorted = <T extends { workspace: string; at: number }>(deeds: T[]) =>
  deeds.sort((a, b) => (a.workspace === b.workspace ? a.at - b.at : a.workspace < b.workspace ? -1 : 1));

test('what impact foresees of a shorter policy is what apply causes, and nothing else', async () => {
  await deploy(BEFORE);
  for (let index = 0; index < WORKSPACES; index += 1) await putRow(stack, member(index, stack.clock.now()));
  // Whatever was due by the policy before is done or announced.
  await stack.advanceTo(stack.clock.now() + 2 * HOUR);
  await stack.stop();
  await deploy(AFTER, { SUSPENDED_GRACE_DAYS: '2', CANCELLED_GRACE_DAYS: '4' });
  const now = stack.clock.now();

  const wrong = await ctl(stack, folder(), 'apply', '--retention', '{"free":4}');
  expect(wrong).toMatchObject({ code: 1, out: '' });
  expect(wrong.error).toContain('RETENTION_POLICIES is {"free":5,"pro":12,"enterprise":40}, not {"free":4,');

  const asked = await ctl(
    stack,
    folder(),
    'impact',
    '--retention',
    JSON.stringify(AFTER),
    '--days',
    `${DAYS}`,
    '--json',
  );
  expect(asked).toMatchObject({ code: 0, error: '' });
  const report = JSON.parse(asked.out);
  expect(report).toMatchObject({ workspaces: WORKSPACES, invalid: { total: 1 } });

  const control = parseControl((await everyItem('CleanupControl')).find(({ key }) => key === 'cleanup'));
  if (control.kind === 'invalid') throw new Error(control.problems.join());
  const { policy, safety } = stack.configuration;
  const rules = rulesAsOf(policy, control.control, safety, now);
  const foreseen = (await everyRow()).flatMap((row) =>
    foresee(row, rules, now)
      .filter(({ at }) => at < now + DAYS * DAY)
      .map(({ transition, rule, at }) => ({
        workspace: `${row.clientId}/${row.userId}`,
        transition,
        rule,
        at,
      })),
  );

  const before = await scheduleNames(stack);
  const dry = await ctl(stack, folder(), 'apply', '--dry-run', '--json');
  const { armed } = JSON.parse(dry.out);
  expect(armed).toBeGreaterThan(10);
  expect(await scheduleNames(stack)).toEqual(before);
  const applied = await ctl(stack, folder(), 'apply', '--retention', JSON.stringify(AFTER), '--json');
  expect(applied).toMatchObject({ code: 1, error: '' });
  expect(JSON.parse(applied.out)).toMatchObject({ rows: WORKSPACES, armed, invalid: 1, finished: true });
  expect(await scheduleNames(stack)).toHaveLength(before.length + armed);
  // Nothing has been done to anybody by that.
  expect(await deedsSince(now)).toEqual([]);
  const again = await ctl(stack, folder(), 'apply', '--json');
  expect(JSON.parse(again.out)).toMatchObject({ armed: 0 });

  await stack.advanceTo(now + DAYS * DAY + 10 * 60);
  const deeds = await deedsSince(now);
  expect(sorted(deeds).map(({ at, ...deed }) => deed)).toEqual(
    sorted(foreseen).map(({ at, ...deed }) => deed),
  );
  for (const [index, { at }] of deeds.entries())
    expect(Math.abs(at - (foreseen[index]?.at ?? 0))).toBeLessThan(180);
  for (const what of ['archive', 'terminate', 'restore'] as const) {
    const count = deeds.filter(({ transition }) => transition === what).length;
    expect({ what, count }).toEqual({ what, count: report.total.next[what] });
    expect(count).toBeGreaterThan(0);
  }
});
