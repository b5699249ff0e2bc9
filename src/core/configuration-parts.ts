import type * as z from 'zod';
import type { Configuration } from './configuration.ts';
import { BadInputError } from './errors.ts';
import { HOUR_SECONDS } from './policy.ts';
import { policyOf } from './policy-numbers.ts';
import type { VARIABLES } from './variables.ts';

/** The name of a variable of the environment that this system reads. */
export type Variable = keyof typeof VARIABLES;

/** What stands in the variables, checked. */
export type Values = { [Name in Variable]: z.output<ReturnType<(typeof VARIABLES)[Name]['schema']>> };

/** All that any function can be configured with: `filesRoot` is where the function `purge` has the homes mounted. */
export interface ConfigurationParts extends Configuration {
  filesRoot: string;
}

/** The name of a part, e.g. `policy`. */
export type PartName = keyof ConfigurationParts;

export interface Part<Value, Names extends readonly Variable[] = readonly Variable[]> {
  variables: Names;
  /** Throws BadInputError where the values contradict each other. */
  read(values: Pick<Values, Names[number]>): Value;
}

/** A part that is made of these variables. */
function from<const Names extends readonly Variable[], Value>(
  variables: Names,
  read: (values: Pick<Values, Names[number]>) => Value,
): Part<Value, Names> {
  return { variables, read };
}

/** A part that is what one variable says. */
function is<Name extends Variable>(name: Name): Part<Values[Name], readonly [Name]> {
  return { variables: [name], read: (values) => values[name] };
}

/** Each part of the configuration, and the variables that it is made of. */
export const PARTS: { readonly [Name in PartName]: Part<ConfigurationParts[Name]> } = {
  policy: from(
    [
      'RETENTION_POLICIES',
      'CANCELLED_GRACE_DAYS',
      'SUSPENDED_GRACE_DAYS',
      'UNSAVED_WORK_EXTRA_DAYS',
      'ARCHIVE_NOTICE_HOURS',
      'TERMINATE_NOTICE_HOURS',
      'MINIMUM_TERMINATE_NOTICE_HOURS',
    ],
    (values) =>
      policyOf({
        retentionDays: values.RETENTION_POLICIES,
        cancelledGraceDays: values.CANCELLED_GRACE_DAYS,
        suspendedGraceDays: values.SUSPENDED_GRACE_DAYS,
        unsavedWorkExtraDays: values.UNSAVED_WORK_EXTRA_DAYS,
        archiveNoticeHours: values.ARCHIVE_NOTICE_HOURS,
        terminateNoticeHours: values.TERMINATE_NOTICE_HOURS,
        minimumTerminateNoticeHours: values.MINIMUM_TERMINATE_NOTICE_HOURS,
      }),
  ),
  safety: from(
    [
      'ENFORCEMENT',
      'MAX_ARCHIVES_PER_HOUR',
      'MAX_TERMINATIONS_PER_HOUR',
      'MAX_PERCENT_PER_CLIENT',
      'PAUSE_AT_ARCHIVES_PUT_OFF',
      'PAUSE_AT_TERMINATIONS_PUT_OFF',
    ],
    (values) => ({
      enforcement: values.ENFORCEMENT,
      budgets: { archive: values.MAX_ARCHIVES_PER_HOUR, terminate: values.MAX_TERMINATIONS_PER_HOUR },
      percentPerClient: values.MAX_PERCENT_PER_CLIENT,
      pauseAtPutOff: {
        archive: values.PAUSE_AT_ARCHIVES_PUT_OFF,
        terminate: values.PAUSE_AT_TERMINATIONS_PUT_OFF,
      },
    }),
  ),
  workspaceStatusTable: is('WORKSPACE_STATUS_TABLE'),
  clientAccountsTable: is('CLIENT_ACCOUNTS_TABLE'),
  workspaceUidsTable: is('WORKSPACE_UIDS_TABLE'),
  workspaceHistoryTable: is('WORKSPACE_HISTORY_TABLE'),
  cleanupControlTable: is('CLEANUP_CONTROL_TABLE'),
  historyDays: is('HISTORY_DAYS'),
  eventBus: is('EVENT_BUS_NAME'),
  region: is('AWS_REGION'),
  fileSystemId: is('EFS_FILE_SYSTEM_ID'),
  cluster: is('ECS_CLUSTER_NAME'),
  baseTaskDefinition: from(['ECS_TASK_DEFINITION'], (values) => values.ECS_TASK_DEFINITION || undefined),
  subnets: is('ECS_SUBNETS'),
  securityGroups: is('ECS_SECURITY_GROUPS'),
  priceTiers: is('STRIPE_PRICE_TIERS'),
  stripeWebhookSecret: from(['STRIPE_WEBHOOK_SECRET'], (values) => values.STRIPE_WEBHOOK_SECRET || undefined),
  billingWebhookSecret: from(
    ['BILLING_WEBHOOK_SECRET'],
    (values) => values.BILLING_WEBHOOK_SECRET || undefined,
  ),
  tokens: from(['WORKSPACE_TOKEN_SECRET', 'WORKSPACE_TOKEN_HOURS'], (values) => ({
    secretId: values.WORKSPACE_TOKEN_SECRET,
    lifeSeconds: values.WORKSPACE_TOKEN_HOURS * HOUR_SECONDS,
  })),
  apiUrl: from(['WORKSPACE_API_URL'], (values) => values.WORKSPACE_API_URL || undefined),
  schedules: from(
    ['SCHEDULE_GROUP', 'SCHEDULE_ROLE_ARN', 'SCHEDULE_DEAD_LETTER_ARN', 'DEADLINE_FUNCTION_ARN'],
    (values) => ({
      group: values.SCHEDULE_GROUP,
      roleArn: values.SCHEDULE_ROLE_ARN,
      deadLetterArn: values.SCHEDULE_DEAD_LETTER_ARN || undefined,
      targetArn: values.DEADLINE_FUNCTION_ARN,
    }),
  ),
  purgeFunctionName: from(['TERMINATE_FILES', 'PURGE_FUNCTION_NAME'], purgeFunctionName),
  filesRoot: is('WORKSPACE_FILES_ROOT'),
};

/** To delete without somebody who can would be to retain, and nobody would have said so. */
function purgeFunctionName(
  values: Pick<Values, 'TERMINATE_FILES' | 'PURGE_FUNCTION_NAME'>,
): string | undefined {
  if (values.TERMINATE_FILES === 'retain') return undefined;
  if (values.PURGE_FUNCTION_NAME !== '') return values.PURGE_FUNCTION_NAME;
  throw new BadInputError(
    'environment variable PURGE_FUNCTION_NAME is not set, expected the name of the function purge, or TERMINATE_FILES=retain',
  );
}
