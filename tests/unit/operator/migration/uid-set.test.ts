import fc from 'fast-check';
import { UidSet } from '../../../../src/operator/migration/uid-set.ts';

const uids = fc.array(fc.oneof(fc.nat({ max: 50 }), fc.integer({ min: 0, max: 4_294_967_295 })), {
  maxLength: 3_000,
});

test('it always knows what it has seen, also after it was written down and read', () => {
  fc.assert(
    fc.property(uids, uids, (first, second) => {
      let set = new UidSet();
      const known = new Set<number>();
      const enter = (uid: number) => {
        expect(set.add(uid)).toBe(known.has(uid));
        known.add(uid);
      };
      first.forEach(enter);
      set = UidSet.fromText(set.toText());
      second.forEach(enter);
    }),
    { numRuns: 50 },
  );
});
