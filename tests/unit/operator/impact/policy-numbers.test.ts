import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numbersOf } from '../../../../src/core/policy-numbers.ts';
import { refusalOf } from '../../../../src/operator/impact/apply.ts';
import { policyDifferences, readAskedPolicy } from '../../../../src/operator/impact/policy-numbers.ts';
import { useDataFolder } from '../../../support/data-folder.ts';
import { okPolicy } from '../../../support/rows.ts';

const folder = useDataFolder();
const deployed = {
  ...okPolicy,
  notice: { archive: 86_400, terminate: 3 * 86_400, minimumTerminate: 86_400 },
};

function file(content: unknown): string {
  const path = join(folder(), 'policy.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('what is not named is as deployed, and --retention goes before the file', () => {
  const policy = file({
    retentionDays: { free: 3, pro: 4 },
    cancelledGraceDays: 9,
    terminateNoticeHours: 48,
  });
  expect(numbersOf(readAskedPolicy({ policy, retention: '{"pro":5}' }, deployed))).toEqual({
    retentionDays: { free: 3, pro: 5, enterprise: 90 },
    cancelledGraceDays: 9,
    suspendedGraceDays: 3,
    unsavedWorkExtraDays: 0,
    archiveNoticeHours: 24,
    terminateNoticeHours: 48,
    minimumTerminateNoticeHours: 24,
  });
  expect(policyDifferences(deployed, readAskedPolicy({}, deployed))).toEqual([]);
});

test.each([
  ['{"free":0}', '--retention: free is 0, expected whole days from 1 to 36500'],
  ['{"free":5', '--retention is "{\\"free\\":5", expected JSON'],
  ['{"gold":5}', '--retention: nothing is known by the name of "gold"'],
  ['[5]', '--retention: the input is [5], expected object'],
])('--retention %s is refused', (retention, message) => {
  expect(() => readAskedPolicy({ retention }, deployed)).toThrow(message);
});

test('a policy file is refused by its name', () => {
  const path = file({ archiveNoticeHours: 1.5 });
  expect(() => readAskedPolicy({ policy: path }, deployed)).toThrow(
    `the policy file ${path}: archiveNoticeHours is 1.5, expected whole hours from 0 to 8760`,
  );
  expect(() => readAskedPolicy({ policy: '/nowhere.json' }, deployed)).toThrow(
    '/nowhere.json cannot be read',
  );
});

test('a policy that is not deployed is not applied, whichever function and number it is', () => {
  const asked = readAskedPolicy({ retention: '{"free":5}' }, deployed);
  expect(refusalOf(deployed, deployed, deployed)).toBeUndefined();
  expect(refusalOf(asked, asked, asked)).toBeUndefined();
  expect(refusalOf(asked, deployed, asked)).toMatch(
    /deadlineReached goes by another policy .*RETENTION_POLICIES is {"free":7,"pro":30,"enterprise":90}, not {"free":5,/,
  );
  expect(refusalOf(asked, asked, deployed)).toContain('workspaceChanged goes by another policy');
  for (const change of [
    { notice: { ...deployed.notice, archive: 3_600 } },
    { notice: { ...deployed.notice, terminate: 3_600 } },
    { notice: { ...deployed.notice, minimumTerminate: 3_600 } },
    { cancelledGraceDays: 8 },
    { suspendedGraceDays: 8 },
    { unsavedWorkExtraDays: 8 },
  ])
    expect(refusalOf({ ...deployed, ...change }, deployed, deployed)).toMatch(/ is \d+, not \d+/);
});
