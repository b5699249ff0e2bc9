import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { DurableMap } from '../../storage/durable-map.ts';
import { arnOf, LOCAL_ACCOUNT_ID } from '../arn.ts';
import { operationsRejecting, type Route } from '../operations.ts';
import { pageOf } from '../pagination.ts';
import { AwsError } from '../wire.ts';
import type { FileSystems } from './file-systems.ts';
import {
  accessPointId,
  badRequest,
  createAccessPointSchema,
  fileSystemId,
  nameOf,
  pageSize,
  pageToken,
  type Tags,
} from './shapes.ts';

export interface AccessPoint {
  id: string;
  /** What it was created with. Access points cannot be changed, apart from their tags. */
  request: z.output<typeof createAccessPointSchema>;
  tags: Tags;
}

export type AccessPoints = ReturnType<typeof createAccessPoints>;

const operation = operationsRejecting(badRequest);

/**
 * The access points. Deleting one takes away the way in and nothing else: the directory stays, and so do the
 * tasks that have it mounted, as on AWS.
 */
export function createAccessPoints(dataDirectory: string, fileSystems: FileSystems, limit: number) {
  const all = new DurableMap<AccessPoint>(join(dataDirectory, 'efs-access-points.jsonl'));
  const ofFileSystem = (id: string) => all.values().filter(({ request }) => request.FileSystemId === id);

  function find(id: string): AccessPoint {
    const found = all.get(id);
    if (found) return found;
    throw new AwsError('AccessPointNotFound', 404, `Access point '${id}' does not exist.`);
  }

  const create = operation(createAccessPointSchema, (request) => {
    fileSystems.find(request.FileSystemId);
    const same = all.values().find((one) => one.request.ClientToken === request.ClientToken);
    if (same && isDeepStrictEqual(same.request, request)) return describe(same);
    if (same) {
      const message = `Access point '${same.id}' already exists with client token '${request.ClientToken}'.`;
      throw new AwsError('AccessPointAlreadyExists', 409, message, { AccessPointId: same.id });
    }
    if (ofFileSystem(request.FileSystemId).length >= limit) {
      const message = `File system '${request.FileSystemId}' has its maximum of ${limit} access points.`;
      throw new AwsError('AccessPointLimitExceeded', 403, message);
    }
    const id = `fsap-${randomBytes(9).toString('hex').slice(0, 17)}`;
    const added = { id, request, tags: request.Tags ?? [] };
    all.set(id, added);
    return { ...describe(added), LifeCycleState: 'creating' };
  });

  const list = operation(listSchema, ({ MaxResults, NextToken, AccessPointId, FileSystemId }) => {
    if (AccessPointId && FileSystemId) {
      throw badRequest('AccessPointId and FileSystemId exclude each other: give one of them.');
    }
    if (AccessPointId) return { AccessPoints: [describe(find(AccessPointId))] };
    if (FileSystemId) fileSystems.find(FileSystemId);
    const wanted = FileSystemId ? ofFileSystem(FileSystemId) : all.values();
    const page = pageOf(wanted, ({ id }) => id, MaxResults, NextToken, badRequest);
    return { AccessPoints: page.items.map(describe), NextToken: page.nextToken };
  });

  const remove = operation(z.strictObject({ AccessPointId: accessPointId }), ({ AccessPointId }) => {
    all.delete(find(AccessPointId).id);
  });

  const path = '/2015-02-01/access-points';
  const routes: Route[] = [
    { name: 'CreateAccessPoint', method: 'POST', path, run: create },
    { name: 'DescribeAccessPoints', method: 'GET', path, run: list },
    {
      name: 'DeleteAccessPoint',
      method: 'DELETE',
      path: `${path}/{AccessPointId}`,
      status: 204,
      run: remove,
    },
  ];

  return {
    routes,
    find,
    get: (id: string) => all.get(id),
    setTags: (id: string, tags: Tags) => all.set(id, { ...find(id), tags }),
    close: () => all.close(),
  };
}

const listSchema = z.strictObject({
  MaxResults: pageSize,
  NextToken: pageToken,
  AccessPointId: accessPointId.optional(),
  FileSystemId: fileSystemId.optional(),
});

function describe({ id, request, tags }: AccessPoint) {
  return {
    ClientToken: request.ClientToken,
    Name: nameOf(tags),
    Tags: tags,
    AccessPointId: id,
    AccessPointArn: arnOf('elasticfilesystem', `access-point/${id}`),
    FileSystemId: request.FileSystemId,
    PosixUser: request.PosixUser,
    RootDirectory: { Path: '/', ...request.RootDirectory },
    OwnerId: LOCAL_ACCOUNT_ID,
    LifeCycleState: 'available',
  };
}
