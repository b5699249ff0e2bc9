import { isDeepStrictEqual } from 'node:util';
import type { ChangeRecord } from '../../../src/ports.ts';

export type Item = Record<string, unknown>;

/** What a conditional update came to; `before` is the item that its condition met. */
export interface MemoryUpdate {
  applied: boolean;
  before: Item | undefined;
}

/**
 * A table and its stream. As in DynamoDB, a write that changes nothing is no change, attributes that are undefined
 * are not there, and sequence numbers are decimals of different lengths. Items are replaced and never changed in
 * place, so an image stays what it was.
 */
export class MemoryTable {
  private readonly partitions = new Map<string, Map<string, Item>>();
  private readonly sortedKeys = new Map<string, string[]>();
  private changes: ChangeRecord[] = [];
  private lastSequenceNumber = 0;

  get({ clientId, userId = '' }: { clientId: string; userId?: string }): Item | undefined {
    return this.partitions.get(clientId)?.get(userId);
  }

  /** Writes the item whatever was there. For tests: the system's own writes are conditional. */
  put(item: Item): void {
    this.replace(this.get(keyOf(item)), item);
  }

  delete(key: { clientId: string; userId?: string }): void {
    const before = this.get(key);
    if (!this.partitions.get(key.clientId)?.delete(key.userId ?? '')) return;
    this.sortedKeys.delete(key.clientId);
    this.record(key, before, undefined);
  }

  /** One update, atomic. Attributes that `change` sets to undefined are removed; a missing item is created. */
  update(
    key: { clientId: string; userId?: string },
    condition: (item: Item) => boolean,
    change: (item: Item) => Item,
  ): MemoryUpdate {
    const before = this.get(key);
    if (!condition(before ?? {})) return { applied: false, before };
    this.replace(before, { ...(before ?? key), ...change(before ?? {}) });
    return { applied: true, before };
  }

  /** The items of a partition in order of their sort key, from behind `after`. */
  *itemsOf(clientId: string, after = ''): Generator<Item> {
    const partition = this.partitions.get(clientId) ?? new Map<string, Item>();
    const keys = this.sortedKeys.get(clientId) ?? [...partition.keys()].sort();
    this.sortedKeys.set(clientId, keys);
    for (let index = firstBehind(keys, after); index < keys.length; index += 1) {
      const item = partition.get(keys[index] ?? '');
      if (item) yield item;
    }
  }

  /** Every item, in no particular order. */
  *items(): Generator<Item> {
    for (const partition of this.partitions.values()) yield* partition.values();
  }

  /** The changes since the last call, in their order. */
  takeChanges(): ChangeRecord[] {
    const taken = this.changes;
    this.changes = [];
    return taken;
  }

  private replace(before: Item | undefined, after: Item): void {
    // What the marshaller does: attributes and members that are undefined are left out.
    const item = JSON.parse(JSON.stringify(after)) as Item;
    if (isDeepStrictEqual(before, item)) return;
    const { clientId, userId = '' } = keyOf(item);
    const partition = this.partitions.get(clientId) ?? new Map<string, Item>();
    this.partitions.set(clientId, partition.set(userId, item));
    if (!before) this.sortedKeys.delete(clientId);
    this.record(keyOf(item), before, item);
  }

  private record(
    key: { clientId: string; userId?: string },
    before: Item | undefined,
    after: Item | undefined,
  ): void {
    this.lastSequenceNumber += 1;
    this.changes.push({
      sequenceNumber: String(this.lastSequenceNumber),
      itemKey: `${key.clientId}\u0000${key.userId}`,
      key: { ...key },
      newImage: () => after,
      oldImage: () => before,
    });
  }
}

function keyOf({ clientId, userId }: Item): { clientId: string; userId?: string } {
  return { clientId: String(clientId), ...(typeof userId === 'string' && { userId }) };
}

function firstBehind(keys: readonly string[], after: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? '') > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
