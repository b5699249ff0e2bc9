import { type ClientAccount, fanOutOf, parseAccount, planFanOut } from '../core/client-account.ts';
import { BadInputError, RetryableError } from '../core/errors.ts';
import { type ProvisionRequest, readProvisionRequest } from '../core/provision-request.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import type { SubscriptionTier } from '../core/workspace-row.ts';
import type {
  AccessPoints,
  Accounts,
  Clock,
  HttpAnswer,
  HttpRequest,
  Observer,
  Tasks,
  Workspaces,
} from '../ports.ts';
import { answer, readJson } from './http.ts';

export interface ProvisionPorts {
  workspaces: Pick<Workspaces, 'read' | 'create' | 'recordActivity'>;
  accounts: Pick<Accounts, 'read' | 'noteFanOut'>;
  accessPoints: AccessPoints;
  tasks: Pick<Tasks, 'unstopped' | 'start' | 'requestStop' | 'canStart'>;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

export interface Provisioned {
  efsAccessPoint: string;
  created: boolean;
  /** The task that was started, if one was asked for and none was running. */
  task: string | undefined;
  environment: Record<string, string>;
}

/** An account of which everything is known that a new row needs. */
type KnownAccount = ClientAccount & { tier: SubscriptionTier };

/** Billing may change an account while a workspace of it is created; more often than this is not believed. */
const MAXIMUM_TRIES = 5;

/** `POST /workspaces` `{clientId, userId, retentionDays?, start?}`. */
export function provision(request: HttpRequest, ports: ProvisionPorts): Promise<HttpAnswer> {
  return answer(request, ports.observer, async ({ body }) => {
    const provisioned = await provisionWorkspace(readProvisionRequest(readJson(body)), ports);
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
  ports: ProvisionPorts,
): Promise<Provisioned> {
  const { clientId, userId, retentionDays } = request;
  const key = { clientId, userId };
  for (let tries = 0; tries < MAXIMUM_TRIES; tries += 1) {
    const account = await readAccount(clientId, ports);
    const existing = await ports.workspaces.read(key);
    if (existing !== undefined) {
      const efsAccessPoint = await accessPointOf(existing, key, ports);
      return provisionedAs(request, { efsAccessPoint, created: false, account }, ports);
    }
    if (!(await announceFanOut(account, ports))) continue;
    const efsAccessPoint = await ports.accessPoints.ensure(key);
    const lastActivity = Math.floor(ports.clock.now());
    const row = { ...key, lastActivity, retentionDays, efsAccessPoint };
    if ((await ports.workspaces.create(row, account)) === 'created') {
      ports.observer.info('workspace created', { ...key, efsAccessPoint });
      return provisionedAs(request, { efsAccessPoint, created: true, account }, ports);
    }
  }
  throw new RetryableError(
    `the account of ${clientId} changed ${MAXIMUM_TRIES} times while ${showKey(key)} was created`,
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

/** The access point of a row that exists: the row may be entered, and it leads to this workspace's home. */
async function accessPointOf(
  existing: unknown,
  key: WorkspaceKey,
  { accessPoints }: ProvisionPorts,
): Promise<string> {
  const { lifecycle = 'active', efsAccessPoint } = existing as {
    lifecycle?: unknown;
    efsAccessPoint?: unknown;
  };
  const refuse = (problem: string) =>
    new BadInputError(`workspace ${showKey(key)} exists and ${problem}`, 409);
  if (lifecycle !== 'active') throw refuse(`is ${lifecycle}, expected it to be active`);
  if (typeof efsAccessPoint !== 'string') {
    throw refuse(
      'has no efsAccessPoint: its row was not made by POST /workspaces; remove the row and call again',
    );
  }
  if (await accessPoints.isOurs(key, efsAccessPoint)) return efsAccessPoint;
  throw refuse(
    `its access point ${efsAccessPoint} is gone or leads to another place, expected one to its own home`,
  );
}

async function provisionedAs(
  request: ProvisionRequest,
  { efsAccessPoint, created, account }: { efsAccessPoint: string; created: boolean; account: KnownAccount },
  ports: ProvisionPorts,
): Promise<Provisioned> {
  const environment = {
    CLIENT_ID: request.clientId,
    USER_ID: request.userId,
    SUBSCRIPTION_STATUS: account.entitlement.status,
    SUBSCRIPTION_TIER: account.tier,
    EFS_ACCESS_POINT: efsAccessPoint,
  };
  const task = request.start ? await startTask(request, efsAccessPoint, environment, ports) : undefined;
  return { efsAccessPoint, created, environment, task };
}

/**
 * Makes sure that a container runs. Starting one is a use of the workspace, and that is written first: whoever has
 * claimed the row by then refuses it, and whoever claims it later is seen afterwards, or sees the new task.
 */
async function startTask(
  key: WorkspaceKey,
  efsAccessPoint: string,
  environment: Record<string, string>,
  { tasks, workspaces, clock, observer }: ProvisionPorts,
): Promise<string> {
  if (!tasks.canStart) {
    throw new BadInputError('this installation starts no containers: ECS_TASK_DEFINITION is not set', 409);
  }
  const { clientId, userId } = key;
  const lastActivity = Math.floor(clock.now());
  await workspaces.recordActivity({ key: { clientId, userId }, lastActivity, containerStatus: undefined });
  const [running] = await tasks.unstopped(key);
  const task = running ?? (await tasks.start(key, efsAccessPoint, environment));
  const { lifecycle = 'active', efsAccessPoint: current } = ((await workspaces.read({
    clientId,
    userId,
  })) ?? {
    lifecycle: 'gone',
  }) as { lifecycle?: unknown; efsAccessPoint?: unknown };
  if (lifecycle === 'active' && current === efsAccessPoint) {
    observer.info('container runs', { clientId, userId, task });
    return task;
  }
  await tasks.requestStop(task, 'workspace-cleanup: the workspace was cleaned while its container started');
  throw new BadInputError(
    `workspace ${showKey(key)} is ${lifecycle} now, its container is stopped again`,
    409,
  );
}
