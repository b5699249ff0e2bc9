import type { z } from 'zod';
import type { Safety } from './control.ts';
import { quote } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { HOUR_SECONDS, type Policy } from './policy.ts';
import type { PriceTiers } from './stripe-subscription.ts';
import { VARIABLES } from './variables.ts';

type Variable = keyof typeof VARIABLES;
type Values = { [Name in Variable]: z.output<(typeof VARIABLES)[Name]['schema']> };

/** Everything that differs between installations, checked. */
export interface Configuration {
  policy: Policy;
  workspaceStatusTable: string;
  clientAccountsTable: string;
  workspaceUidsTable: string;
  workspaceHistoryTable: string;
  cleanupControlTable: string;
  /** How long entries of the history are kept. */
  historyDays: number;
  /** The bus that events are put on. */
  eventBus: string;
  safety: Safety;
  /** Where all of this is, e.g. `eu-central-1`. */
  region: string;
  fileSystemId: string;
  cluster: string;
  /** Family or ARN; undefined where this installation starts no containers. */
  baseTaskDefinition: string | undefined;
  subnets: string[];
  securityGroups: string[];
  priceTiers: PriceTiers;
  /** Undefined where this provider is not used: its webhook answers 404. */
  stripeWebhookSecret: string | undefined;
  billingWebhookSecret: string | undefined;
  /** What signs the tokens of workspaces, and how long they live. */
  tokens: { secretId: string; lifeSeconds: number };
  /** Of the HTTP API, as containers are told; undefined where it is not known. */
  apiUrl: string | undefined;
  schedules: { group: string; roleArn: string; deadLetterArn: string | undefined; targetArn: string };
  /** The function that deletes the files of terminated workspaces; undefined where they are retained. */
  purgeFunctionName: string | undefined;
}

function readVariable<Name extends Variable>(
  name: Name,
  environment: Record<string, string | undefined>,
): Values[Name] {
  const variable: { schema: z.ZodType; takes: string; default?: string; secret?: boolean } = VARIABLES[name];
  const given = environment[name];
  const result = variable.schema.safeParse(given === undefined || given === '' ? variable.default : given);
  if (result.success) return result.data as Values[Name];
  const shown = variable.secret ? 'not valid (its value is a secret)' : quote(given);
  throw new BadInputError(`environment variable ${name} is ${shown}, expected ${variable.takes}`);
}

/** The policy alone: all that a dry look at the rules needs. Throws BadInputError naming the variable. */
export function readPolicy(environment: Record<string, string | undefined>): Policy {
  return {
    retentionDays: readVariable('RETENTION_POLICIES', environment),
    cancelledGraceDays: readVariable('CANCELLED_GRACE_DAYS', environment),
    suspendedGraceDays: readVariable('SUSPENDED_GRACE_DAYS', environment),
    unsavedWorkExtraDays: readVariable('UNSAVED_WORK_EXTRA_DAYS', environment),
    notice: {
      archive: readVariable('ARCHIVE_NOTICE_HOURS', environment) * HOUR_SECONDS,
      terminate: readVariable('TERMINATE_NOTICE_HOURS', environment) * HOUR_SECONDS,
      minimumTerminate: readVariable('MINIMUM_TERMINATE_NOTICE_HOURS', environment) * HOUR_SECONDS,
    },
  };
}

/** What an operator's tools need: the rules, what may be done, and the tables. Throws BadInputError naming the variable. */
export function readOperatorConfiguration(
  environment: Record<string, string | undefined>,
): Pick<
  Configuration,
  | 'policy'
  | 'safety'
  | 'workspaceStatusTable'
  | 'clientAccountsTable'
  | 'workspaceHistoryTable'
  | 'cleanupControlTable'
  | 'historyDays'
