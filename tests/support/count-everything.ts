import { BadInputError, InstallationError } from '../../src/core/errors.ts';
import { accountChanged } from '../../src/handlers/account-changed.ts';
import { stripeWebhook } from '../../src/handlers/billing-event.ts';
import { answer } from '../../src/handlers/http.ts';
import { overdueCheck } from '../../src/handlers/overdue-check.ts';
import { publishEvents } from '../../src/handlers/publish-events.ts';
import { report } from '../../src/handlers/report.ts';
import type { Observer } from '../../src/ports.ts';
import { changeOf, DAY, NOW, OK_KEY, OK_POLICY, OK_SAFETY } from './memory/ok-values.ts';
import type { Item } from './memory/table.ts';
import { MemoryWorld } from './memory-world.ts';

const IDLE = { lastActivity: NOW - 31 * DAY };
const UNPAID = { subscriptionStatus: 'cancelled', lastActivity: NOW - 8 * DAY };
const REQUEST = { body: '{}', headers: {} };

/** Lets the handlers do, for an observer, everything that an alarm looks at: what is due, and whatever may be wrong. */
export async function countEverything(observer: Observer): Promise<void> {
  await countWhatIsDue(observer);
  await countWhatIsHeldBack(observer);
  await countWhatIsFound(observer);
  await countWhatIsInvalid(observer);
  await countBilling(observer);
}

function worldFor(observer: Observer, change: Partial<MemoryWorld> = {}): MemoryWorld {
  return Object.assign(new MemoryWorld(), { observer, ...change }) as MemoryWorld;
}

async function wakeOne(observer: Observer, row: Item, change?: (world: MemoryWorld) => void): Promise<void> {
  const world = worldFor(observer);
  world.addWorkspace(row);
  change?.(world);
  await world.wake(OK_KEY, OK_POLICY);
}

async function countWhatIsDue(observer: Observer): Promise<void> {
  await wakeOne(observer, IDLE);
  await wakeOne(observer, UNPAID, (world) => {
    world.files.mounted = false;
  });
  const world = worldFor(observer);
  world.addWorkspace({ armedFor: NOW - DAY });
  await overdueCheck(world.invocation().ports);
}

async function countWhatIsHeldBack(observer: Observer): Promise<void> {
  const safety = {
    ...OK_SAFETY,
    budgets: { archive: 1, terminate: 1 },
    pauseAtPutOff: { archive: 0, terminate: 0 },
  };
  const world = worldFor(observer, { safety });
  for (const userId of ['ada', 'bob']) {
    world.addWorkspace({ ...IDLE, userId });
    await world.wake({ ...OK_KEY, userId }, OK_POLICY);
  }
}

async function countWhatIsFound(observer: Observer): Promise<void> {
  await wakeOne(observer, IDLE, (world) => {
    world.change(OK_KEY, { efsAccessPoint: world.accessPoints.add('/workspace/globex/bob') });
  });
  await wakeOne(observer, IDLE, (world) => {
    world.change(OK_KEY, { taskArn: world.tasks.run({ clientId: 'globex', userId: 'bob' }) });
  });
  await answer(REQUEST, observer, () => Promise.reject(new InstallationError('no task definition is set')));
  await report(REQUEST, worldFor(observer).invocation().ports);
}

async function countWhatIsInvalid(observer: Observer): Promise<void> {
  await wakeOne(observer, { lastActivity: 'yesterday' });
  await wakeOne(observer, IDLE, (world) => world.control.set({ enforcement: 'perhaps' as never }));
  const world = worldFor(observer);
  await world.wake({ clientId: '../acme', userId: 'ada' }, OK_POLICY);
  await accountChanged([changeOf('1', { clientId: 'acme', revision: 'first' })], world.invocation().ports);
  const events = { put: () => Promise.resolve([]) };
  await publishEvents([changeOf('1', { workspace: 'acme/ada', what: 'exploded' })], { events, observer });
}

async function countBilling(observer: Observer): Promise<void> {
  const subscription = (status: string) => ({
    id: 'evt_1',
    type: 'customer.subscription.updated',
    created: NOW,
    data: {
      object: {
        id: 'sub_1',
        object: 'subscription',
        customer: 'cus_1',
        status,
        metadata: { clientId: 'acme', tier: 'pro' },
        items: { data: [] },
      },
    },
  });
  for (const status of ['active', 'unheard-of']) {
    const payload = subscription(status);
    const verifier = { verify: () => ({ payload, messageId: '', delivery: status }) };
    await stripeWebhook(REQUEST, {}, { ...worldFor(observer).invocation().ports, verifier });
  }
  const refusing = {
    verify: () => {
      throw new BadInputError('the signature is wrong', 401);
    },
  };
  await stripeWebhook(REQUEST, {}, { ...worldFor(observer).invocation().ports, verifier: refusing });
}
