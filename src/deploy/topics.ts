import type { Severity } from './alarm.ts';
import type { Resources } from './deployment.ts';
import { serviceName } from './metrics.ts';

/** Logical ids of the topics: a pager subscribes to one, a ticket system to the other. */
export const TOPICS: Record<Severity, string> = { page: 'AlarmPages', ticket: 'AlarmTickets' };

interface TopicOptions {
  service: string;
  stage: string;
  /** Is told of everything; undefined for nobody. Whoever reads it has to confirm the subscription once. */
  alarmEmail?: string | undefined;
}

/**
 * The topics that alarms tell, encrypted. The key is our own: that of AWS (alias/aws/sns) does not let CloudWatch in,
 * and alarms would be lost without a word: https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
 */
export function topicResources(options: TopicOptions): Resources {
  const topics = Object.entries(TOPICS).map(([severity, logicalId]) => [
    logicalId,
    {
      Type: 'AWS::SNS::Topic',
      Properties: {
        TopicName: `${serviceName(options)}-alarm-${severity}s`,
        DisplayName: `${serviceName(options)} ${severity}`,
        KmsMasterKeyId: { Ref: 'AlarmKey' },
      },
    },
  ]);
  return {
    AlarmKey: keyResource(options),
    ...Object.fromEntries(topics),
    ...policies(),
    ...subscriptions(options),
  };
}

function keyResource(options: TopicOptions) {
  return {
    Type: 'AWS::KMS::Key',
    // Nothing is kept under it: messages that were not delivered within an hour are gone.
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: {
      Description: `Alarms of ${serviceName(options)}`,
      EnableKeyRotation: true,
      PendingWindowInDays: 7,
      KeyPolicy: {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'AccountAdministers',
            Effect: 'Allow',
            Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' } },
            Action: 'kms:*',
            Resource: '*',
          },
          {
            Sid: 'AlarmsPublish',
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            // Whose alarms may publish is for the topic to say.
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Resource: '*',
          },
        ],
      },
    },
  };
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html */
const OWN_ALARMS = {
  'Fn::Sub': 'arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*',
};

/** A topic's policy may speak of that topic alone, so each has its own. */
function policies(): Resources {
  return Object.fromEntries(
    Object.values(TOPICS).map((topic) => [
      `${topic}Policy`,
      {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: {
          Topics: [{ Ref: topic }],
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Sid: 'AlarmsOfThisAccountPublish',
                Effect: 'Allow',
                Principal: { Service: 'cloudwatch.amazonaws.com' },
                Action: 'sns:Publish',
                Resource: { Ref: topic },
                Condition: { ArnLike: { 'aws:SourceArn': OWN_ALARMS } },
              },
            ],
          },
        },
      },
    ]),
  );
}

function subscriptions({ alarmEmail }: TopicOptions): Resources {
  if (alarmEmail === undefined || alarmEmail === '') return {};
  return Object.fromEntries(
    Object.values(TOPICS).map((topic) => [
      `${topic}Email`,
      {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: topic }, Protocol: 'email', Endpoint: alarmEmail },
      },
    ]),
  );
}
