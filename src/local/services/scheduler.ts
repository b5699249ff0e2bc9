import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { DurableMap } from '../storage/durable-map.ts';
import { operationsRejecting, type Route, restService } from './operations.ts';
import { pageOf } from './pagination.ts';
import { Firing, type FiringOptions } from './scheduler/firing.ts';
import { createScheduleGroups } from './scheduler/groups.ts';
import {
  checkInput,
  firingTime,
  nameSchema,
  putScheduleSchema,
  type Schedule,
  type ScheduleRequest,
  scheduleArn,
  scheduleKey,
  validationError,
} from './scheduler/schedule.ts';
import { AwsError, type Service } from './wire.ts';

/** EventBridge Scheduler, for one-time schedules. */
export interface Scheduler {
  readonly service: Service;
  /** Arms what was there when it was loaded; what has come due while nothing ran fires at once. */
  start(): void;
  /**
   * Fires nothing from now on and waits for deliveries that are running. What is not delivered by then will be
   * after the next start.
   */
  close(): Promise<void>;
}

export interface SchedulerOptions extends FiringOptions {
  dataDirectory: string;
}

const operation = operationsRejecting(validationError);

/** Loads the schedules. Those that were there fire once `start` has been called, new ones in any case. */
export function createScheduler({ dataDirectory, ...options }: SchedulerOptions): Scheduler {
  const { clock } = options;
  const all = new DurableMap<Schedule>(join(dataDirectory, 'scheduler-schedules.jsonl'));
  const firing = new Firing(all, options);

  function remove(key: string): void {
    firing.disarm(key);
    all.delete(key);
  }

  const groups = createScheduleGroups(dataDirectory, clock, (group) => {
    for (const { request } of all.values()) {
      if (request.GroupName === group) remove(scheduleKey(group, request.Name));
    }
  });

  function find(group: string, name: string): Schedule {
    groups.find(group);
    const found = all.get(scheduleKey(group, name));
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', 404, `Schedule ${name} does not exist.`);
  }

  function put(request: ScheduleRequest, createdAt: number): { ScheduleArn: string } {
    const now = clock.now();
    const at = firingTime(request, now);
    const schedule = { request, at, createdAt, modifiedAt: now, executionId: randomUUID() };
    checkInput(schedule);
    all.set(scheduleKey(request.GroupName, request.Name), schedule);
    firing.arm(schedule);
    return { ScheduleArn: scheduleArn(request) };
  }

  const create = operation(putScheduleSchema, (request) => {
    groups.find(request.GroupName);
    const existing = all.get(scheduleKey(request.GroupName, request.Name));
    if (!existing) return put(request, clock.now());
    // An SDK that repeats its own request, because the answer got lost, sends the same token.
    const repeated = request.ClientToken !== undefined && isDeepStrictEqual(existing.request, request);
    if (repeated) return { ScheduleArn: scheduleArn(request) };
    throw new AwsError('ConflictException', 409, `Schedule ${request.Name} already exists.`);
  });

  const update = operation(putScheduleSchema, (request) =>
    put(request, find(request.GroupName, request.Name).createdAt),
  );

  const get = operation(oneSchema, ({ GroupName, Name }) => describe(find(GroupName, Name)));

  const list = operation(listSchema, ({ GroupName, NamePrefix = '', State, MaxResults, NextToken }) => {
    if (GroupName) groups.find(GroupName);
    const wanted = all.values().filter(({ request }) => {
      const { Name, GroupName: group, State: state } = request;
      return (
        Name.startsWith(NamePrefix) && (!GroupName || group === GroupName) && (!State || state === State)
      );
    });
    const page = pageOf(wanted, keyOf, MaxResults, NextToken, validationError);
    return { Schedules: page.items.map(summarize), NextToken: page.nextToken };
  });

  const removeOne = operation(oneSchema, ({ GroupName, Name }) => {
    remove(keyOf(find(GroupName, Name)));
  });

  const path = '/schedules/{Name}';
  const query = { groupName: 'GroupName', clientToken: 'ClientToken' };
  const listQuery = { ScheduleGroup: 'GroupName' };
  const routes: Route[] = [
    { name: 'CreateSchedule', method: 'POST', path, run: create },
    { name: 'GetSchedule', method: 'GET', path, query, run: get },
    { name: 'ListSchedules', method: 'GET', path: '/schedules', query: listQuery, run: list },
    { name: 'UpdateSchedule', method: 'PUT', path, run: update },
    { name: 'DeleteSchedule', method: 'DELETE', path, query, run: removeOne },
  ];

  return {
    service: restService('EventBridge Scheduler', [...routes, ...groups.routes]),
    start: () => firing.start(),
    close: async () => {
      await firing.close();
      groups.close();
      all.close();
    },
  };
}

const oneSchema = z.strictObject({
  Name: nameSchema,
  GroupName: nameSchema.default('default'),
  ClientToken: z.string().optional(),
});

const listSchema = z.strictObject({
  GroupName: nameSchema.optional(),
  NamePrefix: nameSchema.optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  MaxResults: z.coerce.number().int().min(1).max(100).default(100),
  NextToken: z.string().min(1).max(2048).optional(),
});

function keyOf({ request }: Schedule): string {
  return scheduleKey(request.GroupName, request.Name);
}

function describe(schedule: Schedule) {
  const { request, createdAt, modifiedAt } = schedule;
  const { ClientToken: _, ...shown } = request;
  return { ...shown, Arn: scheduleArn(request), CreationDate: createdAt, LastModificationDate: modifiedAt };
}

function summarize(schedule: Schedule) {
  const { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target } = describe(schedule);
  return { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target: { Arn: Target.Arn } };
}
