import type { DynamoDBStreamEvent } from 'aws-lambda';
import fc from 'fast-check';
import { readStreamEvent, toBatchResponse } from '../../src/aws/stream-records.ts';
import { standardVerifier } from '../../src/billing/standard-verifier.ts';
import { stripeVerifier } from '../../src/billing/stripe-verifier.ts';
import { RetryableError } from '../../src/core/errors.ts';
import { accountChanged } from '../../src/handlers/account-changed.ts';
import { activity } from '../../src/handlers/activity.ts';
import { billingWebhook, stripeWebhook } from '../../src/handlers/billing-event.ts';
import { controlChanged } from '../../src/handlers/control-changed.ts';
import { deadlineReached } from '../../src/handlers/deadline-reached.ts';
import { provision } from '../../src/handlers/provision.ts';
import { publishEvents } from '../../src/handlers/publish-events.ts';
import { resume } from '../../src/handlers/resume.ts';
import { workspaceChanged } from '../../src/handlers/workspace-changed.ts';
import type { BatchResult, ChangeRecord, HttpAnswer, OutgoingEvent } from '../../src/ports.ts';
import { isUnderstood, verdictOn } from '../simulation/checkers/oracle.ts';
import { DAY, NOW, OK_POLICY } from '../support/memory/ok-values.ts';
import type { Item } from '../support/memory/table.ts';
import { MemoryWorld } from '../support/memory-world.ts';
import {
  billingEvents,
  bodiesOf,
  controls,
  deepRows,
  GOOD_CONTROL,
  images,
  payloads,
  requests,
  rows,
  stripeEvents,
} from './arbitraries.ts';
import { toAttributes } from './attribute-values.ts';
import { malformed } from './well-formed.ts';

const ADA = { clientId: 'acme', userId: 'ada' };
const BO = { clientId: 'globex', userId: 'bo' };
const OK_ROW_OF_BO = {
  ...BO,
  subscriptionStatus: 'active',
  subscriptionTier: 'free',
  containerStatus: 'active',
  lastActivity: NOW - DAY,
};

/** What is thrown at: generated cases, and what must hold for each. A check throws when it does not. */
export interface Target {
  /** So many of a thousand cases are of this target. */
  share: number;
  property: fc.IAsyncPropertyWithHooks<[unknown]>;
}

function target<T>(share: number, cases: fc.Arbitrary<T>, check: (one: T) => Promise<void>): Target {
  return { share, property: fc.asyncProperty(cases as fc.Arbitrary<unknown>, (one) => check(one as T)) };
}

export const TARGETS: Record<string, Target> = {
  rows: target(250, fc.oneof(rows, deepRows), checkRow),
  'records of WorkspaceStatus': target(200, batchesOf(images.rows), checkRowRecords),
  'records of ClientAccounts': target(80, batchesOf(images.accounts), checkAccountRecords),
  'records of WorkspaceHistory': target(80, batchesOf(images.entries), checkHistoryRecords),
  'records of CleanupControl': target(40, batchesOf(images.controls), checkControlRecords),
  'CleanupControl itself': target(50, controls, checkControl),
  'payloads of wake-ups': target(100, payloads, checkPayload),
  'billing events': target(80, bodiesOf(billingEvents), checkBillingEvent),
  'Stripe events': target(60, bodiesOf(stripeEvents), checkStripeEvent),
  'requests without a signature': target(20, unsigned(), checkUnsigned),
  'requests to provision': target(15, bodiesOf(requests.provision), checkProvision),
  'reports of activity': target(15, bodiesOf(requests.activity), checkActivity),
  'requests to resume': target(10, bodiesOf(requests.resume), checkResume),
};

