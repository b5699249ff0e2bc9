import fc from 'fast-check';
import {
  type ControlSettings,
  checkSettings,
  enforcementFor,
  noteLimits,
  parseControl,
  percentileOf,
  permissionFor,
} from '../../../src/core/control.ts';
import { OK_SAFETY } from '../../support/memory/ok-values.ts';
import { NOW, okPolicy } from '../../support/rows.ts';

const { notice: _, ...okLimits } = okPolicy;
const nothing: ControlSettings = { clients: {}, budgets: {}, former: [] };
const observing = { ...OK_SAFETY, enforcement: 'observe' as const };

describe('parseControl', () => {
  test('nobody has set anything', () => {
    expect(parseControl(undefined)).toEqual({ kind: 'valid', control: { ...nothing, revision: 0 } });
  });

  test('attributes that it does not name are left alone', () => {
    const item = { kind: 'control', key: 'cleanup', revision: 3, note: 'by hand' };
    expect(parseControl(item)).toEqual({ kind: 'valid', control: { ...nothing, revision: 3 } });
  });
});

test.each<[string, Partial<Record<string, unknown>>, string]>([
  ['an unknown mode', { enforcement: 'on' }, 'enforcement is "on", expected off, observe or enforce'],
  [
    'a percentage of 140',
    { rollout: { percent: 140 } },
    'rollout.percent is 140, expected whole percent from 0 to 100',
  ],
  [
    'a negative percentage',
    { rollout: { percent: -1 } },
    'rollout.percent is -1, expected whole percent from 0 to 100',
  ],
  [
    'part of a percent',
    { rollout: { percent: 1.5 } },
    'rollout.percent is 1.5, expected whole percent from 0 to 100',
  ],
  [
    'a negative budget',
    { budgets: { archive: -1 } },
    'budgets.archive is -1, expected whole actions per hour from 0 to 9999999',
  ],
  [
    'a budget without end',
    { budgets: { terminate: Number.POSITIVE_INFINITY } },
    'budgets.terminate is Infinity, expected whole actions per hour from 0 to 9999999',
  ],
  ['a client that cannot be', { clients: { '../a': 'off' } }, 'clients has the key "../a", expected an id'],
])('%s is refused with the value and the range', (_name, settings, problem) => {
  const checked = checkSettings({ ...nothing, ...settings });
  expect(checked.kind === 'invalid' ? checked.problems.join('; ') : 'valid').toContain(problem);
});

test.each<[string, Partial<ControlSettings>, string, string]>([
  ['nothing is set', {}, 'acme', 'enforce'],
  ['it is observed everywhere', { enforcement: 'observe' }, 'acme', 'observe'],
  ['it is off for this client', { clients: { acme: 'off' } }, 'acme', 'off'],
  ['it is off for another client', { clients: { globex: 'off' } }, 'acme', 'enforce'],
  [
    'it is observed, and enforced for this client',
    { enforcement: 'observe', clients: { acme: 'enforce' } },
    'acme',
    'enforce',
  ],
  ['it is rolled out to this client', { rollout: { clients: ['acme'], percent: 0 } }, 'acme', 'enforce'],
  ['it is rolled out to another client', { rollout: { clients: ['globex'], percent: 0 } }, 'acme', 'observe'],
  ['it is rolled out to everybody', { rollout: { clients: [], percent: 100 } }, 'acme', 'enforce'],
  ['it is rolled out to nobody', { rollout: { clients: [], percent: 0 } }, 'acme', 'observe'],
  [
    'the rollout says more than the whole does',
    { enforcement: 'off', rollout: { clients: ['acme'], percent: 100 } },
    'acme',
    'off',
  ],
  ['the client is called like a part of every object', {}, 'constructor', 'enforce'],
])('%s', (_name, settings, clientId, expected) => {
  expect(enforcementFor({ ...nothing, ...settings }, clientId, OK_SAFETY)).toBe(expected);
});

