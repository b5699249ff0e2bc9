import { reportsOf } from '../../bench/alternatives/activity.ts';
import { activeDays, DRUMBEATS_A_DAY, workingDays } from '../../bench/alternatives/working-days.ts';

/** Midnight of a Thursday, epoch seconds. */
const DAY = 86_400;
const MIDNIGHT = 1_700_006_400;

test('a moment of use is two reports: one at once, and one five minutes later that it is over', () => {
  expect(reportsOf([['ada', [MIDNIGHT]]])).toEqual([
    { workspace: 'ada', at: MIDNIGHT, lastActivity: MIDNIGHT, containerStatus: 'active' },
    { workspace: 'ada', at: MIDNIGHT + 300, lastActivity: MIDNIGHT, containerStatus: 'idle' },
  ]);
});

test('reports of several workspaces come in order of time', () => {
  const reports = reportsOf([
    ['ada', [MIDNIGHT, MIDNIGHT + DAY]],
    ['bo', [MIDNIGHT + 100]],
  ]);
  expect(reports.map(({ workspace, at }) => [workspace, at - MIDNIGHT])).toEqual([
    ['ada', 0],
    ['bo', 100],
    ['ada', 300],
    ['bo', 400],
    ['ada', DAY],
    ['ada', DAY + 300],
  ]);
});

test('a day of work is eleven reports, against 480 beats, however many moments are known of it', () => {
  const uses = new Map([['ada', [MIDNIGHT + 36_000, MIDNIGHT + 40_000, MIDNIGHT + 2 * DAY + 100]]]);
  expect(activeDays(uses)).toBe(2);
  const [[, times] = ['', []]] = workingDays(uses);
  expect([...times]).toHaveLength(2 * DRUMBEATS_A_DAY);
  expect(DRUMBEATS_A_DAY).toBe(480);
  expect(reportsOf(workingDays(uses))).toHaveLength(2 * 11);
});

test('a day of work that reaches past midnight is not worked twice', () => {
  const late = MIDNIGHT + DAY - 600;
  const [[, times] = ['', []]] = workingDays(new Map([['ada', [late, late + 1_200]]]));
  const worked = [...times];
  expect(worked).toHaveLength(2 * DRUMBEATS_A_DAY);
  expect(worked).toEqual([...new Set(worked)].sort((a, b) => a - b));
});