/** Nothing is done on a row that nobody could act on, nor more than the rules say; the row stays, and so do the others. */
async function checkRow(attributes: Item): Promise<void> {
  const world = worldWithNeighbour();
  world.addWorkspace({ ...attributes, ...ADA });
  const row: Item = world.rows.get(ADA) ?? {};
  await deadlineReached(ADA, OK_POLICY, world.invocation().ports).catch((error: unknown) => {
    // Whoever tries again may find it calmer, if anybody has changed anything meanwhile. Here nobody has.
    throw error instanceof RetryableError ? new Error(`never comes to rest: ${error.message}`) : error;
  });
  leftAlone(world);
  const wrong = malformed(row, NOW);
  const deeds = world.deeds.names();
  const losses = deeds.filter((name) => name !== 'access-given' && name !== 'task-started');
  if (wrong.length > 0) {
    equal(deeds, [], `deeds on a row whose ${wrong} is wrong`);
    const after = world.rows.get(ADA) ?? {};
    equal({ ...after, ...FORGOTTEN }, { ...row, ...FORGOTTEN }, 'the row');
  } else if (
    losses.length > 0 &&
    row.claim === undefined &&
    verdictOn(row, OK_POLICY, NOW).action === 'active'
  ) {
    throw new Error(`did ${losses}, and the rules say active`);
  } else if (
    deeds.includes('files-deleted') &&
    row.claim === undefined &&
    row.subscriptionStatus !== 'cancelled' &&
    verdictOn(row, OK_POLICY, NOW).rule !== 'operator-request'
  ) {
    throw new Error('deleted the files of who has not cancelled, and nobody has asked for that');
  }
}

/** A wake-up that has come is forgotten, and what it was waited for. */
const FORGOTTEN = {
  armedFor: undefined,
  armedDay: undefined,
  heldBack: undefined,
  waitingFor: undefined,
  waitingSince: undefined,
};

/** No record blocks its shard, nothing is armed for what is not understood, and a good neighbour is served. */
async function checkRowRecords(batch: Batch): Promise<void> {
  const world = worldWithNeighbour();
  const records = recordsOf(
    batch,
    (item, index) => ({ clientId: 'acme', userId: `u${index}`, ...keysIn(item) }),
    {
      keys: BO,
      image: OK_ROW_OF_BO,
    },
  );
  notBlocked(await workspaceChanged(records, OK_POLICY, world.invocation().ports));
  const armed = world.timers.pending().map(({ key }) => `${key.clientId}/${key.userId}`);
  if (!armed.includes('globex/bo')) throw new Error('the neighbour in the batch is not armed');
  for (const record of records) {
    const { clientId, userId } = record.key;
    if (armed.includes(`${clientId}/${userId}`) && malformed(record.newImage() as Item, NOW).length > 0)
      throw new Error(`a wake-up is armed for ${clientId}/${userId}, which is not understood`);
  }
  equal(world.deeds.names(), [], 'deeds of the reactor');
}

async function checkAccountRecords(batch: Batch): Promise<void> {
  const world = worldWithNeighbour();
  const records = recordsOf(batch, () => ({ clientId: 'acme' }), {
    keys: { clientId: BO.clientId },
    image: { clientId: BO.clientId, revision: 2, 'subscription:s': { ...SUBSCRIPTION, status: 'suspended' } },
  });
  world.addWorkspace({ ...OK_ROW_OF_BO, ...ADA });
  world.accountItems.put({ clientId: BO.clientId, revision: 2 });
  notBlocked(await accountChanged(records, world.invocation().ports));
  equal(world.rows.get(BO)?.subscriptionStatus, 'suspended', "the neighbour's subscription");
  const status = world.rows.get(ADA)?.subscriptionStatus;
  if (!['active', 'suspended', 'cancelled'].includes(String(status)))
    throw new Error(`the status is ${status}`);
  equal(world.deeds.names(), [], 'deeds');
}

const SUBSCRIPTION = {
  status: 'active',
  tier: 'free',
  at: NOW - 5,
  rank: 0,
  messageIds: ['m'],
  delivery: 'd',
};

async function checkHistoryRecords(batch: Batch): Promise<void> {
  const world = worldWithNeighbour();
  const image = {
    workspace: 'globex/bo',
    entry: 'e',
    sequence: 1,
    at: NOW,
    what: 'archived',
    by: 'policy',
    lifecycle: 'archived',
  };
  const records = recordsOf(batch, (_, index) => ({ workspace: 'acme/ada', entry: String(index) }), {
    keys: { workspace: 'globex/bo', entry: 'e' },
    image,
  });
  const bus: OutgoingEvent[] = [];
  const put = async (events: readonly OutgoingEvent[]) => {
    bus.push(...events);
    return [];
  };
  notBlocked(await publishEvents(records, { events: { put }, observer: world.observer }));
  if (!bus.some(({ detail }) => String(detail.id).startsWith('globex/bo')))
    throw new Error('the neighbour was not told');
}

