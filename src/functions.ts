import { randomUUID } from 'node:crypto';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  DynamoDBBatchResponse,
  DynamoDBStreamEvent,
} from 'aws-lambda';
import type { Clients } from './aws/clients.ts';
import { DynamoDBAccounts } from './aws/dynamodb-accounts.ts';
import { DynamoDBBudgets } from './aws/dynamodb-budgets.ts';
import { DynamoDBControl } from './aws/dynamodb-control.ts';
import { DynamoDBPosixUids } from './aws/dynamodb-posix-uids.ts';
import { DynamoDBWorkspaces } from './aws/dynamodb-workspaces.ts';
import { EcsTasks } from './aws/ecs-tasks.ts';
import { EfsAccessPoints } from './aws/efs-access-points.ts';
import { EventBridgeEvents } from './aws/eventbridge-events.ts';
import { readHttpEvent, toHttpResponse } from './aws/http-events.ts';
import { LambdaFiles, RetainedFiles } from './aws/lambda-files.ts';
import { SchedulerTimers } from './aws/scheduler-timers.ts';
import { SecretTokenKeys } from './aws/secret-token-keys.ts';
import { readStreamEvent, toBatchResponse } from './aws/stream-records.ts';
import { standardVerifier } from './billing/standard-verifier.ts';
import { stripeVerifier } from './billing/stripe-verifier.ts';
import type { Configuration } from './core/configuration.ts';
import { accountChanged } from './handlers/account-changed.ts';
import { activity } from './handlers/activity.ts';
import { billingWebhook, stripeWebhook } from './handlers/billing-event.ts';
import { controlChanged } from './handlers/control-changed.ts';
import { deadlineReached, type WakeUpResult } from './handlers/deadline-reached.ts';
import { overdueCheck } from './handlers/overdue-check.ts';
import { provision } from './handlers/provision.ts';
import { publishEvents } from './handlers/publish-events.ts';
import { report } from './handlers/report.ts';
import { resume } from './handlers/resume.ts';
import { workspaceChanged } from './handlers/workspace-changed.ts';
import type { Clock, Observer } from './ports.ts';
import { JoseTokens } from './tokens/jose-tokens.ts';

type HttpFunction = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;
type StreamFunction = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

/** The functions that serverless.yml names, taking and returning what Lambda gives and takes. */
export interface Functions {
  workspaceChanged: StreamFunction;
  deadlineReached: (event: unknown) => Promise<WakeUpResult>;
  accountChanged: StreamFunction;
  controlChanged: StreamFunction;
  publishEvents: StreamFunction;
  overdueCheck: () => Promise<number>;
  stripeWebhook: HttpFunction;
  billingWebhook: HttpFunction;
  activity: HttpFunction;
  report: HttpFunction;
  provision: HttpFunction;
  resume: HttpFunction;
}

export interface World {
  clients: Clients;
  clock: Clock;
  observer: Observer;
}

/** Puts handlers and adapters together: the same way on AWS and on the local stack, which differ in the world alone. */
export function createFunctions(
  configuration: Configuration,
  { clients, clock, observer }: World,
): Functions {
  const { policy, safety, priceTiers, stripeWebhookSecret, billingWebhookSecret } = configuration;
  const history = { name: configuration.workspaceHistoryTable, days: configuration.historyDays };
  const ports = {
    workspaces: new DynamoDBWorkspaces(clients.dynamodb, {
      workspaces: configuration.workspaceStatusTable,
      accounts: configuration.clientAccountsTable,
      history,
    }),
    control: new DynamoDBControl(clients.dynamodb, { control: configuration.cleanupControlTable, history }),
    budgets: new DynamoDBBudgets(clients.dynamodb, configuration.cleanupControlTable),
    events: new EventBridgeEvents(clients.events, configuration.eventBus),
    safety,
    accounts: new DynamoDBAccounts(clients.dynamodb, configuration.clientAccountsTable),
    timers: new SchedulerTimers(clients.scheduler, configuration.schedules, clock),
    tasks: new EcsTasks(clients.ecs, configuration),
    accessPoints: new EfsAccessPoints(clients.efs, configuration.fileSystemId),
    posixUids: new DynamoDBPosixUids(clients.dynamodb, configuration.workspaceUidsTable),
    files:
      configuration.purgeFunctionName === undefined
        ? new RetainedFiles()
        : new LambdaFiles(clients.lambda, configuration.purgeFunctionName),
    installation: configuration,
    tokens: new JoseTokens(
      new SecretTokenKeys(clients.secrets, configuration.tokens.secretId, clock),
      configuration.tokens.lifeSeconds,
    ),
    clock,
    observer,
    uniqueOwner: randomUUID,
  };
  const stripe = {
    ...ports,
    verifier: stripeWebhookSecret === undefined ? undefined : stripeVerifier(stripeWebhookSecret),
  };
  const standard = {
    ...ports,
    verifier: billingWebhookSecret === undefined ? undefined : standardVerifier(billingWebhookSecret),
  };
  return {
    workspaceChanged: async (event) =>
      toBatchResponse(await workspaceChanged(readStreamEvent(event), policy, ports)),
    deadlineReached: (event) => deadlineReached(event, policy, ports),
    accountChanged: async (event) => toBatchResponse(await accountChanged(readStreamEvent(event), ports)),
    controlChanged: async (event) => toBatchResponse(await controlChanged(readStreamEvent(event), ports)),
    publishEvents: async (event) => toBatchResponse(await publishEvents(readStreamEvent(event), ports)),
    overdueCheck: () => overdueCheck(ports),
    stripeWebhook: async (event) =>
      toHttpResponse(await stripeWebhook(readHttpEvent(event), priceTiers, stripe)),
    billingWebhook: async (event) => toHttpResponse(await billingWebhook(readHttpEvent(event), standard)),
    report: async (event) => toHttpResponse(await report(readHttpEvent(event), ports)),
    activity: async (event) => toHttpResponse(await activity(readHttpEvent(event), ports)),
    provision: async (event) => toHttpResponse(await provision(readHttpEvent(event), policy, ports)),
    resume: async (event) => toHttpResponse(await resume(readHttpEvent(event), policy, ports)),
  };
}
