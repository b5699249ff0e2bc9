import { type ClientAccount, fanOutOf, parseAccount, planFanOut } from '../core/client-account.ts';
import { UNMATCHED_PREFIX } from '../core/stripe-subscription.ts';
import type {
  Accounts,
  BatchResult,
  ChangeRecord,
  Clock,
  Observer,
  WorkspaceMarker,
  Workspaces,
} from '../ports.ts';
import { forEachLimited } from './for-each-limited.ts';
import { lowestSequenceNumber, newestOfEachItem } from './stream-batch.ts';

export interface AccountChangedPorts {
  workspaces: Pick<Workspaces, 'pageOfClient' | 'carrySubscription'>;
  accounts: Pick<Accounts, 'noteFanOut'>;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/**
 * Conditional updates under way at a time: with 10 ms each, more than one processor can send (some 1,500 a second, as
 * `npm run bench -- fanOut` measures), and than DynamoDB takes for one partition key (1,000, until it splits it).
 */
export const UPDATE_CONCURRENCY = 25;

/**
 * How many workspaces one invocation serves, e.g. 20,000 in 10 to 20 s. Then it notes how far it got in the account;
 * that write is a stream record of its own, and goes on from there. So a giant client takes turns with the others.
 */
export const WORKSPACES_PER_TURN = 20_000;

/**
 * Carries what a client is entitled to from `ClientAccounts` to each of its workspaces. The account itself says what
 * has been carried and how far, so records that are lost, repeated or out of date make no difference, and every row
 * takes a state of the account only if it is later than the one it has.
 */
export async function accountChanged(
  records: readonly ChangeRecord[],
  ports: AccountChangedPorts,
): Promise<BatchResult> {
  const failed: string[] = [];
  for (const record of newestOfEachItem(records)) {
    try {
      const account = readImage(record, ports.observer);
      if (account) await carry(account, ports);
    } catch (error) {
      failed.push(record.sequenceNumber);
      ports.observer.warn(
        'the subscription could not be carried to all workspaces, the record will be retried',
        { ...record.key, error },
      );
    }
  }
  return { retryFrom: lowestSequenceNumber(failed) };
}

function readImage(record: ChangeRecord, observer: Observer): ClientAccount | undefined {
  const image = record.newImage();
  if (image === undefined) return undefined;
  // Events that name no client are kept under a key that no client has; they are carried nowhere.
  if (typeof record.key.clientId === 'string' && record.key.clientId.startsWith(UNMATCHED_PREFIX))
    return undefined;
  const parsed = parseAccount(image);
  if (parsed.kind === 'valid') return parsed.account;
  observer.count('InvalidAccount');
  observer.error('account is invalid, nothing is carried from it', {
    ...record.key,
    problems: parsed.problems,
  });
  return undefined;
}

async function carry(account: ClientAccount, ports: AccountChangedPorts): Promise<void> {
  const plan = planFanOut(account);
  if (plan.kind === 'done') return;
  if (plan.announce && !(await ports.accounts.noteFanOut(account, fanOutOf(account, { done: false }))))
    return;
  let after = plan.after;
  let changed = 0;
  let more = true;
  for (let served = 0; more && served < WORKSPACES_PER_TURN; ) {
    const page = await ports.workspaces.pageOfClient(account.clientId, after);
    changed += await carryToPage(account, page.users, ports);
    served += page.users.length;
    after = page.users.at(-1)?.userId ?? after;
    more = page.more;
  }
  await ports.accounts.noteFanOut(account, fanOutOf(account, { after, done: !more }));
  const { status, tier } = account.entitlement;
  ports.observer.info('subscription carried to workspaces', {
    clientId: account.clientId,
    status,
    tier,
    changed,
    done: !more,
  });
}

async function carryToPage(
  account: ClientAccount,
  users: WorkspaceMarker[],
  ports: AccountChangedPorts,
): Promise<number> {
  let changed = 0;
  const behind = users.filter((marker) => isBehind(marker, account));
  await forEachLimited(behind, UPDATE_CONCURRENCY, async ({ userId }) => {
    if (await ports.workspaces.carrySubscription({ clientId: account.clientId, userId }, account))
      changed += 1;
  });
  ports.observer.count('FannedOut', changed);
  return changed;
}

/** Whether a row may still lack this state of the account. The conditional write has the last word. */
function isBehind({ eventAt, revision }: WorkspaceMarker, account: ClientAccount): boolean {
  if (eventAt === undefined || eventAt < account.eventAt) return true;
  return eventAt === account.eventAt && revision !== undefined && revision < account.revision;
}
