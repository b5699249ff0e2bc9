/**
 * How far a shard's records have been dealt with. Lanes finish in any order; the checkpoint is the last record
 * that has none open before it, so a crash repeats records and never skips one.
 */
export class StreamProgress {
  /** In the shard's order; true once dealt with. */
  private readonly open = new Map<string, boolean>();

  /** How many records have been read and are not yet behind the checkpoint. */
  get size(): number {
    return this.open.size;
  }

  /** Notes a record as read. Call it in the shard's order. */
  add(sequenceNumber: string): void {
    this.open.set(sequenceNumber, false);
  }

  /** Notes records as dealt with. Returns the new checkpoint, or undefined if it stays where it was. */
  finish(sequenceNumbers: Iterable<string>): string | undefined {
    for (const sequenceNumber of sequenceNumbers) this.open.set(sequenceNumber, true);
    let checkpoint: string | undefined;
    for (const [sequenceNumber, isDone] of this.open) {
      if (!isDone) break;
      this.open.delete(sequenceNumber);
      checkpoint = sequenceNumber;
    }
    return checkpoint;
  }
}
