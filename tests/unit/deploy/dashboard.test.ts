import { alarmName } from '../../../src/deploy/alarm.ts';
import { alarmsOf } from '../../../src/deploy/alarms.ts';
import { dashboardResource } from '../../../src/deploy/dashboard.ts';
import { type Deployment, readDeployment } from '../../../src/deploy/deployment.ts';
import { metricsEnvironment } from '../../../src/deploy/metrics.ts';
import { countEverything } from '../../support/count-everything.ts';
import { packagedResources, STAGE, without } from '../../support/deployments.ts';
import { emittedBy } from '../../support/emitted-metrics.ts';

interface Widget {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { title?: string; alarms?: string[]; metrics?: unknown[][]; region?: string };
}

const deployment = readDeployment(STAGE, packagedResources());

function bodyOf(of: Deployment): string {
  const { Properties } = dashboardResource(of).Dashboard as { Properties: Record<string, unknown> };
  return (Properties.DashboardBody as { 'Fn::Sub': string })['Fn::Sub'];
}

const widgetsOf = (of: Deployment): Widget[] => JSON.parse(bodyOf(of)).widgets;
const widgets = widgetsOf(deployment);
const lines = widgets.flatMap(({ properties }) => properties.metrics ?? []);

test('what is put in are things that exist, and those that AWS knows', () => {
  const known = new Set(Object.keys(packagedResources()));
  const names = [...bodyOf(deployment).matchAll(/\$\{([^}]+)\}/g)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(40);
  expect(
    names.filter((name) => !name.startsWith('AWS::') && !known.has(name.split('.')[0] as string)),
  ).toEqual([]);
});

test('every alarm is on it, those that page first', () => {
  const [{ properties }] = widgets as [Widget];
  const names = alarmsOf(deployment).map((alarm) => alarmName(deployment, alarm));
  expect(properties.alarms?.map((arn) => arn.split(':alarm:')[1]).sort()).toEqual(names.sort());
  expect(properties.alarms?.[0]).toContain('-page-');
});

test('no widget lies on another, and none beyond the edge', () => {
  for (const one of widgets) {
    expect(one.x + one.width).toBeLessThanOrEqual(24);
    const over = widgets.filter(
      (other) =>
        other !== one &&
        one.x < other.x + other.width &&
        other.x < one.x + one.width &&
        one.y < other.y + other.height &&
        other.y < one.y + one.height,
    );
    expect(over).toEqual([]);
  }
});

test('what it shows of ours is counted, with just these dimensions', async () => {
  const emitted = await emittedBy(metricsEnvironment(STAGE), countEverything);
  const known = new Set(
    emitted.map(({ name, dimensions }) => [name, ...Object.entries(dimensions).flat()].join(' ')),
  );
  const own = lines.filter(([namespace]) => namespace === 'workspace-cleanup');
  const shown = own.map((line) => line.slice(1, -1).join(' '));
  expect(shown.length).toBeGreaterThan(20);
  // Not everything happens in the sample; these are counted where nothing is wrong.
  const quiet = ['NoticeGiven', 'Restored', 'Released', 'ArmingSkipped', 'WokenEarly'];
  const unknown = shown.filter((text) => !known.has(text) && !quiet.some((name) => text.startsWith(name)));
  expect(unknown).toEqual([]);
});

test('a line per function that is there, and none of one that is not', () => {
  expect(bodyOf(deployment)).toContain('PurgeLambdaFunction');
  expect(bodyOf(without(deployment, 'purge'))).not.toContain('Purge');
  const conditional = deployment.functions.map((one) =>
    one.name === 'purge' ? { ...one, condition: 'DeleteFiles' } : one,
  );
  expect(bodyOf({ ...deployment, functions: conditional })).not.toContain('Purge');
  const bare = bodyOf({ ...deployment, httpApi: undefined, scheduleGroup: undefined });
  expect(bare).not.toMatch(/HttpApi|ScheduleGroup/);
});

test('the questions of whoever is on call, in their order', () => {
  const titles = widgets.flatMap(({ type, properties }) =>
    type === 'text' ? [(properties as { markdown?: string }).markdown] : [],
  );
  expect(titles).toEqual([
    '## Is what is due done, and in time?',
    '## What keeps it from being done?',
    '## Does everything arrive?',
    '## What fails?',
    '## What does it cost?',
  ]);
  expect(widgets.filter(({ type }) => type === 'metric').every(({ properties }) => properties.title)).toBe(
    true,
  );
});
