import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FLEET, HAPPENINGS } from '../../../src/deploy/cost/fleet.ts';
import { happeningsOf } from '../../../src/deploy/cost/monthly-cost.ts';

const DOCUMENTS = [
  'docs/operating.md',
  'docs/cost.md',
  'docs/quotas.md',
  ...readdirSync('docs/runbook').map((name) => `docs/runbook/${name}`),
];
const read = (path: string) => readFileSync(path, 'utf8');
const hasBash = spawnSync('bash', ['-c', 'true']).status === 0;

describe.each(DOCUMENTS)('%s', (path) => {
  test('links to what is there', () => {
    const links = [...read(path).matchAll(/\]\(([^)#\s]+)\)/g)].map(([, link = '']) => link);
    const missing = links.filter(
      (link) => !link.startsWith('https:') && !existsSync(join(dirname(path), link)),
    );
    expect(missing).toEqual([]);
  });

  (hasBash ? test : test.skip)('has commands that a shell can read (needs bash)', () => {
    const blocks = [...read(path).matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
    const { stderr } = spawnSync('bash', ['-n'], { input: blocks.join('\n'), encoding: 'utf8' });
    expect(stderr).toBe('');
  });
});

describe('docs/quotas.md', () => {
  const text = read('docs/quotas.md');
  const fleet = happeningsOf(10_000_000);
  const secondsInMonth = FLEET.daysInMonth * 86_400;
  const reportsADay = fleet.report / FLEET.daysInUse;
  const wakeUps = Object.entries(HAPPENINGS).reduce(
    (sum, [name, { wakeUps: each }]) => sum + fleet[name as keyof typeof fleet] * each,
    0,
  );

  test.each([
    ['reports in a month', `${Math.round(fleet.report / 1e6).toLocaleString('en-US')} M`],
    ['reports in a second', `${Math.round(fleet.report / secondsInMonth)} /s`],
    ['reports on a working day', `${reportsADay / 1e6} M on a working day`],
    [
      'reports in the busiest minutes',
      `${Math.round((3 * reportsADay) / 36_000).toLocaleString('en-US')} /s`,
    ],
    ['wake-ups in a month', `${(wakeUps / 1e6).toFixed(1)} M`],
    ['wake-ups in a second', `${(wakeUps / secondsInMonth).toFixed(1)} /s`],
    [
      'archives in an hour',
      `${Math.round(fleet.archive / FLEET.daysInMonth / 24).toLocaleString('en-US')} in an average one`,
    ],
    ['what 500 an hour are', `${(500 * 24 * FLEET.daysInMonth).toLocaleString('en-US')} a month`],
  ])('%s: %s', (_, figure) => {
    expect(text).toContain(figure);
  });
});
