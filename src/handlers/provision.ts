import { type ClientAccount, fanOutOf, parseAccount, planFanOut } from '../core/client-account.ts';
import { BadInputError, RetryableError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import { type ProvisionRequest, readProvisionRequest } from '../core/provision-request.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import { type SubscriptionTier, validRow } from '../core/workspace-row.ts';
import type { Accounts, HttpAnswer, HttpRequest, Workspaces } from '../ports.ts';
import {
  type AccessPorts,
  accessOf,
  type RestoreAccessPorts,
  type RowAccess,
  restoreAccess,
} from './access.ts';
import { answer, readJson } from './http.ts';
import { type Launched, type LaunchPorts, launchWorkspace } from './launch-workspace.ts';

export interface ProvisionPorts extends RestoreAccessPorts, Pick<LaunchPorts, 'tokens' | 'installation'> {
  workspaces: LaunchPorts['workspaces'] & RestoreAccessPorts['workspaces'] & Pick<Workspaces, 'create'>;
  tasks: LaunchPorts['tasks'] & RestoreAccessPorts['tasks'];
  accessPoints: AccessPorts['accessPoints'] & RestoreAccessPorts['accessPoints'];
  accounts: Pick<Accounts, 'read' | 'noteFanOut'>;
}

export interface Provisioned extends Launched {
  created: boolean;
}

/** An account of which everything is known that a new row needs. */
type KnownAccount = ClientAccount & { tier: SubscriptionTier };

/** Access is given back within a few calls. */
const RESTORING_RETRY_SECONDS = 5;
/** Billing may change an account while a workspace of it is created; more often than this is not believed. */
const MAXIMUM_TRIES = 5;

/** `POST /workspaces` `{clientId, userId, retentionDays?, start?}`. */
export function provision(request: HttpRequest, policy: Policy, ports: ProvisionPorts): Promise<HttpAnswer> {
  return answer(request, ports.observer, async ({ body }) => {
    const provisioned = await provisionWorkspace(readProvisionRequest(readJson(body)), policy, ports);
    return { status: provisioned.created ? 201 : 200, body: { ...provisioned } };
  });
}

/**
 * Creates a workspace: its access point, its row, and on request its container. Calling again goes on where the last
 * call ended. The row is written on condition that the account has not changed since it was read, so a billing event
 * at that very moment is never missed.
 *
 * Throws BadInputError 404 for a client without a subscription, 409 for a workspace that is not active.
 */
export async function provisionWorkspace(
  request: ProvisionRequest,
  policy: Policy,
  ports: ProvisionPorts,
): Promise<Provisioned> {
  const { clientId, userId, retentionDays } = request;
  const key = { clientId, userId };
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const account = await readAccount(clientId, ports);
    const existing = await ports.workspaces.read(key);
    if (existing !== undefined) {
      const efsAccessPoint = await accessOfExisting(existing, key, policy, ports);
      if (efsAccessPoint === undefined) continue;
      return provisionedAs(request, { efsAccessPoint, created: false, account }, ports);
    }
    if (!(await announceFanOut(account, ports))) continue;
    const posixUid = await ports.posixUids.of(key);
    const efsAccessPoint = await ports.accessPoints.ensure(key, posixUid);
    const lastActivity = Math.floor(ports.clock.now());
    const row = { ...key, lastActivity, retentionDays, efsAccessPoint, posixUid };
    if ((await ports.workspaces.create(row, account)) === 'created') {
      ports.observer.info('workspace created', { ...key, efsAccessPoint });
      return provisionedAs(request, { efsAccessPoint, created: true, account }, ports);
    }
  }
  throw new RetryableError(
    `the account of ${clientId} or the row of ${showKey(key)} changed ${MAXIMUM_TRIES} times in a row`,
  );
}

async function readAccount(clientId: string, { accounts }: ProvisionPorts): Promise<KnownAccount> {
  const item = await accounts.read(clientId);
  if (item === undefined) {
    throw new BadInputError(
      `client ${clientId} has no subscription; send its billing event first (POST /billing/events)`,
      404,
    );
  }
  const parsed = parseAccount(item);
  if (parsed.kind === 'invalid') {
    throw new BadInputError(
      `the account of client ${clientId} is not valid: ${parsed.problems.join('; ')}`,
      409,
    );
  }
  const { tier } = parsed.account.entitlement;
  if (tier !== undefined) return { ...parsed.account, tier };
  // Whatever tier we guessed would be one that the client may not have.
  throw new BadInputError(
    `the tier of client ${clientId} is not known: map its price in STRIPE_PRICE_TIERS`,
    409,
  );
}

/**
 * A new row takes a state of the account that may not have been carried to the others yet. Should the account go back
 * to what was carried last, nobody would carry that to this row, unless the account says that something came between.
 */
async function announceFanOut(account: ClientAccount, { accounts }: ProvisionPorts): Promise<boolean> {
  const plan = planFanOut(account);
  return (
    plan.kind === 'done' || !plan.announce || accounts.noteFanOut(account, fanOutOf(account, { done: false }))
  );
}

/** The access point of a row that exists, if it may be entered. Undefined if it was given one just now: read it again. */
async function accessOfExisting(
  existing: unknown,
  key: WorkspaceKey,
  policy: Policy,
  ports: ProvisionPorts,
): Promise<string | undefined> {
  const { lifecycle = 'active', efsAccessPoint } = existing as RowAccess & { lifecycle?: unknown };
  if (lifecycle !== 'active') throw notActive(key, lifecycle);
  const known = await accessOf({ ...key, efsAccessPoint }, ports);
  if (known !== undefined) return known;
  await restoreAccess(validRow(existing, key, ports.clock.now()), policy, ports);
  return undefined;
}

function notActive(key: WorkspaceKey, lifecycle: unknown): BadInputError {
  const workspace = `workspace ${showKey(key)} exists`;
  if (lifecycle === 'restoring') {
    const message = `${workspace} and is restoring, try again in ${RESTORING_RETRY_SECONDS} s`;
    return new BadInputError(message, 423, { retryAfterSeconds: RESTORING_RETRY_SECONDS });
  }
  const advice = lifecycle === 'archived' ? `; POST /workspaces/${showKey(key)}/resume gives it back` : '';
  return new BadInputError(`${workspace} and is ${lifecycle}, expected it to be active${advice}`, 409);
}

async function provisionedAs(
  { clientId, userId, start }: ProvisionRequest,
  { efsAccessPoint, created, account }: { efsAccessPoint: string; created: boolean; account: KnownAccount },
  ports: ProvisionPorts,
): Promise<Provisioned> {
  const key = { clientId, userId };
  const subscription = { status: account.entitlement.status, tier: account.tier };
  return { ...(await launchWorkspace(key, subscription, efsAccessPoint, start, ports)), created };
}
