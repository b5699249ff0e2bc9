import { readFileSync } from 'node:fs';
import { alarmsOf } from '../../../src/deploy/alarms.ts';
import { ALARM_METRICS, costTable } from '../../../src/deploy/cost/cost-table.ts';
import { HAPPENINGS } from '../../../src/deploy/cost/fleet.ts';
import { happeningsOf, monthlyCost, total } from '../../../src/deploy/cost/monthly-cost.ts';
import { readDeployment } from '../../../src/deploy/deployment.ts';
import { resume } from '../../../src/handlers/resume.ts';
import { packagedResources, STAGE } from '../../support/deployments.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const SIZES = [1_000, 100_000, 1_000_000];

test('the table of docs/cost.md is what the arithmetic says', () => {
  expect(readFileSync('docs/cost.md', 'utf8')).toContain(costTable(SIZES));
});

test('the prices of docs/cost.md have their pages', () => {
  const text = readFileSync('docs/cost.md', 'utf8');
  for (const service of ['dynamodb', 'lambda', 'eventbridge', 'cloudwatch', 'api-gateway', 'kms', 'xray']) {
    expect(text).toContain(`https://aws.amazon.com/${service}/pricing/`);
  }
});

test('as many metrics are in alarms as are paid for', () => {
  const alarms = alarmsOf(readDeployment(STAGE, packagedResources()));
  const metrics = alarms.map(({ measure }) =>
    'expression' in measure ? Object.keys(measure.metrics).length : 1,
  );
  expect(metrics.reduce((sum, one) => sum + one, 0)).toBe(ALARM_METRICS);
});

test('arithmetic that can be done by hand: a thousand workspaces report 110,000 times', () => {
  expect(happeningsOf(1_000)).toMatchObject({
    report: 110_000,
    archive: 100,
    carried: 100,
    fanOut: 5,
  });
  const lines = monthlyCost(1_000, ALARM_METRICS);
  const costOf = (what: string) => lines.find((line) => line.what === what)?.cost;
  // 110,000 reports, 80 returns, 30 new ones, 55 of billing, at a dollar a million.
  expect(costOf('HTTP API')).toBeCloseTo(0.110_165, 6);
  expect(costOf('CloudWatch, alarms')).toBeCloseTo(11.6, 6);
  expect(total(lines)).toBeCloseTo(
    lines.reduce((sum, { cost }) => sum + cost, 0),
    9,
  );
});

describe('what is counted is what the handlers do', () => {
  const told = { ...OK_POLICY, notice: { archive: DAY, terminate: 0, minimumTerminate: 0 } };

  async function callsOf(world: MemoryWorld, at: number): Promise<string[]> {
    world.clock.set(at);
    const invocation = world.invocation();
    await world.wakeWith(invocation, OK_KEY, told);
    return invocation.calls;
  }

  /** The call's own name, if it writes. */
  function writeOf(call: string): string[] {
    const [, name = ''] = call.split('.');
    return Object.hasOwn(UNITS, name) ? [name] : [];
  }

  const writesOf = async (world: MemoryWorld, at: number) => (await callsOf(world, at)).flatMap(writeOf);

  // What each write takes: itself, twice in a transaction with its entry of the history, and the index where armedFor changes.
  const UNITS: Record<string, number> = {
    giveNotice: 4,
    recordReturn: 4,
    recordActivity: 1,
    keepPosixUid: 1,
    rememberWakeUp: 3,
    take: 1,
    claim: 4 + 2,
    advance: 1,
    finish: 4,
    settleWakeUp: 3,
    holdBack: 4,
  };
  const unitsOf = (calls: string[]) => calls.reduce((sum, call) => sum + (UNITS[call] ?? Number.NaN), 0);

  test('an archive, with its notice', async () => {
    const world = new MemoryWorld();
    world.addWorkspace({ armedFor: NOW + 29 * DAY + 1 });
    const notice = await writesOf(world, NOW + 29 * DAY + 1);
    expect(notice).toEqual(['giveNotice', 'settleWakeUp']);
    const deadline = await writesOf(world, NOW + 30 * DAY + 1);
    expect(deadline).toEqual(['take', 'claim', 'advance', 'finish', 'settleWakeUp']);
    // The last one takes armedFor away, which is one write of the index.
    expect(unitsOf([...notice, ...deadline]) - 1).toBe(HAPPENINGS.archive.writes);
    expect(await writesOf(world, NOW + 30 * DAY + 500)).toEqual([]);
    expect(world.history.of('acme/ada')).toHaveLength(HAPPENINGS.archive.entries);
  });

  test('a wake-up that finds nothing due', async () => {
    const world = new MemoryWorld();
    world.addWorkspace({ armedFor: NOW + 29 * DAY, lastActivity: NOW + 10 * DAY });
    const calls = await writesOf(world, NOW + 29 * DAY);
    expect(calls).toEqual(['settleWakeUp']);
    expect(unitsOf(calls)).toBe(HAPPENINGS.wokenForNothing.writes);
  });

  test('a return', async () => {
    const world = new MemoryWorld();
    world.addWorkspace({ lifecycle: 'archived', efsAccessPoint: undefined });
    const invocation = world.invocation();
    await resume({ body: '', headers: {}, parameters: OK_KEY }, OK_POLICY, invocation.ports);
    const calls = [...invocation.calls, ...(await callsOf(world, NOW + 500))].flatMap(writeOf);
    expect(calls).toEqual(['recordReturn', 'claim', 'finish', 'recordActivity', 'settleWakeUp']);
    expect(unitsOf(calls)).toBe(HAPPENINGS.resume.writes);
  });
});
