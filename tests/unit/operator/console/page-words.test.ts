import type { HistoryEntry } from '../../../../src/core/history.ts';
import type { WorkspaceDetail } from '../../../../src/operator/console/protocol.ts';
import { aheadOf } from '../../../../src/operator/console/web/moments.ts';
import { detailsAndWho, happenedInWords, hasSampleTime } from '../../../../src/operator/console/web/words.ts';
import { NOW, okSeed } from '../../../support/rows.ts';

const ahead = (row: Record<string, unknown>, explanation: object = {}) =>
  aheadOf({ row: { ...okSeed, ...row }, explanation } as unknown as WorkspaceDetail, NOW).map(
    ({ word, at }) => `${word} ${at - NOW}`,
  );

test('what a newer version has written into the history is called by its own name', () => {
  expect(happenedInWords({ what: 'moved' } as unknown as HistoryEntry)).toEqual({
    word: 'moved',
    tone: 'calm',
  });
});

test('what happened is told with who did it, and begins with no dot', () => {
  const entry = { workspace: 'acme/ada', sequence: 1, at: NOW, what: 'released', by: 'me' } as const;
  expect(detailsAndWho(entry)).toBe('by me');
  expect(detailsAndWho({ ...entry, reason: 'over' })).toBe('“over” · by me');
});

test('the bar of the sample fleet stands only where there is one, or its time can be changed', () => {
  expect(hasSampleTime({ sample: undefined })).toBe(false);
  expect(hasSampleTime({ sample: { speeds: [], start: undefined } })).toBe(false);
  expect(hasSampleTime({ sample: { speeds: [0, 600], start: undefined } })).toBe(true);
  expect(hasSampleTime({ sample: { speeds: [], start: NOW } })).toBe(true);
});

test('the timeline shows what an operator has asked for, also where it is due, until it is used, or done', () => {
  const requested = { action: 'archive', at: NOW - 5, by: 'ops', reason: 'left' };
  const lastActivity = NOW - 60;
  expect(ahead({ lastActivity, requested })).toEqual(['Asked to archive -5']);
  expect(ahead({ lastActivity: NOW - 5, requested })).toEqual([]);
  expect(ahead({ lastActivity, requested, lifecycle: 'archived' })).toEqual([]);
  expect(ahead({ lastActivity, requested: { ...requested, action: 'terminate' } })).toEqual([
    'Asked to terminate -5',
  ]);
});

test('the timeline shows the end of a hold, and what is given back then', () => {
  const hold = { until: NOW + 60 };
  expect(ahead({ hold }, { restoreAt: NOW + 60 })).toEqual(['Restore 60', 'Hold ends 60']);
});
