import type { Allowance } from '../../src/core/budget.ts';
import { type Control, type ControlSettings, parseControl } from '../../src/core/control.ts';
import { type HistoryEntry, SYSTEM } from '../../src/core/history.ts';
import type { Release } from '../../src/core/release.ts';
import type { Budgets, ControlTable } from '../../src/ports.ts';
import { NOW, OK_SAFETY } from './memory/ok-values.ts';

/** The table `CleanupControl` with its adapters, empty. */
export interface ControlWorld {
  control: ControlTable;
  budgets: Budgets;
  /** The entries about the system, in their order, without what the table adds. */
  history(): Promise<HistoryEntry[]>;
}

const HOUR = '2026-01-01T00';
const LATER = '2026-01-01T05';

/** What every implementation of `ControlTable` and `Budgets` has to do. Declares the tests. */
export function controlContracts(start: () => Promise<ControlWorld>): void {
  let world: ControlWorld;
  beforeEach(async () => {
    world = await start();
  });

  describe('control', () => {
    const read = async (): Promise<Control> => {
      const parsed = parseControl(await world.control.read());
      if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('; '));
      return parsed.control;
    };
    const entry = (sequence: number): HistoryEntry => ({
      workspace: SYSTEM,
      sequence,
      at: NOW + sequence,
      what: 'control-changed',
      by: 'ops',
    });
    const settings: ControlSettings = {
      enforcement: 'enforce',
      clients: { acme: 'observe', 'dot.ted': 'off' },
      rollout: { clients: ['acme'], percent: 5 },
      pause: { at: NOW, by: 'ops', reason: 'a look' },
      budgets: { archive: 5 },
      limits: {
        retentionDays: { free: 7, pro: 30, enterprise: 90 },
        cancelledGraceDays: 7,
        suspendedGraceDays: 3,
      },
      former: [],
      installation: OK_SAFETY,
    };

    test('nobody has set anything', async () => {
      expect(await world.control.read()).toBeUndefined();
    });

    test('what is set comes back, counted, with its entry; the next change may take all of it away', async () => {
      expect(await world.control.change(await read(), settings, entry(1))).toBe(true);
      expect(await read()).toEqual({ ...settings, revision: 1, history: { sequence: 1, at: NOW + 1 } });
      const empty: ControlSettings = { clients: {}, budgets: {}, former: [] };
      expect(await world.control.change(await read(), empty, entry(2))).toBe(true);
      expect(await read()).toEqual({ ...empty, revision: 2, history: { sequence: 2, at: NOW + 2 } });
      expect(await world.history()).toEqual([entry(1), entry(2)]);
    });

    test('of two changes of the same state one is made', async () => {
      const before = await read();
      expect(await world.control.change(before, settings, entry(1))).toBe(true);
      expect(await world.control.change(before, { ...settings, enforcement: 'off' }, entry(1))).toBe(false);
      expect((await read()).enforcement).toBe('enforce');
      expect(await world.history()).toEqual([entry(1)]);
    });

    test('how far what waited was woken is noted on condition of what was noted before', async () => {
      expect(await world.control.readRelease()).toBeUndefined();
      const after = { clientId: 'acme', userId: 'ada', waitingSince: NOW };
      const first: Release = { revision: 1, done: false, at: NOW, looks: 0, after };
      const second: Release = { revision: 1, done: true, at: NOW + 1, looks: 1 };
      expect(await world.control.noteRelease(undefined, first)).toBe(true);
      expect(await world.control.noteRelease(undefined, second)).toBe(false);
      expect(await world.control.readRelease()).toMatchObject({ ...first });
      expect(await world.control.noteRelease(first, second)).toBe(true);
      expect(await world.control.noteRelease(first, first)).toBe(false);
      expect(await world.control.readRelease()).toMatchObject({ ...second });
      expect(await world.control.readRelease()).not.toHaveProperty('after');
    });
  });

  describe('budgets', () => {
    const take = (clientId: string, allowance: Allowance, hour = HOUR) =>
      world.budgets.take('terminate', hour, clientId, allowance);

    test('places are given in order until there are no more; hours and losses are apart', async () => {
      const allowance = { total: 2, perClient: 2 };
      expect([await take('a', allowance), await take('b', allowance), await take('c', allowance)]).toEqual([
        1,
        2,
        undefined,
      ]);
      expect(await take('c', allowance, LATER)).toBe(1);
      expect(await world.budgets.take('archive', HOUR, 'c', allowance)).toBe(1);
    });

    test('a client has its share and no more, whatever it is called', async () => {
      const allowance = { total: 10, perClient: 1 };
      for (const clientId of ['a', 'a.b', 'total', 'putOff', 'expiresAt']) {
        expect([clientId, typeof (await take(clientId, allowance))]).toEqual([clientId, 'number']);
        expect([clientId, await take(clientId, allowance)]).toEqual([clientId, undefined]);
      }
    });

    test('a budget of nothing lets nothing through', async () => {
      expect(await take('a', { total: 0, perClient: 0 })).toBeUndefined();
    });

    test('what has been taken is told by hour, of all and of one', async () => {
      const allowance = { total: 9, perClient: 9 };
      for (const [clientId, hour] of [
        ['a.b', HOUR],
        ['a.b', HOUR],
        ['c', HOUR],
        ['c', LATER],
      ] as const)
        await take(clientId, allowance, hour);
      expect(await world.budgets.used('terminate', HOUR, LATER, 'a.b')).toEqual([
        { hour: HOUR, total: 3, ofClient: 2 },
        { hour: LATER, total: 1, ofClient: 0 },
      ]);
      expect(await world.budgets.used('terminate', '2026-01-01T01', LATER, 'c')).toHaveLength(1);
      expect(await world.budgets.used('archive', HOUR, LATER, 'c')).toEqual([]);
    });

    test('what had to wait is counted apart from what was taken', async () => {
      expect([
        await world.budgets.countPutOff('terminate', HOUR),
        await world.budgets.countPutOff('terminate', HOUR),
        await world.budgets.countPutOff('archive', HOUR),
      ]).toEqual([1, 2, 1]);
      expect(await take('a', { total: 1, perClient: 1 })).toBe(1);
    });

    test('10,000 ask at the same time for one of 100: exactly 100 pass, each of them another one', async () => {
      const allowance = { total: 100, perClient: 30 };
      const asked = Array.from({ length: 10_000 }, (_, index) => take(`client-${index % 50}`, allowance));
      const places = (await Promise.all(asked)).filter((place) => place !== undefined);
      expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    }, 60_000);
  });
}
