import { DAY_SECONDS as DAY } from '../../../../src/core/policy.ts';
import { decideWakeUp } from '../../../../src/operator/migration/decide-wake-up.ts';
import { idleFor, NOW, okPolicy, rowWith } from '../../../support/rows.ts';

const ahead = idleFor(2);
const deadline = ahead + 7 * DAY + 1;

test.each([
  ['that nobody has armed', { lastActivity: ahead }, { kind: 'missing', at: deadline, isDue: false }],
  [
    'that nobody has armed, and that is due',
    { lastActivity: idleFor(8) },
    { kind: 'missing', at: NOW + 60, isDue: true },
  ],
  ['that is armed in time', { lastActivity: ahead, armedFor: deadline }, { kind: 'pending' }],
  ['that is armed early', { lastActivity: ahead, armedFor: NOW + 6 }, { kind: 'pending' }],
  [
    'that is armed too late',
    { lastActivity: ahead, armedFor: deadline + 1 },
    { kind: 'late', at: deadline, isDue: false, armedFor: deadline + 1 },
  ],
  ['whose wake-up has just come', { lastActivity: idleFor(8), armedFor: NOW - 899 }, { kind: 'pending' }],
  [
    'whose wake-up came long ago',
    { lastActivity: idleFor(8), armedFor: NOW - 900 },
    { kind: 'overdue', at: NOW + 60, isDue: true, armedFor: NOW - 900 },
  ],
  ['that is terminated', { lifecycle: 'terminated' as const }, { kind: 'nothing-ahead' }],
  ['that is held for ever', { hold: {} }, { kind: 'nothing-ahead' }],
  [
    'that is archived, and cancelled',
    {
      lifecycle: 'archived' as const,
      retentionDays: 1,
      lastActivity: ahead,
      subscriptionStatus: 'cancelled' as const,
    },
    { kind: 'missing', at: deadline, isDue: false },
  ],
])('a row %s', (_, change, need) => {
  expect(decideWakeUp(rowWith(change), okPolicy, NOW)).toEqual(need);
});
