import { monitoringResources } from '../../../src/deploy/monitoring.ts';
import { topicResources } from '../../../src/deploy/topics.ts';
import { packagedResources, STAGE } from '../../support/deployments.ts';

const typesOf = (resources: object) =>
  Object.entries(resources).map(([id, { Type }]) => `${id} ${Type.split('::')[2]}`);

test('two topics with a key of their own, and whom they tell', () => {
  expect(typesOf(topicResources({ ...STAGE, alarmEmail: 'ops@example.com' }))).toEqual([
    'AlarmKey Key',
    'AlarmPages Topic',
    'AlarmTickets Topic',
    'AlarmPagesPolicy TopicPolicy',
    'AlarmTicketsPolicy TopicPolicy',
    'AlarmPagesEmail Subscription',
    'AlarmTicketsEmail Subscription',
  ]);
});

test.each([undefined, ''])('without an address (%j) nobody is subscribed', (alarmEmail) => {
  expect(typesOf(topicResources({ ...STAGE, alarmEmail })).join()).not.toContain('Subscription');
});

test('alarms may use the key, or they would be lost without a word', () => {
  const { AlarmKey, AlarmPages } = topicResources(STAGE);
  expect(AlarmPages?.Properties).toMatchObject({ KmsMasterKeyId: { Ref: 'AlarmKey' } });
  expect(AlarmKey?.Properties).toMatchObject({
    KeyPolicy: {
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        }),
      ]),
    },
  });
});

test.each(['AlarmPages', 'AlarmTickets'])(
  'to %s only alarms of this account and Region may publish, and its policy speaks of it alone',
  (topic) => {
    const { [`${topic}Policy`]: policy } = topicResources(STAGE);
    expect(policy?.Properties).toMatchObject({
      Topics: [{ Ref: topic }],
      PolicyDocument: {
        Statement: [
          {
            Action: 'sns:Publish',
            Resource: { Ref: topic },
            Condition: {
              ArnLike: {
                'aws:SourceArn': {
                  'Fn::Sub': 'arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*',
                },
              },
            },
          },
        ],
      },
    });
  },
);

test('all together refer to nothing that is not there, and take no name that is taken', () => {
  const before = packagedResources();
  const added = monitoringResources({ ...STAGE, alarmEmail: 'ops@example.com' }, before);
  const known = new Set([...Object.keys(before), ...Object.keys(added)]);
  expect(known.size).toBe(Object.keys(before).length + Object.keys(added).length);
  const refersTo = [...JSON.stringify(added).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"([\w:]+)"/g)];
  const names = refersTo.map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !name.startsWith('AWS::') && !known.has(name))).toEqual([]);
});
