import fc from 'fast-check';
import { Haystack } from '../../../../src/operator/console/haystack.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-'), maxLength: 6 });

test('it always finds what a look at each name finds', () => {
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 20 }), letters, (names, part) => {
      fc.pre(part !== '');
      const expected = names.flatMap((name, index) => (name.includes(part) ? [index] : []));
      expect(new Haystack(names).find(part)).toEqual(expected);
    }),
    { numRuns: 3_000 },
  );
});

test('what goes over the end of a name is in no name', () => {
  const names = new Haystack(['acme/ada', 'acme/bo', 'globex/ada']);
  expect(names.find('acme')).toEqual([0, 1]);
  expect(names.find('ada\nacme')).toEqual([]);
  expect(names.find('adaacme')).toEqual([]);
  expect(new Haystack([]).find('a')).toEqual([]);
});