async function checkControlRecords(batch: Batch): Promise<void> {
  const world = worldWithNeighbour();
  const records = recordsOf(batch, () => ({ kind: 'control', key: 'cleanup' }), {
    keys: { kind: 'control', key: 'release' },
    image: { looks: 1 },
  });
  world.control.item = batch.items[0];
  notBlocked(await controlChanged(records, world.invocation().ports));
  equal(world.deeds.names(), [], 'deeds');
}

/** Nobody loses anything while the brakes are not understood. */
async function checkControl(control: Item): Promise<void> {
  const world = worldWithNeighbour();
  world.addWorkspace({ ...ADA, lastActivity: NOW - 40 * DAY, subscriptionTier: 'free' });
  world.control.item = JSON.parse(JSON.stringify(control)) as Item;
  await deadlineReached(ADA, OK_POLICY, world.invocation().ports);
  leftAlone(world);
  const { enforcement, pause, clients, budgets } = world.control.item;
  const own = isObject(clients) ? (clients as Item).acme : undefined;
  const isClear = pause === undefined && (own ?? enforcement ?? 'enforce') === 'enforce';
  const isWellFormed =
    [undefined, 'off', 'observe', 'enforce'].includes(enforcement as undefined) &&
    (clients === undefined || isObject(clients)) &&
    (budgets === undefined || isObject(budgets));
  const deeds = world.deeds.names();
  if (!(isClear && isWellFormed) && deeds.length > 0) throw new Error(`did ${deeds}`);
  if (JSON.stringify(control) === JSON.stringify(GOOD_CONTROL) && deeds.length === 0)
    throw new Error('did nothing, and nothing kept it from that');
}

/** Only the key of a workspace leads to anything. */
async function checkPayload(payload: unknown): Promise<void> {
  const world = worldWithNeighbour();
  world.addWorkspace({ ...ADA, lastActivity: NOW - 40 * DAY, subscriptionTier: 'free' });
  await deadlineReached(payload, OK_POLICY, world.invocation().ports);
  leftAlone(world);
  const { clientId, userId } = (payload ?? {}) as { clientId?: unknown; userId?: unknown };
  const isAda = clientId === ADA.clientId && userId === ADA.userId;
  if (!isAda && world.deeds.names().length > 0) throw new Error(`did ${world.deeds.names()}`);
}

async function checkBillingEvent(body: string): Promise<void> {
  await checkWebhook((world) => {
    const verifier = { verify: () => ({ payload: parsed(body), messageId: 'm', delivery: 'd' }) };
    return billingWebhook({ body, headers: {} }, { ...world.invocation().ports, verifier });
  });
}

async function checkStripeEvent(body: string): Promise<void> {
  await checkWebhook((world) => {
    const verifier = { verify: () => ({ payload: parsed(body), messageId: 'm', delivery: 'd' }) };
    return stripeWebhook(
      { body, headers: {} },
      { price_1: 'pro' },
      { ...world.invocation().ports, verifier },
    );
  });
}

/** An event is refused, or kept as one that the fan-out understands; then it is carried, and blocks nobody. */
async function checkWebhook(send: (world: MemoryWorld) => Promise<HttpAnswer>): Promise<void> {
  const world = worldWithNeighbour();
  world.addWorkspace({ ...OK_ROW_OF_BO, ...ADA });
  world.rows.takeChanges();
  noCrash(await send(world));
  for (const change of world.accountItems.takeChanges()) {
    const errors = world.observer.counted('InvalidAccount');
    notBlocked(await accountChanged([change], world.invocation().ports));
    equal(world.observer.counted('InvalidAccount'), errors, 'accounts that were kept and are not understood');
  }
  const { subscriptionStatus, subscriptionTier } = world.rows.get(ADA) ?? {};
  if (!['active', 'suspended', 'cancelled'].includes(String(subscriptionStatus)))
    throw new Error(`is ${subscriptionStatus}`);
  if (!['free', 'pro', 'enterprise'].includes(String(subscriptionTier)))
    throw new Error(`is ${subscriptionTier}`);
  leftAlone(world);
}

