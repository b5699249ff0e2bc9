import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { runbookPath } from '../../../src/deploy/alarm.ts';
import { alarmsOf } from '../../../src/deploy/alarms.ts';
import { readDeployment } from '../../../src/deploy/deployment.ts';
import { packagedResources, STAGE } from '../../support/deployments.ts';

const FOLDER = 'docs/runbook';
const alarms = alarmsOf(readDeployment(STAGE, packagedResources()));
const pages = readdirSync(FOLDER)
  .filter((name) => name !== 'README.md')
  .sort();
const read = (path: string) => readFileSync(path, 'utf8');
const index = read(`${FOLDER}/README.md`);

/** Everything that the functions say or count, as it stands in their code. */
const sources = ['src/handlers', 'src/aws']
  .flatMap((folder) => readdirSync(folder).map((name) => read(`${folder}/${name}`)))
  .join('\n');

test('every alarm names a page that is there, and every page has an alarm', () => {
  const named = [...new Set(alarms.map(({ page }) => `${page}.md`))].sort();
  expect(named).toEqual(pages);
});

test('every alarm stands in the index, beside its page', () => {
  const rows = index.split('\n').filter((line) => line.startsWith('| ['));
  expect(rows).toHaveLength(pages.length);
  const missing = alarms.filter(({ id, page }) => {
    const row = rows.find((line) => line.startsWith(`| [${page}](${page}.md)`)) ?? '';
    return ![...row.matchAll(/`([a-z0-9-]+)(…?)`/g)].some(([, name = '', more]) =>
      more === '' ? id === name : id.startsWith(name),
    );
  });
  expect(missing.map(({ id }) => id)).toEqual([]);
});

describe.each(pages)('%s', (name) => {
  const page = read(`${FOLDER}/${name}`);

  test('says what it means, what to do first, how to find the cause, how to mend it, and when it is over', () => {
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([
      'What it means',
      'Do first',
      'Find the cause',
      'Put right',
      'When it is over',
    ]);
    for (const section of page.split(/^## .*$/m).slice(1)) expect(section.trim().length).toBeGreaterThan(10);
  });

  test('asks logs for what the functions really say', () => {
    const quoted = [...page.matchAll(/(?:message|reason) (?:=|like) "([^"]+)"/g)].map(
      ([, text = '']) => text,
    );
    expect(quoted.filter((text) => !sources.includes(text))).toEqual([]);
  });
});

test('an alarm whose page is missing would be found', () => {
  expect(existsSync(runbookPath({ page: 'no-such-page' }))).toBe(false);
});
