import { report } from '../../../src/handlers/report.ts';
import { NOW, OK_KEY, OK_ROW } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const ACCESS = 'fsap-00000000000000001';
const HALF_A_DAY = 43_200;

/** A workspace that may be entered, and a report on it by whoever has the token of its access point. */
async function send(
  said: unknown,
  { row = {}, pass = {}, later = 100, authorization }: Partial<Sending> = {},
) {
  const world = new MemoryWorld(NOW + later);
  const full = { ...OK_ROW, efsAccessPoint: ACCESS, ...row };
  world.rows.put(full);
  const token = await world.tokens.mint({ ...OK_KEY, accessPoint: ACCESS, ...pass }, NOW);
  const invocation = world.invocation();
  const body = typeof said === 'string' ? said : JSON.stringify(said);
  const headers = { authorization: authorization ?? `Bearer ${token}` };
  const answer = await report({ body, headers }, invocation.ports);
  return { answer, world, before: full, row: world.rows.get(OK_KEY), calls: invocation.calls };
}

interface Sending {
  row: Item;
  pass: Partial<{ clientId: string; userId: string; accessPoint: string }>;
  later: number;
  authorization: string;
}

test('a report is one write, and nothing else', async () => {
  const { answer, row, before, calls } = await send({
    lastActivity: NOW + 90,
    containerStatus: 'idle',
    unsavedWork: { changes: 2, commits: 1 },
  });
  expect(answer).toEqual({ status: 200, body: { recorded: true } });
  expect(row).toEqual({
    ...before,
    lastActivity: NOW + 90,
    containerStatus: 'idle',
    unsavedWork: { changes: 2, commits: 1 },
    reportedAt: NOW + 100,
  });
  expect(calls).toEqual(['workspaces.recordActivity']);
});

test.each([
  ['nothing', ''],
  ['an empty object', {}],
  ['its own name', OK_KEY],
])('%s means "in use now"', async (_, said) => {
  expect((await send(said)).row?.lastActivity).toBe(NOW + 100);
});

describe('401, whatever is wrong, and nothing is written', () => {
  test.each<[string, unknown, Partial<Sending>]>([
    ["another workspace's token", {}, { pass: { userId: 'bob' } }],
    ['a report that names another workspace', { userId: 'bob' }, {}],
    ['a report that names another client', { clientId: 'globex' }, {}],
    ['an expired token', {}, { later: 86_400 }],
    ['one that is not valid yet', {}, { later: -1 }],
    ['revoked: the workspace is archived', {}, { row: { lifecycle: 'archived', efsAccessPoint: undefined } }],
    ['replayed: archived and given back since', {}, { row: { efsAccessPoint: 'fsap-2' } }],
    ['the same, to ask for another token', { renew: true }, { row: { efsAccessPoint: 'fsap-2' } }],
    ['no scheme', {}, { authorization: 'abc' }],
    ['another scheme', {}, { authorization: 'Basic abc' }],
    ['nothing', {}, { authorization: '' }],
  ])('%s', async (_, said, sending) => {
    const { answer, row, before } = await send(said, sending);
    expect(answer).toEqual({ status: 401, body: { error: 'the token is not valid' } });
    expect(row).toEqual(before);
  });

  test('a workspace that is gone is not told from one that never was', async () => {
    const world = new MemoryWorld(NOW);
    const token = await world.tokens.mint({ ...OK_KEY, accessPoint: ACCESS }, NOW);
    const headers = { authorization: `Bearer ${token}` };
    const answer = await report({ body: '{}', headers }, world.invocation().ports);
    expect(answer).toEqual({ status: 401, body: { error: 'the token is not valid' } });
  });
});

test.each([
  ['no JSON', '{', /not JSON/],
  ['null', 'null', /the input is null/],
  ['a list', '[]', /the input is \[\]/],
  ['milliseconds', { lastActivity: NOW * 1_000 }, /lastActivity is/],
  ['the future', { lastActivity: NOW + 500 }, /lies in the future/],
  ['counts that are none', { unsavedWork: { changes: -1, commits: 0 } }, /unsavedWork.changes is -1/],
])('%s is refused with the reason', async (_, said, reason) => {
  const { answer, row, before } = await send(said);
  expect({ status: answer.status, error: answer.body.error }).toEqual({
    status: 400,
    error: expect.stringMatching(reason),
  });
  expect(row).toEqual(before);
});

test('a container that is being stopped may say so, and nothing of use', async () => {
  const row = { lifecycle: 'archiving' };
  expect((await send({ containerStatus: 'terminated' }, { row })).answer.status).toBe(200);
  expect((await send({ lastActivity: NOW + 50 }, { row })).answer.status).toBe(409);
});

describe('how often', () => {
  test.each([
    ['one second after the last report', 99, 429],
    ['two seconds after', 98, 200],
  ])('%s', async (_, reportedAt, status) => {
    const { answer, row } = await send({}, { row: { reportedAt: NOW + reportedAt } });
    expect(answer.status).toBe(status);
    if (status !== 429) return;
    expect(answer.headers).toEqual({ 'retry-after': '2' });
    expect(row?.reportedAt).toBe(NOW + reportedAt);
  });
});

describe('a new token', () => {
  test.each([
    ['in the first half of its life: none', HALF_A_DAY - 1, false],
    ['in the second half: with the answer', HALF_A_DAY, true],
  ])('%s', async (_, later, isGiven) => {
    const { answer, world } = await send({}, { later });
    expect(answer.body.recorded).toBe(true);
    expect('token' in answer.body).toBe(isGiven);
    if (!isGiven) return;
    const pass = await world.tokens.verify(String(answer.body.token), NOW + later);
    expect(pass).toMatchObject({ ...OK_KEY, accessPoint: ACCESS, issuedAt: NOW + later });
  });

  test('on request, which is no use of the workspace and no write', async () => {
    const { answer, row, before, calls } = await send({ renew: true });
    expect(answer).toMatchObject({ status: 200, body: { recorded: false, token: expect.any(String) } });
    expect(row).toEqual(before);
    expect(calls).toEqual(['workspaces.read']);
  });

  test('not with a refusal', async () => {
    const { answer } = await send({ lastActivity: NOW * 1_000 }, { later: HALF_A_DAY });
    expect(answer.body).not.toHaveProperty('token');
  });
});
