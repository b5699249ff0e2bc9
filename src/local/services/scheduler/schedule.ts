import * as z from 'zod';
import { arnOf } from '../arn.ts';
import { AwsError } from '../wire.ts';

/** EventBridge Scheduler's error for parameters that cannot be right. */
export const validationError = (message: string) => new AwsError('ValidationException', 400, message);

/** Of schedules and of groups. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html */
export const nameSchema = z.string().regex(/^[0-9a-zA-Z-_.]{1,64}$/);

const targetSchema = z.strictObject({
  Arn: z.string().max(1600).regex(/^arn:/),
  RoleArn: z
    .string()
    .max(1600)
    .regex(/^arn:aws(-[a-z]+)?:iam::\d{12}:role\/[\w+=,.@/-]+$/),
  Input: z.string().min(1).optional(),
  DeadLetterConfig: z
    .strictObject({
      Arn: z
        .string()
        .regex(/^arn:aws(-[a-z]+)?:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9\-_]+$/)
        .optional(),
    })
    .optional(),
  RetryPolicy: z
    .strictObject({
      MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).optional(),
      MaximumRetryAttempts: z.number().int().min(0).max(185).optional(),
    })
    .optional(),
});

const flexibleTimeWindowSchema = z.union([
  z.strictObject({ Mode: z.literal('OFF') }),
  z.strictObject({
    Mode: z.literal('FLEXIBLE'),
    MaximumWindowInMinutes: z.number().int().min(1).max(1440),
  }),
]);

/** What CreateSchedule and UpdateSchedule take. Both replace everything, so both have the same defaults. */
export const putScheduleSchema = z.strictObject({
  Name: nameSchema,
  GroupName: nameSchema.default('default'),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default('UTC'),
  FlexibleTimeWindow: flexibleTimeWindowSchema,
  Target: targetSchema,
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  Description: z.string().max(512).optional(),
  // AWS ignores both dates for one-time schedules.
  StartDate: z.number().optional(),
  EndDate: z.number().optional(),
  KmsKeyArn: z.string().max(2048).optional(),
  ClientToken: z
    .string()
    .regex(/^[a-zA-Z0-9-_]{1,64}$/)
    .optional(),
});

export type ScheduleRequest = z.output<typeof putScheduleSchema>;

/** A schedule as it is kept. Times are epoch seconds of the fleet's clock. */
export interface Schedule {
  request: ScheduleRequest;
  /** When it fires: a whole second. */
  at: number;
  createdAt: number;
  modifiedAt: number;
  /** The same for every attempt of the one firing, and in every life of the stack. */
  executionId: string;
  /** When it was delivered or given up; undefined while that is still ahead. */
  completedAt?: number;
}

/** Names are unique within a group only. */
export function scheduleKey(group: string, name: string): string {
  return `${group}/${name}`;
}

export function scheduleArn({ GroupName, Name }: ScheduleRequest): string {
  return arnOf('scheduler', `schedule/${GroupName}/${Name}`);
}

/** The second at which a new schedule fires. Throws ValidationException for everything that would never run. */
export function firingTime(request: ScheduleRequest, now: number): number {
  const { ScheduleExpression: expression, ScheduleExpressionTimezone: timezone } = request;
  if (/^(rate|cron)\(/.test(expression)) {
    throw validationError(`The local stack runs one-time schedules only: expected at(…), got ${expression}.`);
  }
  if (timezone !== 'UTC') {
    throw validationError(
      `The local stack knows no time zone but UTC, got ScheduleExpressionTimezone ${timezone}.`,
    );
  }
  const text = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression)?.[1];
  const milliseconds = text ? Date.parse(`${text}Z`) : Number.NaN;
  // Date.parse takes February 30th for March 2nd in some engines; the way back shows it.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== `${text}.000Z`) {
    throw validationError(
      `Invalid Schedule Expression ${expression}. Expected at(yyyy-mm-ddThh:mm:ss), without fractions or zone.`,
    );
  }
  const at = milliseconds / 1000;
  if (at >= now) return at;
  throw validationError(
    `Invalid Schedule Expression ${expression}: it is in the past, now is ${isoSecond(now)}.`,
  );
}

/** Throws ValidationException if the input, which Lambda takes as JSON, would not be JSON when it is sent. */
export function checkInput(schedule: Schedule): void {
  const input = substitutedInput(schedule, 1);
  try {
    JSON.parse(input);
  } catch {
    throw validationError(`Target.Input must be JSON, got ${schedule.request.Target.Input?.slice(0, 80)}`);
  }
}

/**
 * What the target is sent, its context attributes filled in.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export function substitutedInput(schedule: Schedule, attempt: number): string {
  const { request, at, executionId } = schedule;
  const attributes: Record<string, string> = {
    'schedule-arn': scheduleArn(request),
    'scheduled-time': isoSecond(at),
    'execution-id': executionId,
    'attempt-number': `${attempt}`,
  };
  const input = request.Target.Input ?? JSON.stringify(defaultEvent(schedule));
  return input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name) => attributes[name] ?? whole);
}

/** What AWS sends to a function whose target has no input. */
function defaultEvent({ request, at, executionId }: Schedule) {
  const [, , , , region, account] = scheduleArn(request).split(':');
  return {
    version: '0',
    id: executionId,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account,
    time: isoSecond(at),
    region,
    resources: [scheduleArn(request)],
    detail: '{}',
  };
}

function isoSecond(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
