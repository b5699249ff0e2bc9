import { join } from 'node:path';
import * as z from 'zod';
import { DurableMap } from '../../storage/durable-map.ts';
import type { LocalClock } from '../../time/clock.ts';
import { arnOf } from '../arn.ts';
import { operationsRejecting, type Route } from '../operations.ts';
import { pageOf } from '../pagination.ts';
import { AwsError } from '../wire.ts';
import { nameSchema, validationError } from './schedule.ts';

interface ScheduleGroup {
  name: string;
  createdAt: number;
  clientToken?: string | undefined;
}

/** Always there, and cannot be deleted. */
const DEFAULT_GROUP = 'default';

const operation = operationsRejecting(validationError);

/** The schedule groups. `onDelete` is called with the name of a group whose schedules must go with it. */
export function createScheduleGroups(
  dataDirectory: string,
  clock: LocalClock,
  onDelete: (group: string) => void,
) {
  const all = new DurableMap<ScheduleGroup>(join(dataDirectory, 'scheduler-groups.jsonl'));
  if (!all.has(DEFAULT_GROUP)) all.set(DEFAULT_GROUP, { name: DEFAULT_GROUP, createdAt: clock.now() });

  function find(name: string): ScheduleGroup {
    const found = all.get(name);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', 404, `Schedule group ${name} does not exist.`);
  }

  const create = operation(createSchema, ({ Name, ClientToken }) => {
    const existing = all.get(Name);
    if (existing && (ClientToken === undefined || existing.clientToken !== ClientToken)) {
      throw new AwsError('ConflictException', 409, `Schedule group ${Name} already exists.`);
    }
    if (!existing) all.set(Name, { name: Name, createdAt: clock.now(), clientToken: ClientToken });
    return { ScheduleGroupArn: groupArn(Name) };
  });

  const get = operation(oneSchema, ({ Name }) => describe(find(Name)));

  const list = operation(listSchema, ({ MaxResults, NamePrefix = '', NextToken }) => {
    const wanted = all.values().filter(({ name }) => name.startsWith(NamePrefix));
    const page = pageOf(wanted, ({ name }) => name, MaxResults, NextToken, validationError);
    return { ScheduleGroups: page.items.map(describe), NextToken: page.nextToken };
  });

  const remove = operation(oneSchema, ({ Name }) => {
    if (Name === DEFAULT_GROUP) throw validationError('The default schedule group cannot be deleted.');
    onDelete(find(Name).name);
    all.delete(Name);
  });

  const path = '/schedule-groups/{Name}';
  const query = { clientToken: 'ClientToken' };
  const routes: Route[] = [
    { name: 'CreateScheduleGroup', method: 'POST', path, run: create },
    { name: 'GetScheduleGroup', method: 'GET', path, run: get },
    { name: 'ListScheduleGroups', method: 'GET', path: '/schedule-groups', run: list },
    { name: 'DeleteScheduleGroup', method: 'DELETE', path, query, run: remove },
  ];
  return { routes, find, close: () => all.close() };
}

const oneSchema = z.strictObject({ Name: nameSchema, ClientToken: z.string().optional() });

const createSchema = oneSchema.extend({
  Tags: z
    .array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().min(1).max(256) }))
    .max(200)
    .optional(),
});

const listSchema = z.strictObject({
  MaxResults: z.coerce.number().int().min(1).max(100).default(100),
  NamePrefix: nameSchema.optional(),
  NextToken: z.string().min(1).max(2048).optional(),
});

function groupArn(name: string): string {
  return arnOf('scheduler', `schedule-group/${name}`);
}

function describe({ name, createdAt }: ScheduleGroup) {
  const CreationDate = createdAt;
  return {
    Name: name,
    Arn: groupArn(name),
    State: 'ACTIVE',
    CreationDate,
    LastModificationDate: CreationDate,
  };
}
