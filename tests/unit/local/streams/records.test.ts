import type { _Record } from '@aws-sdk/client-dynamodb-streams';
import { laneOf, toStreamRecord } from '../../../../src/local/streams/records.ts';

const ARN = 'arn:aws:dynamodb:us-east-1:000000000000:table/WorkspaceStatus/stream/1';
const okRecord: _Record = {
  eventID: '7',
  eventName: 'MODIFY',
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: 'us-east-1',
  dynamodb: {
    ApproximateCreationDateTime: new Date(1_800_000_000_900),
    Keys: { clientId: { S: 'acme' }, userId: { S: 'ada' } },
    NewImage: {
      clientId: { S: 'acme' },
      bytes: { B: new Uint8Array([1, 2, 255]) },
      deep: { M: { list: { L: [{ N: '1' }, { BS: [new Uint8Array([9])] }, { NULL: true }] } } },
    },
    SequenceNumber: '7',
    SizeBytes: 42,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  },
};

test('a record takes the shape in which Lambda hands it over', () => {
  const record = toStreamRecord(okRecord, ARN);
  expect(record).toMatchObject({ sequenceNumber: '7', createdAt: 1_800_000_000, sizeBytes: 42 });
  expect(record.event).toEqual({
    eventID: '7',
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    eventSourceARN: ARN,
    dynamodb: {
      ApproximateCreationDateTime: 1_800_000_000,
      Keys: { clientId: { S: 'acme' }, userId: { S: 'ada' } },
      NewImage: {
        clientId: { S: 'acme' },
        bytes: { B: 'AQL/' },
        deep: { M: { list: { L: [{ N: '1' }, { BS: ['CQ=='] }, { NULL: true }] } } },
      },
      SequenceNumber: '7',
      SizeBytes: 42,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  });
});

test('an item has one key, in whatever order the engine names its attributes', () => {
  const turned = { userId: { S: 'ada' }, clientId: { S: 'acme' } };
  const other = toStreamRecord({ ...okRecord, dynamodb: { ...okRecord.dynamodb, Keys: turned } }, ARN);
  expect(other.itemKey).toBe(toStreamRecord(okRecord, ARN).itemKey);
});

test('a record without a sequence number is refused', () => {
  expect(() => toStreamRecord({ eventID: '7', dynamodb: {} }, ARN)).toThrow('no SequenceNumber');
});

test('items are shared out over all lanes, each always to the same', () => {
  const lanes = Array.from({ length: 1000 }, (_, index) => laneOf(`item-${index}`, 4));
  expect(lanes).toEqual(Array.from({ length: 1000 }, (_, index) => laneOf(`item-${index}`, 4)));
  for (const lane of [0, 1, 2, 3]) expect(lanes.filter((one) => one === lane).length).toBeGreaterThan(150);
});
