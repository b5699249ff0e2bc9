const FIRST_SLOTS = 1_024;
/** Above this share of its slots it is made twice as large. */
const FULLEST = 0.5;
/** Spreads neighbours, which user ids of an old system are: 2^32 divided by the golden ratio. */
const SPREAD = 2_654_435_769;

/** User ids that have been seen, from 0 to 4294967295: 8 bytes each, where a `Set` takes fifty. */
export class UidSet {
  private slots = new Uint32Array(FIRST_SLOTS);
  private count = 0;
  /** An empty slot is 0. */
  private hasZero = false;

  /** True if it was there already. */
  add(uid: number): boolean {
    if (uid === 0) {
      const had = this.hasZero;
      this.hasZero = true;
      return had;
    }
    if (this.count >= this.slots.length * FULLEST) this.grow();
    const slot = this.slotOf(uid);
    if (this.slots[slot] === uid) return true;
    this.slots[slot] = uid;
    this.count += 1;
    return false;
  }

  /** For a checkpoint. */
  toText(): string {
    const values = this.slots.filter((uid) => uid !== 0);
    const text = Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
    return this.hasZero ? `0${text}` : `1${text}`;
  }

  static fromText(text: string): UidSet {
    const bytes = Buffer.from(text.slice(1), 'base64');
    const set = new UidSet();
    set.hasZero = text.startsWith('0');
    for (let at = 0; at + 4 <= bytes.length; at += 4) set.add(bytes.readUInt32LE(at));
    return set;
  }

  private slotOf(uid: number): number {
    const mask = this.slots.length - 1;
    let slot = (Math.imul(uid, SPREAD) >>> 7) & mask;
    while (this.slots[slot] !== 0 && this.slots[slot] !== uid) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Uint32Array(before.length * 2);
    for (const uid of before) if (uid !== 0) this.slots[this.slotOf(uid)] = uid;
  }
}