function unsigned() {
  const header = fc.option(fc.string({ maxLength: 40 }), { nil: undefined });
  const names = ['stripe-signature', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const headers = fc.record(Object.fromEntries(names.map((name) => [name, header])));
  return fc.record({ body: bodiesOf(billingEvents), headers });
}

/** Without a valid signature nothing is read, and nothing is kept. */
async function checkUnsigned({
  body,
  headers,
}: {
  body: string;
  headers: Record<string, string | undefined>;
}) {
  const world = worldWithNeighbour();
  const { ports } = world.invocation();
  const secret = `whsec_${Buffer.from('a secret of some length').toString('base64')}`;
  const answers = [
    await billingWebhook({ body, headers }, { ...ports, verifier: standardVerifier(secret) }),
    await stripeWebhook({ body, headers }, {}, { ...ports, verifier: stripeVerifier('whsec_1') }),
  ];
  for (const { status } of answers)
    if (status < 400 || status >= 500) throw new Error(`the answer is ${status}`);
  equal([...world.accountItems.items()], [], 'accounts');
}

async function checkProvision(body: string): Promise<void> {
  const world = worldWithNeighbour();
  world.accountItems.put({ clientId: 'acme', revision: 1, 'subscription:s': SUBSCRIPTION });
  noCrash(await provision({ body, headers: {} }, OK_POLICY, world.invocation().ports));
  for (const row of world.rows.items())
    if (!isUnderstood(row, NOW)) throw new Error(`made a row that is not understood: ${JSON.stringify(row)}`);
  leftAlone(world);
}

async function checkActivity(body: string): Promise<void> {
  const world = worldWithNeighbour();
  world.addWorkspace({ ...OK_ROW_OF_BO, ...ADA });
  noCrash(await activity({ body, headers: {} }, world.invocation().ports));
  const row = world.rows.get(ADA);
  if (!isUnderstood(row, NOW)) throw new Error(`made it ${JSON.stringify(row)}`);
  if (Number(row.lastActivity) < NOW - DAY) throw new Error(`moved the activity back to ${row.lastActivity}`);
  leftAlone(world);
}

async function checkResume(body: string): Promise<void> {
  const world = worldWithNeighbour();
  world.addWorkspace({ ...OK_ROW_OF_BO, ...ADA, lifecycle: 'archived' });
  const request = { body, headers: {}, parameters: { ...ADA } };
  noCrash(await resume(request, OK_POLICY, world.invocation().ports));
  leftAlone(world);
}

/** Records of one table. */
interface Batch {
  items: Item[];
  /** Where among them a good one comes. */
  place: number;
}

function batchesOf(items: fc.Arbitrary<Item>): fc.Arbitrary<Batch> {
  return fc.record({ items: fc.array(items, { minLength: 1, maxLength: 4 }), place: fc.nat(4) });
}

/** As Lambda gives them, with one more that is good. */
function recordsOf(
  { items, place }: Batch,
  keysOf: (item: Item, index: number) => Item,
  good: { keys: Item; image: Item },
): ChangeRecord[] {
  const records = items.map((item, index) => {
    const keys = keysOf(item, index);
    return { keys, image: { ...item, ...keys } };
  });
  records.splice(place, 0, good);
  return readStreamEvent({
    Records: records.map(({ keys, image }, index) => ({
      dynamodb: {
        SequenceNumber: String(90 + index),
        Keys: toAttributes(keys),
        NewImage: toAttributes(image),
      },
    })),
  } as DynamoDBStreamEvent);
}

/** Keys are text, and not empty: the table sees to that. */
function keysIn({ extra }: Item): Item {
  return typeof extra === 'string' && extra !== '' ? { userId: extra } : {};
}

/** The neighbour's row as it was in the beginning. */
const NEIGHBOURS = new WeakMap<MemoryWorld, unknown>();

function worldWithNeighbour(): MemoryWorld {
  const world = new MemoryWorld();
  world.addWorkspace(OK_ROW_OF_BO);
  world.tasks.run(BO);
  NEIGHBOURS.set(world, world.rows.get(BO));
  return world;
}

/** Nobody else was touched. */
function leftAlone(world: MemoryWorld): void {
  equal(world.accessPoints.of(BO).length, 1, "the neighbour's access points");
  equal(world.tasks.running(BO).length, 1, "the neighbour's tasks");
  equal(world.files.has(BO), true, "the neighbour's files");
  equal(world.rows.get(BO), NEIGHBOURS.get(world), "the neighbour's row");
}

function notBlocked(result: BatchResult): void {
  equal(toBatchResponse(result).batchItemFailures, [], 'records to be sent again');
}

function noCrash({ status }: HttpAnswer): void {
  if (status >= 500) throw new Error(`the answer is ${status}`);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function equal(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: ${is}, expected ${should}`);
}
