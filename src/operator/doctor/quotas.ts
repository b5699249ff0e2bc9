import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { ListServiceQuotasCommand, type ServiceQuota } from '@aws-sdk/client-service-quotas';
import { attempt } from './attempt.ts';
import type { OperatorClients } from './clients.ts';
import type { Finding, Judgement } from './finding.ts';

/** A quota of AWS that a growing fleet meets: how much is little. */
export interface WatchedQuota {
  service: string;
  /** What stands in its name in Service Quotas. */
  name: RegExp;
  /** As we call it. */
  subject: string;
  /** Below this it is to be raised before the fleet grows. */
  enough: number;
  why: string;
}

/**
 * What breaks first, by the names of https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html and the like. In
 * large Regions AWS gives 10,000,000 schedules, 5,000 CreateSchedule and 1,000 invocations a second; in others 250.
 */
export const QUOTAS: readonly WatchedQuota[] = [
  {
    service: 'scheduler',
    name: /^number of schedules/i,
    subject: 'Scheduler: schedules',
    enough: 1_000_000,
    why: 'one or two for each workspace',
  },
  {
    service: 'scheduler',
    name: /^createschedule\b/i,
    subject: 'Scheduler: CreateSchedule a second',
    enough: 50,
    why: 'a client of many workspaces may change at once',
  },
  {
    service: 'scheduler',
    name: /^invocations?\b/i,
    subject: 'Scheduler: invocations a second',
    enough: 50,
    why: 'what is due in one minute',
  },
  {
    service: 'elasticfilesystem',
    name: /access points/i,
    subject: 'EFS: access points of a file system',
    enough: 1_000,
    why: 'one for each active workspace; 10,000 by default',
  },
  {
    service: 'fargate',
    name: /on-demand.*vcpu/i,
    subject: 'Fargate: vCPUs at once',
    enough: 64,
    why: 'the containers that run at once',
  },
];

/** The quotas of this account in this Region, asked for once for each service. */
export async function lookAtQuotas(
  { quotas }: Pick<OperatorClients, 'quotas'>,
  endpoint: string | undefined,
): Promise<Finding[]> {
  const services = [...new Set(QUOTAS.map(({ service }) => service))];
  const findings = await Promise.all(
    services.map(async (service) => {
      const watched = QUOTAS.filter((quota) => quota.service === service);
      let known: ServiceQuota[] = [];
      const needs = 'servicequotas:ListServiceQuotas';
      const read = await attempt({ check: 'quota', subject: service, needs }, endpoint, async () => {
        known = await allQuotas(quotas, service);
        return { result: 'ok', seen: '' };
      });
      if (read.result !== 'ok') return [{ ...read, subject: `${service}: all` }];
      return watched.map((quota) => ({
        check: 'quota',
        subject: quota.subject,
        ...judgeQuota(known, quota),
      }));
    }),
  );
  return findings.flat();
}

async function allQuotas(client: OperatorClients['quotas'], service: string): Promise<ServiceQuota[]> {
  const all: ServiceQuota[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListServiceQuotasCommand({
        ServiceCode: service,
        MaxResults: 100,
        ...(NextToken && { NextToken }),
      }),
    );
    all.push(...(page.Quotas ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return all;
}

/** The lowest quota of that name; AWS has renamed quotas before, and one that is not found is not a good one. */
export function judgeQuota(known: readonly ServiceQuota[], { name, enough, why }: WatchedQuota): Judgement {
  const values = known.filter(({ QuotaName = '' }) => name.test(QuotaName)).map(({ Value = 0 }) => Value);
  if (values.length === 0) {
    const todo = 'look for it in the console of Service Quotas';
    return { result: 'unread', seen: `Service Quotas names none like ${name.source}`, todo };
  }
  const value = Math.min(...values);
  const seen = `${value.toLocaleString('en-US')} (${why})`;
  if (value >= enough) return { result: 'ok', seen };
  return { result: 'look', seen, todo: `ask for more in Service Quotas before the fleet grows: ${why}` };
}

/** Below this, AWS takes no more reservations, and functions wait for one another. */
const UNRESERVED_ENOUGH = 100;

/** How many invocations may run at once, of what no function has reserved. */
export function lookAtConcurrency(
  { lambda }: Pick<OperatorClients, 'lambda'>,
  endpoint: string | undefined,
): Promise<Finding> {
  const subject = { check: 'quota', subject: 'Lambda: concurrency', needs: 'lambda:GetAccountSettings' };
  return attempt(subject, endpoint, async () => {
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    return judgeConcurrency(AccountLimit?.ConcurrentExecutions, AccountLimit?.UnreservedConcurrentExecutions);
  });
}

/** `unreserved` of `total` are for the functions that have reserved none. */
export function judgeConcurrency(total: number | undefined, unreserved: number | undefined): Judgement {
  const seen = `${unreserved} of ${total} not reserved`;
  if (unreserved !== undefined && unreserved >= UNRESERVED_ENOUGH) return { result: 'ok', seen };
  const todo = 'ask for more concurrent executions of Lambda in Service Quotas: 1,000 is usual';
  return { result: unreserved === undefined ? 'unread' : 'look', seen, todo };
}
