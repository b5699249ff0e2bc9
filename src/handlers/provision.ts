import { type ClientAccount, parseAccount } from '../core/client-account.ts';
import { BadInputError, RetryableError } from '../core/errors.ts';
import { type ProvisionRequest, readProvisionRequest } from '../core/provision-request.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
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
  workspaces: Pick<Workspaces, 'read' | 'create'>;
  accounts: Pick<Accounts, 'read'>;
  accessPoints: AccessPoints;
  tasks: Pick<Tasks, 'unstopped' | 'start' | 'canStart'>;
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
    if (existing !== undefined) return withTask(request, false, accessPointOf(existing, key), account, ports);
    const efsAccessPoint = await ports.accessPoints.ensure(key);
    const lastActivity = Math.floor(ports.clock.now());
    const result = await ports.workspaces.create(
      { ...key, lastActivity, retentionDays, efsAccessPoint },
      account,
    );
    if (result === 'created') {
      ports.observer.info('workspace created', { ...key, efsAccessPoint });
      return withTask(request, true, efsAccessPoint, account, ports);
    }
  }
  throw new RetryableError(
    `the account of ${clientId} changed ${MAXIMUM_TRIES} times while ${showKey(key)} was created`,
  );
}

async function readAccount(clientId: string, { accounts }: ProvisionPorts): Promise<ClientAccount> {
  const item = await accounts.read(clientId);
  if (item === undefined) {
    throw new BadInputError(
      `client ${clientId} has no subscription; send its billing event first (POST /billing/events)`,
      404,
    );
  }
  const parsed = parseAccount(item);
  if (parsed.kind === 'valid') return parsed.account;
  throw new BadInputError(
    `the account of client ${clientId} is not valid: ${parsed.problems.join('; ')}`,
    409,
  );
}

/** The access point of a row that exists and may be entered; whatever else the row says is not ours to judge here. */
function accessPointOf(existing: unknown, key: WorkspaceKey): string {
  const { lifecycle = 'active', efsAccessPoint } = existing as {
    lifecycle?: unknown;
    efsAccessPoint?: unknown;
  };
  if (lifecycle === 'active' && typeof efsAccessPoint === 'string') return efsAccessPoint;
  throw new BadInputError(
    `workspace ${showKey(key)} exists and is ${lifecycle}, expected it to be active with an access point`,
    409,
  );
}

async function withTask(
  request: ProvisionRequest,
  created: boolean,
  efsAccessPoint: string,
  account: ClientAccount,
  { tasks, observer }: ProvisionPorts,
): Promise<Provisioned> {
  const { clientId, userId } = request;
  const environment = {
    CLIENT_ID: clientId,
    USER_ID: userId,
    SUBSCRIPTION_STATUS: account.entitlement.status,
    SUBSCRIPTION_TIER: account.entitlement.tier ?? 'free',
    EFS_ACCESS_POINT: efsAccessPoint,
  };
  const provisioned = { efsAccessPoint, created, environment };
  if (!request.start) return { ...provisioned, task: undefined };
  if (!tasks.canStart)
    throw new BadInputError('this installation starts no containers: ECS_TASK_DEFINITION is not set', 409);
  const [running] = await tasks.unstopped(request);
  const task = running ?? (await tasks.start(request, efsAccessPoint, environment));
  observer.info('container runs', { clientId, userId, task });
  return { ...provisioned, task };
}