test('where nothing is set, the installation decides', () => {
  expect(enforcementFor(nothing, 'acme', observing)).toBe('observe');
});

test('a pause keeps back what takes something away, and no notice', () => {
  const paused = { ...nothing, pause: { at: NOW, by: 'ops', reason: 'a look' } };
  const permissions = (['archive', 'terminate', 'notify-archive', 'notify-terminate'] as const).map(
    (matter) => permissionFor(paused, 'acme', matter, OK_SAFETY),
  );
  expect(permissions).toEqual(['paused', 'paused', 'go', 'go']);
  expect(permissionFor(paused, 'acme', 'archive', observing)).toBe('observe');
});

describe('a rollout by percent', () => {
  test('who is in at some percent is always in at more', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat({ max: 100 }), fc.nat({ max: 100 }), (clientId, a, b) => {
        const at = (percent: number) =>
          enforcementFor({ ...nothing, rollout: { clients: [], percent } }, clientId, OK_SAFETY);
        if (at(Math.min(a, b)) === 'enforce') expect(at(Math.max(a, b))).toBe('enforce');
      }),
      { numRuns: 5_000 },
    );
  });

  test.each(['client-', 'acme', 'a', ''])('ids that count up from %j are spread evenly', (prefix) => {
    const positions = Array.from({ length: 20_000 }, (_, index) => percentileOf(`${prefix}${index}`));
    for (let percent = 0; percent < 100; percent += 10) {
      const share = positions.filter((at) => at >= percent && at < percent + 10).length / positions.length;
      expect(share).toBeGreaterThan(0.085);
      expect(share).toBeLessThan(0.115);
    }
  });
});

describe('noteLimits', () => {
  const known = { ...nothing, installation: OK_SAFETY };
  const shorter = { ...okLimits, cancelledGraceDays: 3 };
  const longer = { ...okLimits, cancelledGraceDays: 30 };

  test('the first ones have none before them', () => {
    expect(noteLimits(nothing, okPolicy, OK_SAFETY, NOW)).toEqual({
      limits: okLimits,
      former: [],
      installation: OK_SAFETY,
    });
  });

  test('the same ones are not noted again', () => {
    expect(noteLimits({ ...known, limits: okLimits }, okPolicy, OK_SAFETY, NOW)).toBeUndefined();
  });

  test('others take their place, and those before are remembered with their end', () => {
    expect(noteLimits({ ...known, limits: okLimits }, shorter, OK_SAFETY, NOW + 0.5)).toEqual({
      limits: shorter,
      former: [{ ...okLimits, until: NOW + 1 }],
      installation: OK_SAFETY,
    });
  });

  test('a function that a deployment has not ended yet does not put them back; a rollback later does', () => {
    const after = { ...known, limits: shorter, former: [{ ...okLimits, until: NOW }] };
    expect(noteLimits(after, okLimits, OK_SAFETY, NOW + 3_599)).toBeUndefined();
    expect(noteLimits(after, okLimits, OK_SAFETY, NOW + 3_600)?.limits).toEqual(okLimits);
    expect(noteLimits(after, longer, OK_SAFETY, NOW + 1)?.limits).toEqual(longer);
  });

  test('other settings of the installation are noted, and the limits stay', () => {
    const other = { ...OK_SAFETY, budgets: { archive: 1, terminate: 2 } };
    expect(noteLimits({ ...known, limits: okLimits }, okPolicy, other, NOW)).toEqual({
      limits: okLimits,
      former: [],
      installation: other,
    });
  });

  test('no more than ten are remembered', () => {
    const former = Array.from({ length: 10 }, (_, index) => ({ ...longer, until: NOW + index }));
    const noted = noteLimits({ ...known, limits: okLimits, former }, shorter, OK_SAFETY, NOW + 10_000);
    expect(noted?.former).toHaveLength(10);
    expect(noted?.former.at(-1)).toEqual({ ...okLimits, until: NOW + 10_000 });
  });
});
