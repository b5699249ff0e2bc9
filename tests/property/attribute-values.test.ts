import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { toPlain } from '../../src/aws/attribute-values.ts';

/** `marshall` takes an object with an attribute called `constructor` for an instance of some class. */
const name = fc.string({ minLength: 1 }).filter((text) => text !== 'constructor');

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(name, tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any;
const item = fc.dictionary(name, value, { noNullPrototype: true });

test('toPlain always reads what marshall wrote, as unmarshall does', () => {
  fc.assert(
    fc.property(item, (plain) => {
      const marshalled = marshall(plain);
      expect(JSON.stringify(toPlain(marshalled))).toBe(JSON.stringify(unmarshall(marshalled)));
    }),
    { numRuns: 2_000 },
  );
});

test('what the project never writes is left for the schema to refuse, never thrown', () => {
  for (const N of ['123456789012345678901234567890', '7.00000000000000000000000000001', '1e-200']) {
    expect(toPlain({ a: { N } }).a).toEqual(N.length > 15 ? { N } : Number(N));
  }
  expect(toPlain({ a: { SS: ['x'] } }).a).toEqual({ SS: ['x'] });
  expect(toPlain({ a: { B: new Uint8Array([1]) } }).a).toEqual({ B: new Uint8Array([1]) });
});

test('an attribute called __proto__ changes no prototype', () => {
  const plain = toPlain(JSON.parse('{"__proto__": {"M": {"lifecycle": {"S": "terminated"}}}}'));
  expect(plain.lifecycle).toBeUndefined();
});
