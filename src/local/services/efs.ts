import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { LocalClock } from '../time/clock.ts';
import { type AccessPoint, createAccessPoints } from './efs/access-points.ts';
import { createFileSystems } from './efs/file-systems.ts';
import { badRequest, mergeTags, pageSize, pageToken, type Tags, tagsSchema } from './efs/shapes.ts';
import { operationsRejecting, type Route, restService } from './operations.ts';
import { pageOf } from './pagination.ts';
import type { Service } from './wire.ts';

/** Elastic File System: file systems and access points are folders under `<data>/efs/<file system id>`. */
export interface Efs {
  readonly service: Service;
  /** Makes sure that there is a file system of this id, e.g. the one that the configuration names. */
  ensureFileSystem(id: string): void;
  /** The folder that an access point shows as its root, whether it exists yet or not; undefined if it is gone. */
  directoryOf(accessPointId: string): string | undefined;
  /**
   * What mounting does: gives the folder, and creates it at first as CreationInfo says. Throws an `Error` with
   * EFS's reason where a mount fails. The owner is set only when this process may (root).
   */
  mount(fileSystemId: string, accessPointId: string): string;
  close(): void;
}

export interface EfsOptions {
  dataDirectory: string;
  clock: LocalClock;
  /** Access points per file system; 10,000 on AWS. */
  accessPointLimit?: number;
}

const operation = operationsRejecting(badRequest);

export function createEfs({ dataDirectory, clock, accessPointLimit = 10_000 }: EfsOptions): Efs {
  const fileSystems = createFileSystems(dataDirectory, clock);
  const accessPoints = createAccessPoints(dataDirectory, fileSystems, accessPointLimit);
  const folderOf = ({ request }: AccessPoint) =>
    join(dataDirectory, 'efs', request.FileSystemId, request.RootDirectory?.Path ?? '/');

  function mount(fileSystemId: string, accessPointId: string): string {
    const found = accessPoints.get(accessPointId);
    if (!found || found.request.FileSystemId !== fileSystemId) {
      throw new Error(`Failed to resolve access point ${accessPointId} on file system ${fileSystemId}`);
    }
    const folder = folderOf(found);
    if (!existsSync(folder)) createRoot(folder, found);
    return folder;
  }

  return {
    service: restService('EFS', [
      ...fileSystems.routes,
      ...accessPoints.routes,
      ...tagRoutes({ 'fs-': fileSystems, 'fsap-': accessPoints }),
    ]),
    ensureFileSystem: fileSystems.ensure,
    directoryOf: (id) => {
      const found = accessPoints.get(id);
      return found && folderOf(found);
    },
    mount,
    close: () => {
      fileSystems.close();
      accessPoints.close();
    },
  };
}

function createRoot(folder: string, { id, request }: AccessPoint): void {
  const { Path = '/', CreationInfo } = request.RootDirectory ?? {};
  if (!CreationInfo && Path !== '/') {
    throw new Error(
      `The root directory ${Path} of access point ${id} does not exist and has no CreationInfo`,
    );
  }
  mkdirSync(folder, { recursive: true });
  if (!CreationInfo) return;
  chmodSync(folder, Number.parseInt(CreationInfo.Permissions, 8));
  if (process.getuid?.() === 0) chownSync(folder, CreationInfo.OwnerUid, CreationInfo.OwnerGid);
}

interface Tagged {
  find(id: string): { tags: Tags };
  setTags(id: string, tags: Tags): void;
}

/** The tags of every kind of resource; `kinds` are told apart by how their ids begin. */
function tagRoutes(kinds: Record<string, Tagged>): Route[] {
  const kindOf = (id: string) => {
    const prefix = Object.keys(kinds).find((start) => id.startsWith(start));
    const kind = prefix === undefined ? undefined : kinds[prefix];
    if (!kind) throw badRequest(`Invalid resource id "${id}": expected fs-… or fsap-…`);
    return kind;
  };
  const tag = operation(
    z.strictObject({ ResourceId: resourceId, Tags: tagsSchema }),
    ({ ResourceId, Tags }) => {
      const kind = kindOf(ResourceId);
      kind.setTags(ResourceId, mergeTags(kind.find(ResourceId).tags, Tags));
    },
  );
  const list = operation(listTagsSchema, ({ ResourceId, MaxResults, NextToken }) => {
    const { tags } = kindOf(ResourceId).find(ResourceId);
    const page = pageOf(tags, ({ Key }) => Key, MaxResults, NextToken, badRequest);
    return { Tags: page.items, NextToken: page.nextToken };
  });
  const path = '/2015-02-01/resource-tags/{ResourceId}';
  return [
    { name: 'TagResource', method: 'POST', path, run: tag },
    { name: 'ListTagsForResource', method: 'GET', path, run: list },
  ];
}

/** The last part of an ARN is the id, too. */
const resourceId = z.string().transform((value) => value.slice(value.lastIndexOf('/') + 1));

const listTagsSchema = z.strictObject({ ResourceId: resourceId, MaxResults: pageSize, NextToken: pageToken });
