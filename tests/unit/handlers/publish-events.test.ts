import fc from 'fast-check';
import { type HistoryEntry, historyKindSchema } from '../../../src/core/history.ts';
import { publishEvents } from '../../../src/handlers/publish-events.ts';
import type { ChangeRecord, Events, OutgoingEvent } from '../../../src/ports.ts';
import { entryWith } from '../../support/event-samples.ts';
import { MemoryHistory } from '../../support/memory/history.ts';
import { MemoryObserver } from '../../support/memory/observer.ts';
import { NOW } from '../../support/rows.ts';

const idOf = ({ detail }: OutgoingEvent) => String(detail.id);

/** A bus that keeps what it took, and does with each call what it is told to. */
class MemoryBus implements Events {
  readonly taken: OutgoingEvent[] = [];
  readonly calls: number[] = [];
  /** The indexes that it refuses, or an error; for each call. */
  behave: (call: number, events: readonly OutgoingEvent[]) => number[] = () => [];

  async put(events: readonly OutgoingEvent[]): Promise<number[]> {
    this.calls.push(events.length);
    const refused = this.behave(this.calls.length - 1, events);
    this.taken.push(...events.filter((_, index) => !refused.includes(index)));
    return refused;
  }
}

function recordsOf(entries: readonly HistoryEntry[]): ChangeRecord[] {
  const history = new MemoryHistory();
  for (const entry of entries) history.put(entry);
  return history.takeChanges();
}

/** As the stream would: what was not handled comes again. */
async function deliver(records: readonly ChangeRecord[], bus: MemoryBus): Promise<number> {
  const observer = new MemoryObserver();
  let left = records;
  for (let deliveries = 1; ; deliveries += 1) {
    if (deliveries > 500) throw new Error('the records are never handled');
    const { retryFrom } = await publishEvents(left, { events: bus, observer });
    if (retryFrom === undefined) return deliveries;
    left = records.slice(records.findIndex(({ sequenceNumber }) => sequenceNumber === retryFrom));
  }
}

const archived = (workspace: string, sequence: number) =>
  entryWith('archived', { workspace, sequence, at: NOW + sequence });

test('ten a call, and no workspace twice in one', async () => {
  const bus = new MemoryBus();
  const many = Array.from({ length: 23 }, (_, index) => archived(`acme/user-${index}`, 1));
  await deliver(recordsOf(many), bus);
  expect(bus.calls).toEqual([10, 10, 3]);
  const one = new MemoryBus();
  await deliver(recordsOf([archived('a/a', 1), archived('a/b', 1), archived('a/a', 2)]), one);
  expect(one.calls).toEqual([2, 1]);
});

test.each([
  ['is of no kind that is known', { workspace: 'a/b', what: 'exploded' }],
  ['is of a time that no calendar has', { ...archived('a/b', 1), at: -8.64e12 }],
  ['is due at a time that no calendar has', { ...archived('a/b', 1), due: 8.64e12 }],
])('an entry that %s is counted and skipped, one that has expired is nothing', async (_, image) => {
  const bus = new MemoryBus();
  const observer = new MemoryObserver();
  const [good, bad, gone] = recordsOf([archived('a/a', 1), archived('a/b', 1), archived('a/c', 1)]);
  if (!good || !bad || !gone) throw new Error('three records are expected');
  const records = [{ ...bad, newImage: () => image }, { ...gone, newImage: () => undefined }, good];
  expect(await publishEvents(records, { events: bus, observer })).toEqual({ retryFrom: undefined });
  expect(bus.taken).toHaveLength(1);
  expect([observer.counted('InvalidHistory'), observer.counted('Published')]).toEqual([1, 1]);
});

test('what the bus refuses is put again before anything later', async () => {
  const bus = new MemoryBus();
  bus.behave = (call) => (call === 0 ? [1] : []);
  await deliver(
    recordsOf([archived('a/a', 1), archived('a/b', 1), archived('a/b', 2), archived('a/a', 2)]),
    bus,
  );
  const ofB = bus.taken.filter(({ detail }) => String(detail.id).startsWith('a/b'));
  expect(ofB.map(({ detail }) => detail.sequence)).toEqual([1, 2]);
});

test('whatever the bus refuses, and wherever the publisher is killed, each event always arrives, and for each workspace in order', async () => {
  const kinds = historyKindSchema.options.filter(
    (what) => !['archiving', 'terminating', 'restoring'].includes(what),
  );
  const steps = fc.array(
    fc.record({ workspace: fc.constantFrom('a/a', 'a/b', 'b/a', 'b/b'), what: fc.constantFrom(...kinds) }),
    {
      minLength: 1,
      maxLength: 40,
    },
  );
  const faults = fc.infiniteStream(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('none' as const) },
      { weight: 1, arbitrary: fc.constant('throws' as const) },
      { weight: 1, arbitrary: fc.constant('killed after' as const) },
      { weight: 2, arbitrary: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }) },
    ),
  );
  await fc.assert(
    fc.asyncProperty(steps, faults, async (story, fault) => {
      const counts = new Map<string, number>();
      const entries = story.map(({ workspace, what }, index) => {
        const sequence = (counts.get(workspace) ?? 0) + 1;
        counts.set(workspace, sequence);
        return entryWith(what, { workspace, sequence, at: NOW + index });
      });
      const bus = new MemoryBus();
      bus.behave = (call, events) => {
        // At some time every trouble ends.
        const next = call > 100 ? 'none' : fault.next().value;
        if (next === 'throws') throw new Error('throttled');
        if (next === 'killed after') {
          bus.taken.push(...events);
          throw new Error('the answer was lost');
        }
        return next === 'none' ? [] : next.filter((index: number) => index < events.length);
      };
      await deliver(recordsOf(entries), bus);

      const expected = entries.filter(({ what, heldBackBy }) => what !== 'held-back' || heldBackBy !== 'off');
      expect(new Set(bus.taken.map(idOf)).size).toBe(expected.length);
      for (const workspace of counts.keys()) {
        const first = new Set(
          bus.taken
            .filter((event) => idOf(event).startsWith(`${workspace}@`))
            .map(({ detail }) => Number(detail.sequence)),
        );
        const order = [...first];
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }
    }),
    { numRuns: 500 },
  );
});
