import { join } from 'node:path';
import * as z from 'zod';
import { DurableMap } from '../../storage/durable-map.ts';
import type { LocalClock } from '../../time/clock.ts';
import { arnOf } from '../arn.ts';
import { operationsRejecting } from '../operations.ts';
import { pageOf } from '../pagination.ts';
import {
  clientException,
  containerDefinitionSchema,
  invalidParameter,
  listLimit,
  listToken,
  type Tags,
  tagsSchema,
  volumeSchema,
} from './shapes.ts';

export type TaskDefinition = Omit<z.output<typeof registerSchema>, 'tags'> & {
  taskDefinitionArn: string;
  revision: number;
  status: 'ACTIVE' | 'INACTIVE';
  /** Epoch seconds of the fleet's clock. */
  registeredAt: number;
  deregisteredAt?: number;
};

interface Registered {
  definition: TaskDefinition;
  tags: Tags;
}

export type TaskDefinitions = ReturnType<typeof createTaskDefinitions>;

const operation = operationsRejecting(clientException);

/** The task definitions: revisions of families. A revision is never changed, and its number never used again. */
export function createTaskDefinitions(dataDirectory: string, clock: LocalClock) {
  const all = new DurableMap<Registered>(join(dataDirectory, 'ecs-task-definitions.jsonl'));
  const ofFamily = (family: string) => all.values().filter(({ definition }) => definition.family === family);

  /** By ARN, `family:revision`, or `family` for its latest active revision. */
  function find(name: string): Registered | undefined {
    const [family = '', revision] = name.slice(name.lastIndexOf('/') + 1).split(':');
    if (revision !== undefined) return all.get(`${family}:${revision}`);
    return ofFamily(family)
      .filter(({ definition }) => definition.status === 'ACTIVE')
      .sort((a, b) => b.definition.revision - a.definition.revision)[0];
  }

  function describable(name: string): Registered {
    const found = find(name);
    if (found) return found;
    throw clientException('Unable to describe task definition.');
  }

  const register = operation(registerSchema, ({ tags = [], ...request }) => {
    const revision =
      1 + Math.max(0, ...ofFamily(request.family).map(({ definition }) => definition.revision));
    const key = `${request.family}:${revision}`;
    const taskDefinitionArn = arnOf('ecs', `task-definition/${key}`);
    const registeredAt = clock.now();
    const definition = { ...request, taskDefinitionArn, revision, status: 'ACTIVE' as const, registeredAt };
    all.set(key, { definition, tags });
    return { taskDefinition: shown(definition), tags };
  });

  const describe = operation(describeSchema, ({ taskDefinition, include = [] }) => {
    const { definition, tags } = describable(taskDefinition);
    return { taskDefinition: shown(definition), tags: include.includes('TAGS') ? tags : undefined };
  });

  const deregister = operation(z.strictObject({ taskDefinition: z.string() }), ({ taskDefinition }) => {
    if (!/:\d+$/.test(taskDefinition)) throw invalidParameter('Invalid revision: expected family:revision.');
    const found = describable(taskDefinition);
    const definition = { ...found.definition, status: 'INACTIVE' as const, deregisteredAt: clock.now() };
    all.set(`${definition.family}:${definition.revision}`, { ...found, definition });
    return { taskDefinition: shown(definition) };
  });

  const list = operation(listSchema, ({ familyPrefix, status, sort, maxResults, nextToken }) => {
    if (sort === 'DESC')
      throw clientException('The local stack lists task definitions in ascending order only.');
    const wanted = all
      .values()
      .map(({ definition }) => definition)
      .filter((one) => one.status === status && (!familyPrefix || one.family === familyPrefix));
    const page = pageOf(wanted, sortKey, maxResults, nextToken, clientException);
    return {
      taskDefinitionArns: page.items.map(({ taskDefinitionArn }) => taskDefinitionArn),
      nextToken: page.nextToken,
    };
  });

  const listFamilies = operation(familiesSchema, ({ familyPrefix = '', status, maxResults, nextToken }) => {
    const active = new Map<string, boolean>();
    for (const { definition } of all.values()) {
      const { family, status } = definition;
      active.set(family, status === 'ACTIVE' || active.get(family) === true);
    }
    const wanted = [...active.keys()].filter(
      (family) =>
        family.startsWith(familyPrefix) && (status === 'ALL' || (status === 'ACTIVE') === active.get(family)),
    );
    const page = pageOf(wanted, (family) => family, maxResults, nextToken, clientException);
    return { families: page.items, nextToken: page.nextToken };
  });

  return {
    operations: {
      RegisterTaskDefinition: register,
      DescribeTaskDefinition: describe,
      DeregisterTaskDefinition: deregister,
      ListTaskDefinitions: list,
      ListTaskDefinitionFamilies: listFamilies,
    },
    find: (name: string) => find(name)?.definition,
    tagsOf: (arn: string) => find(arn)?.tags,
    setTags: (arn: string, tags: Tags) => {
      const { definition } = describable(arn);
      all.set(`${definition.family}:${definition.revision}`, { definition, tags });
    },
    close: () => all.close(),
  };
}

const stored = z.unknown().optional();

const registerSchema = z.strictObject({
  family: z.string().regex(/^[a-zA-Z0-9_-]{1,255}$/),
  containerDefinitions: z.array(containerDefinitionSchema).min(1),
  volumes: z.array(volumeSchema).default([]),
  networkMode: z.enum(['bridge', 'host', 'awsvpc', 'none']).optional(),
  cpu: z.string().optional(),
  memory: z.string().optional(),
  taskRoleArn: z.string().optional(),
  executionRoleArn: z.string().optional(),
  requiresCompatibilities: z.array(z.string()).optional(),
  tags: tagsSchema.optional(),
  enableFaultInjection: stored,
  ephemeralStorage: stored,
  inferenceAccelerators: stored,
  ipcMode: stored,
  pidMode: stored,
  placementConstraints: stored,
  proxyConfiguration: stored,
  runtimePlatform: stored,
});

const describeSchema = z.strictObject({
  taskDefinition: z.string().min(1),
  include: z.array(z.enum(['TAGS'])).optional(),
});

const listSchema = z.strictObject({
  familyPrefix: z.string().optional(),
  status: z.enum(['ACTIVE', 'INACTIVE', 'DELETE_IN_PROGRESS']).default('ACTIVE'),
  sort: z.enum(['ASC', 'DESC']).optional(),
  maxResults: listLimit,
  nextToken: listToken,
});

const familiesSchema = z.strictObject({
  familyPrefix: z.string().optional(),
  status: z.enum(['ACTIVE', 'INACTIVE', 'ALL']).default('ALL'),
  maxResults: listLimit,
  nextToken: listToken,
});

/** With the members that AWS adds to what was registered, and refuses when they are registered again. */
function shown(definition: TaskDefinition) {
  const compatibilities = definition.networkMode === 'awsvpc' ? ['EC2', 'FARGATE'] : ['EC2'];
  return { requiresAttributes: [], placementConstraints: [], compatibilities, ...definition };
}

/** Revision 10 comes after revision 9. */
function sortKey({ family, revision }: TaskDefinition): string {
  return `${family}:${String(revision).padStart(12, '0')}`;
}
