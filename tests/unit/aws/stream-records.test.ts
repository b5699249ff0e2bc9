import type { DynamoDBRecord } from 'aws-lambda';
import { readStreamEvent, toBatchResponse } from '../../../src/aws/stream-records.ts';
import { InvariantError } from '../../../src/core/errors.ts';

const Keys = { clientId: { S: 'acme' }, userId: { S: 'ada' } };
const okChange = { SequenceNumber: '10', Keys, NewImage: { ...Keys, lastActivity: { N: '1767225600' } } };
const read = (...changes: DynamoDBRecord['dynamodb'][]) =>
  readStreamEvent({ Records: changes.map((dynamodb) => ({ dynamodb }) as DynamoDBRecord) });

test('a record, with its image as plain values', () => {
  const [record] = read(okChange);
  expect(record).toMatchObject({ sequenceNumber: '10', key: { clientId: 'acme', userId: 'ada' } });
  expect(record?.newImage()).toEqual({ clientId: 'acme', userId: 'ada', lastActivity: 1767225600 });
});

test('a row that was removed has no new image, one that is new no old one', () => {
  const [removed] = read({ SequenceNumber: '1', Keys, OldImage: okChange.NewImage });
  expect(removed?.newImage()).toBeUndefined();
  expect(removed?.oldImage()).toMatchObject({ lastActivity: 1767225600 });
  expect(read(okChange)[0]?.oldImage()).toBeUndefined();
});

test('the order of the event is kept', () => {
  const changes = ['9', '10', '8'].map((SequenceNumber) => ({ ...okChange, SequenceNumber }));
  expect(read(...changes).map(({ sequenceNumber }) => sequenceNumber)).toEqual(['9', '10', '8']);
});

test('items of one key are one, whatever the order of its attributes; others never look alike', () => {
  const itemKeyOf = (...values: [string, string?]) => {
    const [clientId, userId] = values;
    const keys = { ...(userId !== undefined && { userId: { S: userId } }), clientId: { S: clientId } };
    return read({ ...okChange, Keys: keys })[0]?.itemKey;
  };
  expect(itemKeyOf('acme', 'ada')).toBe(read(okChange)[0]?.itemKey);
  const keys = [
    itemKeyOf('a', 'b/c'),
    itemKeyOf('a/b', 'c'),
    itemKeyOf('ab', 'c'),
    itemKeyOf('a', 'bc'),
    itemKeyOf('a'),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test('items of other tables are told apart by their own keys', () => {
  const itemKeyOf = (Keys: Record<string, { S: string }>) => read({ ...okChange, Keys })[0]?.itemKey;
  const [workspace, entry] = [{ S: 'acme/ada' }, { S: '2026-01-31T12:00:00.000Z#00000001' }];
  expect(itemKeyOf({ workspace, entry })).toBe(itemKeyOf({ entry, workspace }));
  const keys = [
    itemKeyOf({ workspace, entry }),
    itemKeyOf({ workspace: entry, entry: workspace }),
    itemKeyOf({ workspace, entry: { S: '2026-01-31T12:00:00.000Z#00000002' } }),
    itemKeyOf({ kind: { S: 'control' }, key: { S: 'all' } }),
    itemKeyOf({ kind: { S: 'control' }, key: { S: 'release' } }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
});

test.each([
  ['no change', undefined],
  ['no sequence number', { Keys }],
  ['no keys', { SequenceNumber: '1' }],
])('a record with %s is none', (_, change) => {
  expect(() => read(change)).toThrow(InvariantError);
});

test('what Lambda is told', () => {
  expect(toBatchResponse({ retryFrom: undefined })).toEqual({ batchItemFailures: [] });
  expect(toBatchResponse({ retryFrom: '9' })).toEqual({ batchItemFailures: [{ itemIdentifier: '9' }] });
});
