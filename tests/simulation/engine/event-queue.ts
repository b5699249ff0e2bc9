/** Something that will happen. */
export interface Event {
  /** Epoch seconds. */
  readonly at: number;
  readonly order: number;
  /** Undefined once it has been called off. */
  action: (() => void) | undefined;
}

/** What lies ahead, the next one first; of the same moment in the order in which it was planned. A binary heap. */
export class EventQueue {
  private readonly heap: Event[] = [];
  private planned = 0;

  plan(at: number, action: () => void): Event {
    const event = { at, order: this.planned, action };
    this.planned += 1;
    this.heap.push(event);
    this.rise(this.heap.length - 1);
    return event;
  }

  /** The time of the next event; Infinity if there is none. */
  next(): number {
    this.dropCalledOff();
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Takes the next event out; undefined if there is none. */
  take(): Event | undefined {
    this.dropCalledOff();
    return this.pop();
  }

  private dropCalledOff(): void {
    while (this.heap[0] !== undefined && this.heap[0].action === undefined) this.pop();
  }

  private pop(): Event | undefined {
    const [first] = this.heap;
    const last = this.heap.pop();
    if (this.heap.length > 0 && last !== undefined) {
      this.heap[0] = last;
      this.sink(0);
    }
    return first;
  }

  private rise(from: number): void {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  private sink(from: number): void {
    for (let index = from; ; ) {
      const left = 2 * index + 1;
      const right = left + 1;
      const child = right < this.heap.length && this.isEarlier(right, left) ? right : left;
      if (child >= this.heap.length || !this.swapIfEarlier(child, index)) return;
      index = child;
    }
  }

  private isEarlier(a: number, b: number): boolean {
    const [one, other] = [this.heap[a] as Event, this.heap[b] as Event];
    return one.at < other.at || (one.at === other.at && one.order < other.order);
  }

  private swapIfEarlier(child: number, parent: number): boolean {
    if (!this.isEarlier(child, parent)) return false;
    const moved = this.heap[child] as Event;
    this.heap[child] = this.heap[parent] as Event;
    this.heap[parent] = moved;
    return true;
  }
}
