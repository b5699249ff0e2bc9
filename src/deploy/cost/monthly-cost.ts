import {
  FLEET,
  HAPPENINGS,
  type Happening,
  LOG_MONTHS,
  LOGGED_PER_CALL,
  MEMORY_GB,
  READER,
  SIZES,
} from './fleet.ts';
import { PRICES, type Priced } from './prices.ts';

/** One line of the bill of a month. */
export interface CostLine {
  what: string;
  priced: Priced;
  quantity: number;
  /** US dollars. */
  cost: number;
}

const SECONDS_IN_MONTH = FLEET.daysInMonth * 86_400;
const RUNS_OF_BACKSTOP = (SECONDS_IN_MONTH / 900) | 0;
const GB = 1e9;
/** Names and their dimensions: those of src/ports.ts, by rule, reason, action and loss where they have these. */
const CUSTOM_METRICS = 56;
/** X-Ray takes the first request of each second, and a twentieth of the others. */
const TRACED = { aSecond: 1, share: 0.05 };
/** A function that is warm looks at the two versions of its secret every five minutes. */
const SECRET_READS = (2 * SECONDS_IN_MONTH) / 300;

/** How often each thing happens in a month in a fleet of so many workspaces. */
export function happeningsOf(workspaces: number): Record<keyof typeof HAPPENINGS, number> {
  const wakesOfActive = Object.values(FLEET.tiers).reduce(
    (sum, { share, wakesAfterDays }) => sum + (share * FLEET.daysInMonth) / wakesAfterDays,
    0,
  );
  const clients = workspaces / FLEET.workspacesOfClient;
  return {
    report: workspaces * FLEET.inUse * FLEET.daysInUse * FLEET.reportsADay,
    wokenForNothing: workspaces * FLEET.inUse * wakesOfActive,
    archive: workspaces * FLEET.archived,
    terminate: workspaces * FLEET.terminated,
    resume: workspaces * FLEET.resumed,
    create: workspaces * FLEET.created,
    billingEvent: clients * FLEET.billingEvents,
    fanOut: clients * FLEET.billingChanges,
    carried: workspaces * FLEET.billingChanges,
  };
}

/** What a month costs, line by line, with as many metrics in alarms as a deployment has. */
export function monthlyCost(workspaces: number, alarmMetrics: number): CostLine[] {
  const times = happeningsOf(workspaces);
  const sum = (member: keyof Happening) =>
    Object.entries(HAPPENINGS).reduce(
      (total, [name, happening]) => total + times[name as keyof typeof times] * happening[member],
      0,
    );
  const requests = times.report + times.resume + times.create + times.billingEvent;
  const wakeUps = sum('wakeUps');
  const entries = sum('entries');
  const records = sum('records');
  const readers = Math.min(records, READER.callsASecond * SECONDS_IN_MONTH);
  const calls = requests + wakeUps + readers + RUNS_OF_BACKSTOP;
  const computed =
    sum('seconds') + readers * READER.seconds + records * READER.secondsARecord + RUNS_OF_BACKSTOP;
  const logs = (calls * LOGGED_PER_CALL + sum('logged') + readers * LOGGED_PER_CALL) / GB;
  const stored = (workspaces * (SIZES.row + SIZES.uid) + entries * SIZES.historyMonths * SIZES.entry) / GB;
  const warm = Math.max(2, Math.ceil(sum('seconds') / SECONDS_IN_MONTH));
  return [
    line('HTTP API', 'httpRequest', requests),
    line('DynamoDB, writes with indexes', 'writeUnit', sum('writes')),
    line('DynamoDB, reads', 'readUnit', sum('reads') + RUNS_OF_BACKSTOP * 10),
    line('DynamoDB, storage', 'tableStorage', stored),
    line('DynamoDB, point-in-time recovery', 'tableBackup', stored),
    line('Lambda, calls', 'lambdaRequest', calls),
    line('Lambda, computing', 'lambdaCompute', computed * MEMORY_GB),
    line('EventBridge Scheduler', 'schedule', wakeUps),
    line('EventBridge, events', 'event', sum('events')),
    line('CloudWatch, logs taken in', 'logIntake', logs),
    line('CloudWatch, logs kept', 'logStorage', logs * LOG_MONTHS),
    line('CloudWatch, own metrics', 'metric', CUSTOM_METRICS),
    line('CloudWatch, alarms', 'alarmMetric', alarmMetrics),
    line('CloudWatch, dashboard', 'dashboard', 1),
    line('X-Ray', 'trace', tracedOf(calls)),
    line('KMS, key of the topics', 'key', 1),
    line('KMS, requests of the tables', 'keyRequest', 50_000),
    line('Secrets Manager, secret', 'secret', 1),
    line('Secrets Manager, requests', 'secretRequest', warm * SECRET_READS),
    line('S3, records that failed', 'bucketRequest', 100),
  ];
}

/** How many of so many calls a month X-Ray takes. */
export function tracedOf(calls: number): number {
  const first = Math.min(calls, TRACED.aSecond * SECONDS_IN_MONTH);
  return first + (calls - first) * TRACED.share;
}

function line(what: string, priced: Priced, quantity: number): CostLine {
  const { dollars, per } = PRICES[priced];
  return { what, priced, quantity, cost: (quantity / per) * dollars };
}

/** The sum of a bill, US dollars. */
export function total(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { cost }) => sum + cost, 0);
}
