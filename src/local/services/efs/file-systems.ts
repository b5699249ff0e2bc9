import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { DurableMap } from '../../storage/durable-map.ts';
import type { LocalClock } from '../../time/clock.ts';
import { arnOf, LOCAL_ACCOUNT_ID } from '../arn.ts';
import { operationsRejecting, type Route } from '../operations.ts';
import { pageOf } from '../pagination.ts';
import { AwsError } from '../wire.ts';
import { badRequest, fileSystemId, nameOf, pageSize, pageToken, type Tags, tagsSchema } from './shapes.ts';

export interface FileSystem {
  id: string;
  creationToken: string;
  /** Epoch seconds of the fleet's clock. */
  createdAt: number;
  settings: Record<string, unknown>;
  tags: Tags;
  /** JSON, as it was put. */
  policy?: string;
}

export type FileSystems = ReturnType<typeof createFileSystems>;

const operation = operationsRejecting(badRequest);

/** The file systems and their policies. */
export function createFileSystems(dataDirectory: string, clock: LocalClock) {
  const all = new DurableMap<FileSystem>(join(dataDirectory, 'efs-file-systems.jsonl'));

  function find(id: string): FileSystem {
    const found = all.get(id);
    if (found) return found;
    throw new AwsError('FileSystemNotFound', 404, `File system '${id}' does not exist.`);
  }

  function add(id: string, creationToken: string, settings: Record<string, unknown>, tags: Tags): FileSystem {
    const added = { id, creationToken, createdAt: clock.now(), settings, tags };
    all.set(id, added);
    return added;
  }

  const create = operation(createSchema, ({ CreationToken, Tags = [], Backup: _, ...settings }) => {
    const same = all.values().find(({ creationToken }) => creationToken === CreationToken);
    if (same) {
      const message = `File system '${same.id}' already exists with creation token '${CreationToken}'`;
      throw new AwsError('FileSystemAlreadyExists', 409, message, { FileSystemId: same.id });
    }
    const id = `fs-${randomBytes(9).toString('hex').slice(0, 17)}`;
    return { ...describe(add(id, CreationToken, settings, Tags)), LifeCycleState: 'creating' };
  });

  const list = operation(describeSchema, ({ MaxItems, Marker, CreationToken, FileSystemId }) => {
    if (FileSystemId) return { FileSystems: [describe(find(FileSystemId))] };
    const wanted = all.values().filter((one) => !CreationToken || one.creationToken === CreationToken);
    const page = pageOf(wanted, ({ id }) => id, MaxItems, Marker, badRequest);
    return { FileSystems: page.items.map(describe), NextMarker: page.nextToken };
  });

  const putPolicy = operation(putPolicySchema, ({ FileSystemId, Policy }) => {
    const found = find(FileSystemId);
    if (!isJsonObject(Policy)) {
      throw new AwsError('InvalidPolicyException', 400, 'The policy must be a JSON object.');
    }
    all.set(found.id, { ...found, policy: Policy });
    return { FileSystemId, Policy };
  });

  const describePolicy = operation(z.strictObject({ FileSystemId: fileSystemId }), ({ FileSystemId }) => {
    const { policy } = find(FileSystemId);
    if (policy !== undefined) return { FileSystemId, Policy: policy };
    throw new AwsError('PolicyNotFound', 404, `File system '${FileSystemId}' has no policy.`);
  });

  /** One that has none is as good. */
  const deletePolicy = operation(z.strictObject({ FileSystemId: fileSystemId }), ({ FileSystemId }) => {
    const { policy: _, ...rest } = find(FileSystemId);
    all.set(rest.id, rest);
  });

  const path = '/2015-02-01/file-systems';
  const routes: Route[] = [
    { name: 'CreateFileSystem', method: 'POST', path, status: 201, run: create },
    { name: 'DescribeFileSystems', method: 'GET', path, run: list },
    { name: 'PutFileSystemPolicy', method: 'PUT', path: `${path}/{FileSystemId}/policy`, run: putPolicy },
    {
      name: 'DescribeFileSystemPolicy',
      method: 'GET',
      path: `${path}/{FileSystemId}/policy`,
      run: describePolicy,
    },
    {
      name: 'DeleteFileSystemPolicy',
      method: 'DELETE',
      path: `${path}/{FileSystemId}/policy`,
      run: deletePolicy,
    },
  ];

  return {
    routes,
    find,
    /** Makes sure that there is a file system of this id, e.g. the one that the configuration names. */
    ensure: (id: string) => {
      if (!all.has(id))
        add(id, `ensured-${createHash('sha256').update(id).digest('hex').slice(0, 32)}`, {}, []);
    },
    setTags: (id: string, tags: Tags) => all.set(id, { ...find(id), tags }),
    close: () => all.close(),
  };
}

const createSchema = z.strictObject({
  CreationToken: z.string().min(1).max(64),
  PerformanceMode: z.enum(['generalPurpose', 'maxIO']).optional(),
  Encrypted: z.boolean().optional(),
  KmsKeyId: z.string().max(2048).optional(),
  ThroughputMode: z.enum(['bursting', 'provisioned', 'elastic']).optional(),
  ProvisionedThroughputInMibps: z.number().min(1).optional(),
  AvailabilityZoneName: z.string().min(1).max(64).optional(),
  Backup: z.boolean().optional(),
  Tags: tagsSchema.optional(),
});

const describeSchema = z.strictObject({
  MaxItems: pageSize,
  Marker: pageToken,
  CreationToken: z.string().min(1).max(64).optional(),
  FileSystemId: fileSystemId.optional(),
});

const putPolicySchema = z.strictObject({
  FileSystemId: fileSystemId,
  Policy: z.string().min(1).max(20_000),
  BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
});

function describe({ id, creationToken, createdAt, settings, tags }: FileSystem) {
  return {
    OwnerId: LOCAL_ACCOUNT_ID,
    CreationToken: creationToken,
    FileSystemId: id,
    FileSystemArn: arnOf('elasticfilesystem', `file-system/${id}`),
    CreationTime: createdAt,
    LifeCycleState: 'available',
    Name: nameOf(tags),
    NumberOfMountTargets: 0,
    SizeInBytes: { Value: 0 },
    PerformanceMode: 'generalPurpose',
    Encrypted: false,
    ThroughputMode: 'bursting',
    ...settings,
    Tags: tags,
  };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