> {
  const read = <Name extends Variable>(name: Name) => readVariable(name, environment);
  return {
    policy: readPolicy(environment),
    safety: readSafety(environment),
    workspaceStatusTable: read('WORKSPACE_STATUS_TABLE'),
    clientAccountsTable: read('CLIENT_ACCOUNTS_TABLE'),
    workspaceHistoryTable: read('WORKSPACE_HISTORY_TABLE'),
    cleanupControlTable: read('CLEANUP_CONTROL_TABLE'),
    historyDays: read('HISTORY_DAYS'),
  };
}

function readSafety(environment: Record<string, string | undefined>): Safety {
  const read = <Name extends Variable>(name: Name) => readVariable(name, environment);
  return {
    enforcement: read('ENFORCEMENT'),
    budgets: { archive: read('MAX_ARCHIVES_PER_HOUR'), terminate: read('MAX_TERMINATIONS_PER_HOUR') },
    percentPerClient: read('MAX_PERCENT_PER_CLIENT'),
    pauseAtPutOff: {
      archive: read('PAUSE_AT_ARCHIVES_PUT_OFF'),
      terminate: read('PAUSE_AT_TERMINATIONS_PUT_OFF'),
    },
  };
}

/**
 * Reads the environment, e.g. `process.env`. An empty variable counts as one that is not set.
 * Throws BadInputError for the first bad value: the variable's name, the value, what it takes.
 */
export function readConfiguration(environment: Record<string, string | undefined>): Configuration {
  const read = <Name extends Variable>(name: Name) => readVariable(name, environment);
  return {
    workspaceUidsTable: read('WORKSPACE_UIDS_TABLE'),
    eventBus: read('EVENT_BUS_NAME'),
    ...readOperatorConfiguration(environment),
    region: read('AWS_REGION'),
    fileSystemId: read('EFS_FILE_SYSTEM_ID'),
    cluster: read('ECS_CLUSTER_NAME'),
    baseTaskDefinition: read('ECS_TASK_DEFINITION') || undefined,
    subnets: read('ECS_SUBNETS'),
    securityGroups: read('ECS_SECURITY_GROUPS'),
    priceTiers: read('STRIPE_PRICE_TIERS'),
    stripeWebhookSecret: read('STRIPE_WEBHOOK_SECRET') || undefined,
    billingWebhookSecret: read('BILLING_WEBHOOK_SECRET') || undefined,
    tokens: {
      secretId: read('WORKSPACE_TOKEN_SECRET'),
      lifeSeconds: read('WORKSPACE_TOKEN_HOURS') * HOUR_SECONDS,
    },
    apiUrl: read('WORKSPACE_API_URL') || undefined,
    schedules: {
      group: read('SCHEDULE_GROUP'),
      roleArn: read('SCHEDULE_ROLE_ARN'),
      deadLetterArn: read('SCHEDULE_DEAD_LETTER_ARN') || undefined,
      targetArn: read('DEADLINE_FUNCTION_ARN'),
    },
    purgeFunctionName: read('TERMINATE_FILES') === 'retain' ? undefined : purgeFunctionName(environment),
  };
}

/** What is wrong with those of our variables that are set, e.g. of a function that needs a part of them only. */
export function problemsOfVariables(environment: Record<string, string | undefined>): string[] {
  return (Object.keys(VARIABLES) as Variable[]).flatMap((name) => {
    if (!environment[name]) return [];
    try {
      readVariable(name, environment);
      return [];
    } catch (error) {
      return [(error as BadInputError).message];
    }
  });
}

/** To delete without somebody who can would be to retain, and nobody would have said so. */
function purgeFunctionName(environment: Record<string, string | undefined>): string {
  const name = readVariable('PURGE_FUNCTION_NAME', environment);
  if (name !== '') return name;
  throw new BadInputError(
    'environment variable PURGE_FUNCTION_NAME is not set, expected the name of the function purge, or TERMINATE_FILES=retain',
  );
}

/** The environment of the function that deletes files: the only one that has them. Throws BadInputError. */
export function readFilesRoot(environment: Record<string, string | undefined>): string {
  return readVariable('WORKSPACE_FILES_ROOT', environment);
}
