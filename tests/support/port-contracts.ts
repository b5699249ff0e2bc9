import type { ClientAccount } from '../../src/core/client-account.ts';
import type { HistoryEntry } from '../../src/core/history.ts';
import type { SubscriptionEvent } from '../../src/core/subscription.ts';
import type { Claim, HeldBack, WorkspaceRow } from '../../src/core/workspace-row.ts';
import type { Accounts, Workspaces } from '../../src/ports.ts';
import { DAY, NOW, OK_KEY, OK_ROW } from './memory/ok-values.ts';
import type { Item } from './memory/table.ts';

/** The two tables with their adapters, empty, and a way to write and read items as they are. */
export interface ContractWorld {
  workspaces: Workspaces;
  accounts: Accounts;
  putRow(row: Item): Promise<void>;
  readAccount(clientId: string): Promise<Item | undefined>;
  /** The entries of the history, in their order, without what the table adds. */
  history(): Promise<HistoryEntry[]>;
}

const okRow = { ...OK_ROW, lifecycle: 'active' } as unknown as WorkspaceRow;
const okClaim: Claim = {
  owner: 'one',
  until: NOW + 360,
  action: 'archive',
  step: 'stop-tasks',
  origin: 'active',
  rule: 'retention-pro',
  since: NOW,
  decidedAt: NOW,
};
const okEntry: HistoryEntry = {
  workspace: 'acme/ada',
  sequence: 1,
  at: NOW,
  what: 'archiving',
  by: 'policy',
  lifecycle: 'archiving',
};
/** What a row then says of its last entry. */
const noted = { history: { sequence: 1, at: NOW } };
const okEvent: SubscriptionEvent = {
  clientId: 'acme',
  subscriptionId: 'sub_1',
  status: 'active',
  tier: 'pro',
  at: NOW,
  rank: 2,
  messageId: 'one',
};
const okAccount: ClientAccount = {
  clientId: 'acme',
  revision: 1,
  entitlement: { status: 'active', tier: 'pro' },
  eventAt: NOW,
  fanOut: undefined,
};
const nobody = { clientId: 'acme', userId: 'nobody' };

/**
 * What every implementation of `Workspaces` and `Accounts` has to do, above all on which conditions it writes.
 * Declares the tests; `start` gives an empty world for each of them.
 */
