import { createHash } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvariantError } from '../core/errors.ts';
import { showKey, type WorkspaceKey, workspaceReference } from '../core/workspace-key.ts';
import type { PosixUids } from '../ports.ts';
import { update } from './dynamodb.ts';
import { toItem } from './update-expression.ts';

const LOWEST_UID = 10_000;
/** The two above it are what NFS and Linux call nobody and no change. */
const HIGHEST_UID = 4_294_967_293;

/** With a million workspaces one candidate in 4,300 is taken, so that even the third is rarely asked for. */
const MAXIMUM_CANDIDATES = 100;

/** The user ids that a workspace may have, from 10000 to 4294967293 (included): always the same, in this order. */
export function* uidCandidates(key: WorkspaceKey): Generator<number, never> {
  for (let attempt = 0; ; attempt += 1) {
    const hash = createHash('sha256')
      .update(`${workspaceReference(key)}#${attempt}`)
      .digest();
    yield LOWEST_UID + (hash.readUIntBE(0, 6) % (HIGHEST_UID - LOWEST_UID + 1));
  }
}

/**
 * User ids in DynamoDB: an item for each that is in use, `uid` its key, with the `clientId` and `userId` whose it is.
 *
 * An item is never removed, not even with its workspace. A workspace whose first candidate was taken would else get
 * that one as soon as it is free, and not own its own files any more; and files that outlive a workspace (a backup, a
 * retained home) would belong to a stranger.
 */
export class DynamoDBPosixUids implements PosixUids {
  private readonly client: DynamoDBClient;
  private readonly table: string;
  private readonly candidates: (key: WorkspaceKey) => Iterable<number>;

  constructor(
    client: DynamoDBClient,
    table: string,
    candidates: (key: WorkspaceKey) => Iterable<number> = uidCandidates,
  ) {
    this.client = client;
    this.table = table;
    this.candidates = candidates;
  }

  async of(key: WorkspaceKey): Promise<number> {
    let tried = 0;
    for (const uid of this.candidates(key)) {
      if (await this.take(uid, key)) return uid;
      tried += 1;
      if (tried === MAXIMUM_CANDIDATES) break;
    }
    throw new InvariantError(
      `the first ${tried} user ids of ${showKey(key)} are taken by others in ${this.table}, expected one to be free`,
    );
  }

  /** One conditional write, so that of two that want it at the same moment one gets it. */
  private async take(uid: number, { clientId, userId }: WorkspaceKey): Promise<boolean> {
    const { applied } = await update(this.client, {
      TableName: this.table,
      Key: toItem({ uid }),
      UpdateExpression: 'SET #client = :client, #user = :user',
      ConditionExpression: 'attribute_not_exists(#uid) OR (#client = :client AND #user = :user)',
      ExpressionAttributeNames: { '#uid': 'uid', '#client': 'clientId', '#user': 'userId' },
      ExpressionAttributeValues: toItem({ ':client': clientId, ':user': userId }),
    });
    return applied;
  }
}