export function portContracts(start: () => Promise<ContractWorld>): void {
  let world: ContractWorld;
  beforeEach(async () => {
    world = await start();
  });
  const read = async () => (await world.workspaces.read(OK_KEY)) as Item;
  /** Writes the row of the case, and gives it as the handlers know it. */
  const given = async (change: Item = {}) => {
    await world.putRow({ ...OK_ROW, ...change });
    return { ...okRow, ...change } as WorkspaceRow;
  };

  describe('read', () => {
    test('a row comes back as plain values, with attributes that nobody knows', async () => {
      const row = { ...OK_ROW, tags: ['a', null, true], nested: { deep: { number: 1.5 } } };
      await world.putRow(row);
      expect(await world.workspaces.read(OK_KEY)).toEqual(row);
    });

    test('there is no such row', async () => {
      expect(await world.workspaces.read(OK_KEY)).toBeUndefined();
      expect(await world.accounts.read('acme')).toBeUndefined();
    });
  });

  describe('rememberWakeUp', () => {
    const at = NOW + 600;
    test.each([
      ['none is known', undefined, at],
      ['a later one is known', at + 1, at],
      ['the same one is known', at, at],
      ['an earlier one is known', at - 1, at - 1],
      ['an earlier one six seconds ahead is known', NOW + 6, NOW + 6],
      ['an earlier one five seconds ahead may have fired', NOW + 5, at],
      ['an earlier one is past', NOW - 1, at],
    ])('%s', async (_, armedFor, expected) => {
      await given({ armedFor });
      await world.workspaces.rememberWakeUp(OK_KEY, at, NOW + 0.5);
      expect((await read()).armedFor).toBe(expected);
    });

    test('both attributes of the index are written', async () => {
      await given();
      await world.workspaces.rememberWakeUp(OK_KEY, NOW + DAY - 1, NOW);
      expect(await read()).toEqual({ ...OK_ROW, armedFor: NOW + DAY - 1, armedDay: '2026-01-01' });
    });

    test('a row that is gone stays gone', async () => {
      await world.workspaces.rememberWakeUp(OK_KEY, at, NOW);
      expect(await read()).toBeUndefined();
    });
  });

  describe('settleWakeUp', () => {
    test.each([
      ['sets it where there was none', undefined, NOW + DAY, '2026-01-02'],
      ['moves it', NOW, NOW + DAY, '2026-01-02'],
      ['removes it', NOW, undefined, undefined],
    ])('%s', async (_, armedFor, next, armedDay) => {
      const row = await given({ armedFor, armedDay: armedFor && '2026-01-01' });
      expect(await world.workspaces.settleWakeUp(row, next)).toBe(true);
      expect([(await read()).armedFor, (await read()).armedDay]).toEqual([next, armedDay]);
    });

    test.each([
      ['somebody armed one', undefined, NOW + 600],
      ['somebody armed another', NOW, NOW + 600],
      ['somebody removed it', NOW, undefined],
    ])('false if %s', async (_, known, armedFor) => {
      await given({ armedFor });
      expect(await world.workspaces.settleWakeUp({ ...okRow, armedFor: known }, NOW + DAY)).toBe(false);
      expect((await read()).armedFor).toBe(armedFor);
    });

    test('a row that is gone stays gone', async () => {
      expect(await world.workspaces.settleWakeUp(okRow, NOW + DAY)).toBe(false);
      expect(await read()).toBeUndefined();
    });
  });

  const asked = { action: 'archive', at: NOW, by: 'ops', reason: 'asked' } as const;

  /** One input each that somebody has changed since the row was read. */
  const changedInputs: [string, Item, Item][] = [
    ['lastActivity', {}, { lastActivity: NOW + 1 }],
    ['lastActivity back', {}, { lastActivity: NOW - 1 }],
    ['subscriptionStatus', {}, { subscriptionStatus: 'suspended' }],
    ['subscriptionTier', {}, { subscriptionTier: 'free' }],
    ['retentionDays set', {}, { retentionDays: 30 }],
    ['retentionDays changed', { retentionDays: 30 }, { retentionDays: 31 }],
    ['retentionDays removed', { retentionDays: 30 }, {}],
    ['hold set', {}, { hold: {} }],
    ['hold extended', { hold: { until: NOW + 1 } }, { hold: { until: NOW + 2 } }],
    ['hold made endless', { hold: { until: NOW + 1 } }, { hold: {} }],
    ['hold removed', { hold: { until: NOW + 1 } }, {}],
    ['extension set', {}, { extension: { until: NOW + 1 } }],
    ['extension moved', { extension: { until: NOW + 1 } }, { extension: { until: NOW + 2 } }],
    ['extension removed', { extension: { until: NOW + 1 } }, {}],
    ['a request made', {}, { requested: { ...asked, at: NOW } }],
    ['a request made again', { requested: { ...asked, at: NOW } }, { requested: { ...asked, at: NOW + 1 } }],
    ['a request for more', { requested: asked }, { requested: { ...asked, action: 'terminate' } }],
    ['a request taken back', { requested: asked }, {}],
  ];
  const changedAccess: [string, Item, Item][] = [
    ['the access point', { efsAccessPoint: 'fsap-1' }, { efsAccessPoint: 'fsap-2' }],
    ['that there is an access point', {}, { efsAccessPoint: 'fsap-1' }],
  ];
  const sameInputs: [string, Item, Item][] = [
    ['nothing', {}, {}],
    ['what is no input', {}, { containerStatus: 'idle', somebodyElses: 1 }],
    ['a wake-up', {}, { armedFor: NOW + 1 }],
    ['the reason of an extension', { extension: { until: NOW, reason: 'a' } }, { extension: { until: NOW } }],
    ['the reason of a hold', { hold: { until: NOW, reason: 'a' } }, { hold: { until: NOW, reason: 'b' } }],
    ['what else a hold says', { hold: { ticket: 1e300 } }, { hold: { notes: ['a'] } }],
    ['nothing of a hold without end', { hold: { until: undefined } }, { hold: {} }],
    [
      'the reason of a request',
      { requested: { ...asked, reason: 'x' } },
      { requested: { ...asked, reason: 'y' } },
    ],
    ['nothing of the retention', { retentionDays: 30 }, { retentionDays: 30 }],
  ];

  describe('claim', () => {
    test.each(sameInputs)('taken if somebody changed %s', async (_, known, now) => {
      await given(now);
      expect(
        await world.workspaces.claim({ ...okRow, ...known } as WorkspaceRow, okClaim, 'archiving', okEntry),
      ).toBe(true);
      expect(await read()).toEqual({
        ...OK_ROW,
        ...now,
        lifecycle: 'archiving',
        claim: okClaim,
        armedFor: okClaim.until,
        armedDay: '2026-01-01',
        ...noted,
      });
      expect(await world.history()).toEqual([okEntry]);
    });

    test.each([...changedInputs, ...changedAccess])('lost if somebody changed %s', async (_, known, now) => {
      await given(now);
      expect(
        await world.workspaces.claim({ ...okRow, ...known } as WorkspaceRow, okClaim, 'archiving', okEntry),
      ).toBe(false);
      expect(await read()).toEqual({ ...OK_ROW, ...now });
      expect(await world.history()).toEqual([]);
    });

    test.each([
      ['active, and says so', 'active', 'active', true],
      ['active without saying so', undefined, 'active', true],
      ['archiving by now', 'archiving', 'active', false],
      ['archived', 'archived', 'archived', true],
      ['not archived yet', undefined, 'archived', false],
    ])('a row that is %s', async (_, lifecycle, known, claimed) => {
      await given({ lifecycle });
      const row = { ...okRow, lifecycle: known as WorkspaceRow['lifecycle'] };
      expect(await world.workspaces.claim(row, okClaim, 'terminating', okEntry)).toBe(claimed);
    });

    const before: Claim = { ...okClaim, owner: 'before', until: NOW };
    test.each([
      ['the same claim stands', before, before, true],
      ['its step is another', before, { ...before, step: 'remove-access' as const }, true],
      ['its owner is another', before, { ...before, owner: 'other' }, false],
      ['its lease was renewed', before, { ...before, until: NOW + 1 }, false],
      ['it is gone', before, undefined, false],
      ['there is one now', undefined, before, false],
    ])('taking over: %s', async (_, known, now, claimed) => {
      await given({ lifecycle: 'archiving', claim: now });
      const row: WorkspaceRow = { ...okRow, lifecycle: 'archiving', claim: known };
      expect(await world.workspaces.claim(row, okClaim, 'archiving', okEntry)).toBe(claimed);
      expect((await read()).claim).toEqual(claimed ? okClaim : now);
    });

    test('a row that is gone stays gone', async () => {
      expect(await world.workspaces.claim(okRow, okClaim, 'archiving', okEntry)).toBe(false);
      expect(await read()).toBeUndefined();
    });
  });

  const underClaim = (change: Item = {}) => given({ lifecycle: 'archiving', claim: okClaim, ...change });

  describe('advance', () => {
    test.each(sameInputs)('goes on if somebody changed %s', async (_, known, now) => {
      await underClaim(now);
      const row = { ...okRow, ...known } as WorkspaceRow;
      expect(await world.workspaces.advance(row, okClaim, 'remove-access')).toBe(true);
      expect((await read()).claim).toEqual({ ...okClaim, step: 'remove-access' });
      expect((await read()).lifecycle).toBe('archiving');
    });

    test.each(changedInputs)('refuses if somebody changed %s', async (_, known, now) => {
      await underClaim(now);
      const row = { ...okRow, ...known } as WorkspaceRow;
      expect(await world.workspaces.advance(row, okClaim, 'remove-access')).toBe(false);
      expect((await read()).claim).toEqual(okClaim);
    });

    test.each([
      ['somebody took the claim over', { ...okClaim, owner: 'other' }],
      ['the claim is gone', undefined],
    ])('refuses if %s', async (_, claim) => {
      await underClaim({ claim });
      expect(await world.workspaces.advance(okRow, okClaim, 'remove-access')).toBe(false);
      expect((await read()).claim).toEqual(claim);
    });
  });

  describe('finish', () => {
    test('a workspace that is archived has no access point, no claim and no container', async () => {
      await underClaim({ efsAccessPoint: 'fsap-1' });
      const outcome = { lifecycle: 'archived' as const, efsAccessPoint: undefined };
      const row = { ...okRow, efsAccessPoint: 'fsap-1' };
      expect(await world.workspaces.finish(row, okClaim, outcome, okEntry)).toBe(true);
      expect(await read()).toEqual({
        ...OK_ROW,
        lifecycle: 'archived',
        containerStatus: 'terminated',
        ...noted,
      });
      expect(await world.history()).toEqual([okEntry]);
    });

    test('a workspace that is restored has an access point; its container says its status itself', async () => {
      await underClaim({ lifecycle: 'restoring', containerStatus: 'terminated' });
      const outcome = { lifecycle: 'active' as const, efsAccessPoint: 'fsap-2' };
      expect(await world.workspaces.finish(okRow, okClaim, outcome, okEntry)).toBe(true);
      expect(await read()).toEqual({
        ...OK_ROW,
        lifecycle: 'active',
        efsAccessPoint: 'fsap-2',
        containerStatus: 'terminated',
        ...noted,
      });
    });

    test('inputs no longer matter: what was done was done', async () => {
      await underClaim({ lastActivity: NOW + 1 });
      const outcome = { lifecycle: 'archived' as const, efsAccessPoint: undefined };
      expect(await world.workspaces.finish(okRow, okClaim, outcome, okEntry)).toBe(true);
    });

    test.each([
      ['somebody else holds the claim', { ...okClaim, owner: 'other' }],
      ['there is no claim', undefined],
    ])('refuses if %s', async (_, claim) => {
      const row = await underClaim({ claim });
      const outcome = { lifecycle: 'archived' as const, efsAccessPoint: undefined };
      expect(await world.workspaces.finish(okRow, okClaim, outcome, okEntry)).toBe(false);
      expect((await read()).lifecycle).toBe(row.lifecycle);
    });

    test.each(changedAccess)(
      'refuses if somebody changed %s: a door is open that nobody closed',
      async (_, known, now) => {
        const before = await underClaim(now);
        const outcome = { lifecycle: 'archived' as const, efsAccessPoint: undefined };
        const row = { ...okRow, ...known } as WorkspaceRow;
        expect(await world.workspaces.finish(row, okClaim, outcome, okEntry)).toBe(false);
        expect((await read()).lifecycle).toBe(before.lifecycle);
      },
    );

    test('a row that is gone stays gone', async () => {
      const outcome = { lifecycle: 'archived' as const, efsAccessPoint: undefined };
      expect(await world.workspaces.finish(okRow, okClaim, outcome, okEntry)).toBe(false);
      expect(await read()).toBeUndefined();
    });
  });

  describe('giveNotice', () => {
    const notice = { deadline: NOW + DAY, at: NOW };
    const give = (row: WorkspaceRow) => world.workspaces.giveNotice(row, 'terminate', notice, okEntry);

    test('beside one of the other loss; what was held back no longer is', async () => {
      const notices = { archive: { deadline: NOW, at: NOW - 1 } };
      const heldBack = { matter: 'notify-terminate', deadline: NOW + DAY, reason: 'observe', since: NOW };
      const row = await given({ notices, heldBack, waitingFor: 'control', waitingSince: NOW });
      expect(await give(row)).toBe(true);
      expect(await read()).toEqual({ ...OK_ROW, notices: { ...notices, terminate: notice }, ...noted });
      expect(await world.history()).toEqual([okEntry]);
    });

    test.each(changedInputs)('refused if somebody changed %s', async (_, known, now) => {
      await given(now);
      expect(await give({ ...okRow, ...known } as WorkspaceRow)).toBe(false);
      expect(await read()).toEqual({ ...OK_ROW, ...now });
      expect(await world.history()).toEqual([]);
    });

    test.each([
      ['was claimed', { lifecycle: 'archiving', claim: okClaim }],
      ['has another entry', { history: { sequence: 1, at: NOW } }],
    ])('refused if the row %s meanwhile', async (_, now) => {
      await given(now);
      expect(await give(okRow)).toBe(false);
      expect(await read()).toEqual({ ...OK_ROW, ...now });
    });
  });

  describe('holdBack', () => {
    const heldBack: HeldBack = { matter: 'archive', deadline: NOW, reason: 'observe', since: NOW + 1 };
    const ofBudget: HeldBack = { ...heldBack, reason: 'budget', until: NOW + 3_600 };

    test('what waits for CleanupControl is in the index', async () => {
      const row = await given();
      expect(await world.workspaces.holdBack(row, heldBack, okEntry)).toBe(true);
      const waiting = { waitingFor: 'control', waitingSince: NOW + 1 };
      expect(await read()).toEqual({ ...OK_ROW, heldBack, ...waiting, ...noted });
      expect(await world.history()).toEqual([okEntry]);
      const key = { ...OK_KEY, waitingSince: NOW + 1 };
      expect(await world.workspaces.waiting(undefined, 10)).toEqual({ keys: [key], more: false });
    });

    test('what waits for its turn is not', async () => {
      const row = await given({ heldBack, waitingFor: 'control', waitingSince: NOW + 1 });
      expect(await world.workspaces.holdBack(row, ofBudget, okEntry)).toBe(true);
      expect(await read()).toEqual({ ...OK_ROW, heldBack: ofBudget, ...noted });
      expect(await world.workspaces.waiting(undefined, 10)).toEqual({ keys: [], more: false });
    });

    test.each(changedInputs)('refused if somebody changed %s', async (_, known, now) => {
      await given(now);
      const row = { ...okRow, ...known } as WorkspaceRow;
      expect(await world.workspaces.holdBack(row, heldBack, okEntry)).toBe(false);
      expect(await read()).toEqual({ ...OK_ROW, ...now });
    });

    test('a claim ends it', async () => {
      const row = await given({ heldBack, waitingFor: 'control', waitingSince: NOW + 1 });
      expect(await world.workspaces.claim(row, okClaim, 'archiving', okEntry)).toBe(true);
      expect(Object.keys(await read())).not.toEqual(expect.arrayContaining(['heldBack']));
      expect(await world.workspaces.waiting(undefined, 10)).toEqual({ keys: [], more: false });
    });

    test('the end of a wake-up ends it, if it still is what was read', async () => {
      const row = await given({ armedFor: NOW, heldBack, waitingFor: 'control', waitingSince: NOW + 1 });
      const other = { ...row, heldBack: { ...heldBack, deadline: NOW + 1 } };
      expect(await world.workspaces.settleWakeUp(other, NOW + DAY, true)).toBe(false);
      expect(await world.workspaces.settleWakeUp(row, NOW + DAY, true)).toBe(true);
      expect(await read()).toEqual({ ...OK_ROW, armedFor: NOW + DAY, armedDay: '2026-01-02' });
    });
  });

  describe('waiting', () => {
    test('page by page, each once, the longest waiting first', async () => {
      for (const [userId, waitingSince] of Object.entries({ a: NOW + 2, b: NOW, c: NOW + 1 }))
        await world.putRow({ ...OK_ROW, userId, waitingFor: 'control', waitingSince });
      await world.putRow({ ...OK_ROW, userId: 'd' });
      const first = await world.workspaces.waiting(undefined, 2);
      expect(first.keys.map(({ userId }) => userId)).toEqual(['b', 'c']);
      expect(first.more).toBe(true);
      const second = await world.workspaces.waiting(first.keys.at(-1), 2);
      expect(second).toEqual({
        keys: [{ clientId: 'acme', userId: 'a', waitingSince: NOW + 2 }],
        more: false,
      });
    });
  });

  describe('request', () => {
    test.each(sameInputs)('noted if somebody changed %s', async (_, known, now) => {
      await given(now);
      expect(await world.workspaces.request({ ...okRow, ...known } as WorkspaceRow, asked, okEntry)).toBe(
        true,
      );
      expect(await read()).toEqual({ ...OK_ROW, ...now, requested: asked, ...noted });
      expect(await world.history()).toEqual([okEntry]);
    });

    test.each(changedInputs)('refused if somebody changed %s', async (_, known, now) => {
      await given(now);
      const row = { ...okRow, ...known } as WorkspaceRow;
      expect(await world.workspaces.request(row, asked, okEntry)).toBe(false);
      expect(await read()).toEqual({ ...OK_ROW, ...now });
    });

    test('refused if somebody has begun with it, and where there is no row', async () => {
      expect(await world.workspaces.request(okRow, asked, okEntry)).toBe(false);
      await given({ lifecycle: 'archiving', claim: okClaim });
      expect(await world.workspaces.request(okRow, asked, okEntry)).toBe(false);
    });
  });

  describe('keep', () => {
    const hold = { reason: 'legal', by: 'ops', until: NOW + DAY };
    const extension = { reason: 'holiday', by: 'ops', until: NOW + 2 * DAY };

    const NOTHING = { hold: undefined, extension: undefined, requested: undefined };

    test('sets both; what was announced no longer counts', async () => {
      const row = await given({ notices: { archive: { deadline: NOW, at: NOW } }, lifecycle: 'archived' });
      expect(await world.workspaces.keep(row, { hold, extension, requested: undefined }, okEntry)).toBe(true);
      expect(await read()).toEqual({ ...OK_ROW, lifecycle: 'archived', hold, extension, ...noted });
      expect(await world.history()).toEqual([okEntry]);
    });

    test('takes back what an operator has asked for', async () => {
      const row = await given({ requested: asked });
      expect(
        await world.workspaces.keep(row, { hold, extension: undefined, requested: undefined }, okEntry),
      ).toBe(true);
      expect(await read()).toEqual({ ...OK_ROW, hold, ...noted });
    });

    test('leaves what an operator has asked for, if told so', async () => {
      const row = await given({ requested: { ...asked, replaces: asked } });
      expect(
        await world.workspaces.keep(row, { hold, extension: undefined, requested: asked }, okEntry),
      ).toBe(true);
      expect(await read()).toEqual({ ...OK_ROW, hold, requested: asked, ...noted });
    });

    test('removes both', async () => {
      const row = await given({ hold, extension });
      expect(await world.workspaces.keep(row, NOTHING, okEntry)).toBe(true);
      expect(await read()).toEqual({ ...OK_ROW, ...noted });
    });

    test.each([
      ['set another hold', { hold: { until: NOW } }],
      ['ended it', {}],
      ['set an extension', { hold, extension }],
      ['asked for something', { hold, requested: asked }],
      ['wrote an entry', { hold, history: { sequence: 1, at: NOW } }],
    ])('refused if somebody %s', async (_, now) => {
      await given(now);
      expect(await world.workspaces.keep({ ...okRow, hold }, { ...NOTHING, extension }, okEntry)).toBe(false);
      expect(await read()).toEqual({ ...OK_ROW, ...now });
      expect(await world.history()).toEqual([]);
    });

    test('a row that is gone stays gone', async () => {
      expect(
        await world.workspaces.keep(okRow, { hold, extension: undefined, requested: undefined }, okEntry),
      ).toBe(false);
      expect(await read()).toBeUndefined();
    });
  });

  describe('keepPosixUid', () => {
    test('notes who owns the files, and nothing else', async () => {
      const row = await underClaim();
      expect(await world.workspaces.keepPosixUid(row, okClaim, 501)).toBe(true);
      expect(await read()).toEqual({ ...OK_ROW, lifecycle: 'archiving', claim: okClaim, posixUid: 501 });
    });

    test.each([
      ['somebody took the claim over', { ...okClaim, owner: 'other' }],
      ['the claim is gone', undefined],
    ])('refuses if %s', async (_, claim) => {
      await underClaim({ claim });
      expect(await world.workspaces.keepPosixUid(okRow, okClaim, 501)).toBe(false);
      expect((await read()).posixUid).toBeUndefined();
    });
  });

  describe('recordReturn', () => {
    const archived = { lifecycle: 'archived' as const };

    test.each(sameInputs)('written if somebody changed %s', async (_, known, now) => {
      await given({ ...now, ...archived });
      const row = { ...okRow, ...known, ...archived } as WorkspaceRow;
      expect(await world.workspaces.recordReturn(row, NOW + 9, okEntry)).toBe(true);
      // What an operator has asked for is over.
      const { requested: _asked, ...kept } = now;
      expect(await read()).toEqual({ ...OK_ROW, ...kept, ...archived, lastActivity: NOW + 9, ...noted });
      expect(await world.history()).toEqual([okEntry]);
    });

    test.each(changedInputs)('refused if somebody changed %s', async (_, known, now) => {
      await given({ ...now, ...archived });
      const row = { ...okRow, ...known, ...archived } as WorkspaceRow;
      expect(await world.workspaces.recordReturn(row, NOW + 9, okEntry)).toBe(false);
      expect(await read()).toEqual({ ...OK_ROW, ...now, ...archived });
    });

    test.each([undefined, 'active', 'archiving', 'restoring', 'terminating', 'terminated'])(
      'refused for a row that is %s by now',
      async (lifecycle) => {
        await given({ lifecycle });
        expect(await world.workspaces.recordReturn({ ...okRow, ...archived }, NOW + 9, okEntry)).toBe(false);
        expect((await read()).lastActivity).toBe(NOW);
      },
    );

    test('a row that is gone stays gone', async () => {
      expect(await world.workspaces.recordReturn({ ...okRow, ...archived }, NOW + 9, okEntry)).toBe(false);
      expect(await read()).toBeUndefined();
    });
  });

  /** What the row says of itself, and whether an active workspace that names `fsap-1` and `task-1` is known by it. */
  const named = { efsAccessPoint: 'fsap-1', taskArn: 'task-1' };
  const notActive: [string, Item][] = [
    ['archiving', { ...named, lifecycle: 'archiving' }],
    ['archived', { ...named, lifecycle: 'archived' }],
  ];

  describe('nameTask', () => {
    test.each([
      ['none', { efsAccessPoint: 'fsap-1' }],
      ['the one before', { ...named, lifecycle: 'active' }],
      ['nonsense', { ...named, taskArn: { a: [1] } }],
    ])('a row that names %s', async (_, row) => {
      await given(row);
      const known = { ...OK_KEY, taskArn: undefined, ...row };
      expect(await world.workspaces.nameTask(known, 'task-2')).toBe(true);
      expect(await read()).toEqual({ ...OK_ROW, ...row, taskArn: 'task-2' });
    });

    test.each([
      ...notActive,
      ['running another task', { ...named, taskArn: 'task-3' }],
      ['without a task', { efsAccessPoint: 'fsap-1' }],
      ['behind another access point', { ...named, efsAccessPoint: 'fsap-3' }],
    ])('refuses a row that is %s by now', async (_, row) => {
      await given(row);
      expect(await world.workspaces.nameTask({ ...OK_KEY, ...named }, 'task-2')).toBe(false);
      expect(await read()).toEqual({ ...OK_ROW, ...row });
    });

    test('a row that is gone stays gone', async () => {
      const known = { ...OK_KEY, taskArn: undefined, efsAccessPoint: undefined };
      expect(await world.workspaces.nameTask(known, 'task-2')).toBe(false);
      expect(await read()).toBeUndefined();
    });
  });

  describe('armedBetween', () => {
    const arm = async (userId: string, at: number) => {
      await world.putRow({ ...OK_ROW, userId });
      await world.workspaces.rememberWakeUp({ clientId: 'acme', userId }, at, NOW);
    };
    const times = async (from: number, to: number, limit = 100) =>
      (await world.workspaces.armedBetween(from, to, limit)).map(({ armedFor }) => armedFor);

    test('both ends are included, over several days, the earliest day first', async () => {
      const seconds = [NOW + 99, NOW + 100, NOW + DAY - 1, NOW + DAY, NOW + 3 * DAY, NOW + 3 * DAY + 1];
      for (const [index, at] of seconds.entries()) await arm(`user-${index}`, at);
      expect(await times(NOW + 100, NOW + 3 * DAY)).toEqual(seconds.slice(1, 5));
      expect(await times(NOW + 99.5, NOW + 3 * DAY + 0.5)).toEqual(seconds.slice(1, 5));
    });

    test('at most the limit, across days too', async () => {
      for (let index = 0; index < 7; index += 1) await arm(`user-${index}`, NOW + 100 + index * (DAY / 2));
      expect(await times(NOW, NOW + 30 * DAY, 5)).toEqual(
        [0, 1, 2, 3, 4].map((index) => NOW + 100 + index * (DAY / 2)),
      );
    });

    test('rows without a wake-up are not in it, nor those whose wake-up was settled', async () => {
      await arm('settled', NOW + 100);
      await world.putRow({ ...OK_ROW, userId: 'never-armed' });
      const row = (await world.workspaces.read({ clientId: 'acme', userId: 'settled' })) as WorkspaceRow;
      expect(await world.workspaces.settleWakeUp(row, undefined)).toBe(true);
      expect(await world.workspaces.armedBetween(NOW, NOW + DAY, 10)).toEqual([]);
    });

    test('it gives keys', async () => {
      await arm('ada', NOW + 100);
      expect(await world.workspaces.armedBetween(NOW, NOW + DAY, 10)).toEqual([
        { key: OK_KEY, armedFor: NOW + 100 },
      ]);
    });
  });

  describe('recordActivity', () => {
    const report = { key: OK_KEY, lastActivity: NOW + 1, containerStatus: undefined };

    test('the task that reports is named, also by a container that is being stopped', async () => {
      await given({ lifecycle: 'archiving' });
      const said = {
        key: OK_KEY,
        lastActivity: undefined,
        containerStatus: 'idle' as const,
        taskArn: 'task-1',
      };
      expect(await world.workspaces.recordActivity(said)).toEqual({ recorded: true });
      expect(await read()).toMatchObject({
        taskArn: 'task-1',
        containerStatus: 'idle',
        lifecycle: 'archiving',
      });
    });

    test('activity goes forward, and nothing else of the row changes', async () => {
      await given({ retentionDays: 3 });
      expect(await world.workspaces.recordActivity(report)).toEqual({ recorded: true });
      expect(await read()).toEqual({ ...OK_ROW, retentionDays: 3, lastActivity: NOW + 1 });
    });

    test.each([
      ['the same', NOW],
      ['an older one', NOW - 1],
    ])('%s is refused', async (_, lastActivity) => {
      await given();
      const refused = { recorded: false, existing: OK_ROW };
      expect(await world.workspaces.recordActivity({ ...report, lastActivity })).toEqual(refused);
      expect(await read()).toEqual(OK_ROW);
    });

    test.each(['archiving', 'archived', 'restoring', 'terminating', 'terminated'])(
      'a row in %s takes a status and no activity',
      async (lifecycle) => {
        await given({ lifecycle });
        expect(await world.workspaces.recordActivity(report)).toEqual({
          recorded: false,
          existing: { ...OK_ROW, lifecycle },
        });
        const lastWords = { key: OK_KEY, lastActivity: undefined, containerStatus: 'idle' as const };
        expect(await world.workspaces.recordActivity(lastWords)).toEqual({ recorded: true });
        expect(await read()).toEqual({ ...OK_ROW, lifecycle, containerStatus: 'idle' });
      },
    );

    test('a row that says that it is active takes both', async () => {
      await given({ lifecycle: 'active' });
      expect(await world.workspaces.recordActivity({ ...report, containerStatus: 'idle' })).toEqual({
        recorded: true,
      });
      expect(await read()).toMatchObject({ lastActivity: NOW + 1, containerStatus: 'idle' });
    });

    test("a session's last report may repeat its activity, but an older one is refused with its status", async () => {
      await given();
      const last = { ...report, lastActivity: NOW, containerStatus: 'idle' as const };
      expect(await world.workspaces.recordActivity(last)).toEqual({ recorded: true });
      expect(await read()).toEqual({ ...OK_ROW, containerStatus: 'idle' });
      const older = { ...report, lastActivity: NOW - 1, containerStatus: 'active' as const };
      expect(await world.workspaces.recordActivity(older)).toMatchObject({ recorded: false });
      expect(await read()).toEqual({ ...OK_ROW, containerStatus: 'idle' });
    });

    test('unsaved work is noted with it', async () => {
      await given();
      const unsavedWork = { changes: 3, commits: 1 };
      expect(await world.workspaces.recordActivity({ ...report, unsavedWork })).toEqual({ recorded: true });
      expect(await read()).toEqual({ ...OK_ROW, lastActivity: NOW + 1, unsavedWork });
    });

    describe('with a token', () => {
      const terms = { accessPoint: 'fsap-1', receivedAt: NOW + 10.5 };
      const withTerms = { ...report, terms };

      test.each([
        ['has never been reported on', {}],
        ['was, two seconds ago', { reportedAt: NOW + 8 }],
      ])('a row that names its access point and %s takes it, and notes when', async (_, row) => {
        await given({ efsAccessPoint: 'fsap-1', ...row });
        expect(await world.workspaces.recordActivity(withTerms)).toEqual({ recorded: true });
        expect(await read()).toEqual({
          ...OK_ROW,
          efsAccessPoint: 'fsap-1',
          lastActivity: NOW + 1,
          reportedAt: NOW + 10,
        });
      });

      test.each([
        ['names another access point', { efsAccessPoint: 'fsap-2' }],
        ['names none', {}],
        ['was reported on a second ago', { efsAccessPoint: 'fsap-1', reportedAt: NOW + 9 }],
        ['is archived', { efsAccessPoint: 'fsap-1', lifecycle: 'archived' }],
      ])('a row that %s takes nothing', async (_, row) => {
        await given(row);
        const existing = { ...OK_ROW, ...row };
        expect(await world.workspaces.recordActivity(withTerms)).toEqual({ recorded: false, existing });
        expect(await read()).toEqual(existing);
      });
    });

    test('a workspace that does not exist is not created', async () => {
      expect(await world.workspaces.recordActivity(report)).toEqual({ recorded: false, existing: undefined });
      expect(await read()).toBeUndefined();
    });
  });

  describe('pageOfClient', () => {
    const allPages = async (clientId: string) => {
      const pages = [];
      let after: string | undefined;
      for (let more = true; more; ) {
        const page = await world.workspaces.pageOfClient(clientId, after);
        pages.push(page.users);
        after = page.users.at(-1)?.userId ?? after;
        more = page.more;
      }
      return pages;
    };

    test('in order of the user, with what each row knows of the account, and of no other client', async () => {
      await world.putRow({ ...OK_ROW, userId: 'b', subscriptionEventAt: NOW, subscriptionRevision: 2 });
      await world.putRow({ ...OK_ROW, userId: 'a' });
      await world.putRow({ ...OK_ROW, userId: 'c' });
      await world.putRow({ ...OK_ROW, clientId: 'acme2', userId: 'b' });
      const [a, b, c] = [
        { userId: 'a', eventAt: undefined, revision: undefined },
        { userId: 'b', eventAt: NOW, revision: 2 },
        { userId: 'c', eventAt: undefined, revision: undefined },
      ];
      expect(await world.workspaces.pageOfClient('acme', undefined)).toEqual({
        users: [a, b, c],
        more: false,
      });
      expect(await world.workspaces.pageOfClient('acme', 'a')).toEqual({ users: [b, c], more: false });
      expect(await world.workspaces.pageOfClient('acme', 'aa')).toEqual({ users: [b, c], more: false });
      expect(await world.workspaces.pageOfClient('acme', 'c')).toEqual({ users: [], more: false });
      expect(await world.workspaces.pageOfClient('nobody', undefined)).toEqual({ users: [], more: false });
    });

    test('more than a megabyte comes in several pages, each row once', async () => {
      const userIds = Array.from({ length: 12 }, (_, index) => `user-${index + 10}`);
      for (const userId of userIds) await world.putRow({ ...OK_ROW, userId, note: 'x'.repeat(200_000) });
      const pages = await allPages('acme');
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.flat().map(({ userId }) => userId)).toEqual(userIds);
    });
  });

  describe('carrySubscription', () => {
    const account = {
      ...okAccount,
      revision: 3,
      entitlement: { status: 'cancelled', tier: 'free' } as const,
    };
    test.each([
      ['knows none', {}, true],
      ['knows an older one', { subscriptionEventAt: NOW - 1, subscriptionRevision: 9 }, true],
      [
        'knows an earlier revision of that second',
        { subscriptionEventAt: NOW, subscriptionRevision: 2 },
        true,
      ],
      ['has it', { subscriptionEventAt: NOW, subscriptionRevision: 3 }, false],
      ['knows a later revision of that second', { subscriptionEventAt: NOW, subscriptionRevision: 4 }, false],
      ['knows a later one', { subscriptionEventAt: NOW + 1, subscriptionRevision: 1 }, false],
    ])('the row %s', async (_, known, carried) => {
      await given(known);
      expect(await world.workspaces.carrySubscription(OK_KEY, account)).toBe(carried);
      expect(await read()).toEqual({
        ...OK_ROW,
        ...known,
        ...(carried && {
          subscriptionStatus: 'cancelled',
          subscriptionTier: 'free',
          subscriptionEventAt: NOW,
          subscriptionRevision: 3,
        }),
      });
    });

    test('without a tier the row keeps its own', async () => {
      await given();
      const entitlement = { status: 'suspended', tier: undefined } as const;
      expect(await world.workspaces.carrySubscription(OK_KEY, { ...account, entitlement })).toBe(true);
      expect(await read()).toMatchObject({ subscriptionStatus: 'suspended', subscriptionTier: 'pro' });
    });

    test('a workspace that is gone stays gone', async () => {
      expect(await world.workspaces.carrySubscription(nobody, account)).toBe(false);
      expect(await world.workspaces.read(nobody)).toBeUndefined();
    });
  });

  describe('create', () => {
    const access = { efsAccessPoint: 'fsap-1', posixUid: 70_000 };
    const row = { ...OK_KEY, lastActivity: NOW, retentionDays: undefined, ...access };
    const known = async (events: SubscriptionEvent[] = [okEvent]) => {
      for (const event of events) await world.accounts.record(event, 'delivery');
    };

    test('created, with the account as its subscription', async () => {
      await known();
      expect(await world.workspaces.create(row, okAccount)).toBe('created');
      expect(await read()).toEqual({
        ...OK_ROW,
        lifecycle: 'active',
        ...access,
        subscriptionEventAt: NOW,
        subscriptionRevision: 1,
      });
    });

    test('an account without a tier makes a free workspace', async () => {
      await known();
      const account = { ...okAccount, entitlement: { status: 'suspended', tier: undefined } as const };
      expect(await world.workspaces.create({ ...row, retentionDays: 3 }, account)).toBe('created');
      expect(await read()).toMatchObject({
        subscriptionStatus: 'suspended',
        subscriptionTier: 'free',
        retentionDays: 3,
      });
    });

    test('exists', async () => {
      await known();
      await given();
      expect(await world.workspaces.create(row, okAccount)).toBe('exists');
      expect(await read()).toEqual(OK_ROW);
    });

    test('exists, even if the account has changed', async () => {
      await given();
      expect(await world.workspaces.create(row, okAccount)).toBe('exists');
    });

    test('account-changed', async () => {
      await known([okEvent, { ...okEvent, at: NOW + 1 }]);
      expect(await world.workspaces.create(row, okAccount)).toBe('account-changed');
      expect(await read()).toBeUndefined();
    });

    test('account-changed where there is none', async () => {
      expect(await world.workspaces.create(row, okAccount)).toBe('account-changed');
    });
  });

  describe('record', () => {
    const record = (change: Partial<SubscriptionEvent>, delivery = 'other') =>
      world.accounts.record({ ...okEvent, ...change }, delivery);

    test('the first event makes the account', async () => {
      expect(await record({}, 'first')).toEqual({ kind: 'recorded', knownClient: false });
      expect(await world.readAccount('acme')).toEqual({
        clientId: 'acme',
        revision: 1,
        'subscription:sub_1': {
          status: 'active',
          tier: 'pro',
          at: NOW,
          rank: 2,
          messageIds: ['one'],
          delivery: 'first',
        },
      });
    });

    const [recorded, notNewer] = [{ kind: 'recorded', knownClient: true }, { kind: 'not-newer' }];
    test.each<[string, Partial<SubscriptionEvent>, object]>([
      ['newer', { at: NOW + 0.001, rank: 0 }, recorded],
      ['newer, and called the same', { at: NOW + 1, messageId: 'one' }, recorded],
      ['older', { at: NOW - 1, rank: 3 }, notNewer],
      ['of the same time and a higher rank', { rank: 3 }, recorded],
      ['of the same time and rank, and came later', {}, recorded],
      ['of the same time and a lower rank', { rank: 1 }, notNewer],
      ['the same one', { messageId: 'one' }, notNewer],
      ['of another subscription', { subscriptionId: 'sub_2', at: NOW - 9 }, recorded],
    ])('an event that is %s', async (_, change, expected) => {
      await record({}, 'first');
      expect(await record({ messageId: 'two', ...change })).toEqual(expected);
      expect(await world.readAccount('acme')).toMatchObject({ revision: expected === recorded ? 2 : 1 });
    });

    test('of one second, each message counts once, in whatever order they are sent again', async () => {
      await record({ messageId: 'cancel', status: 'cancelled' });
      await record({ messageId: 'renew', status: 'active' });
      expect(await record({ messageId: 'cancel', status: 'cancelled' }, 'signed anew')).toEqual(notNewer);
      expect(await world.readAccount('acme')).toMatchObject({
        revision: 2,
        'subscription:sub_1': { status: 'active', messageIds: ['cancel', 'renew'] },
      });
      await record({ messageId: 'later', at: NOW + 1 });
      expect(await world.readAccount('acme')).toMatchObject({
        'subscription:sub_1': { messageIds: ['later'] },
      });
    });

    test('the very same request is known again', async () => {
      await record({}, 'first');
      expect(await record({}, 'first')).toEqual({ kind: 'replayed' });
      expect(await record({}, 'signed anew')).toEqual({ kind: 'not-newer' });
    });

    test('each subscription is kept, and the one without a tier too', async () => {
      await record({});
      await record({ subscriptionId: 'sub_2', tier: undefined, status: 'cancelled' });
      expect(Object.keys((await world.readAccount('acme')) ?? {}).sort()).toEqual([
        'clientId',
        'revision',
        'subscription:sub_1',
        'subscription:sub_2',
      ]);
    });
  });

  describe('noteFanOut', () => {
    const fanOut = { status: 'active', tier: 'pro', done: false, after: 'ada' } as const;

    test.each([
      ['still at this revision', 1, fanOut],
      ['at another by now', 2, undefined],
    ])('the account is %s', async (_, revision, expected) => {
      await world.accounts.record(okEvent, 'first');
      if (revision === 2) await world.accounts.record({ ...okEvent, at: NOW + 1 }, 'second');
      expect(await world.accounts.noteFanOut(okAccount, fanOut)).toBe(revision === 1);
      expect((await world.readAccount('acme'))?.fanOut).toEqual(expected);
      expect((await world.readAccount('acme'))?.revision).toBe(revision);
    });

    test('an account that is gone stays gone', async () => {
      expect(await world.accounts.noteFanOut(okAccount, fanOut)).toBe(false);
      expect(await world.readAccount('acme')).toBeUndefined();
    });
  });
}
