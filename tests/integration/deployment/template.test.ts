import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { variablesOf } from '../../../src/core/configuration.ts';
import { VARIABLES } from '../../../src/core/variables.ts';
import { FUNCTIONS, type FunctionName } from '../../../src/functions/all.ts';
import { EVERYTHING, type Packaged, packageStage, type Resource } from '../../support/packaged.ts';

jest.setTimeout(120_000);

/** What must never regress in what is deployed, read from the template that `sls package` makes. */

const run = promisify(execFile);
let packaged: Packaged;
let bare: Packaged;
beforeAll(async () => {
  packaged = await packageStage('prod', EVERYTHING);
  bare = await packageStage('dev');
});
afterAll(() => {
  packaged?.remove();
  bare?.remove();
});

const ofType = (type: string, { resources } = packaged): [string, Resource][] =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);
const names = Object.keys(FUNCTIONS) as FunctionName[];
const logicalId = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
/** Properties of a resource that has to be there. */
function propertiesOf(id: string, { resources } = packaged): Record<string, unknown> {
  const { [id]: resource } = resources;
  if (resource === undefined) throw new Error(`the template has no ${id}`);
  return resource.Properties;
}
const lambdaOf = (name: string) => propertiesOf(`${logicalId(name)}LambdaFunction`);
/** As JSON, so that a reference is found wherever it stands. */
const textOf = (value: unknown) => JSON.stringify(value) ?? '';

interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}
interface Policy {
  PolicyDocument: { Statement: Statement[] };
}

function statementsOf(role: string, { resources } = packaged): Statement[] {
  const policies = (propertiesOf(role, { ...packaged, resources }).Policies ?? []) as Policy[];
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}
const roles = (from = packaged) => ofType('AWS::IAM::Role', from).map(([role]) => role);

describe('functions', () => {
  test('are all there, on Node 24 and arm64, traced, with their logs kept for so long', () => {
    const lambdas = ofType('AWS::Lambda::Function');
    expect(lambdas.map(([id]) => id).sort()).toEqual(
      names.map((name) => `${logicalId(name)}LambdaFunction`).sort(),
    );
    for (const [, { Properties }] of lambdas) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      });
    }
    expect(ofType('AWS::Logs::LogGroup')).toHaveLength(lambdas.length);
    for (const [, { Properties }] of ofType('AWS::Logs::LogGroup'))
      expect(Properties.RetentionInDays).toBe(90);
  });

  test.each(names)('%s has a role of its own', (name) => {
    expect(lambdaOf(name).Role).toEqual({ 'Fn::GetAtt': [`${logicalId(name)}Role`, 'Arn'] });
  });

  test.each(names)('%s has the environment that it is configured by, and nothing else', (name) => {
    const { Variables } = lambdaOf(name).Environment as { Variables: Record<string, unknown> };
    const given = Object.keys(Variables).filter((variable) => variable in VARIABLES);
    // Lambda sets the Region by itself.
    const read = variablesOf(FUNCTIONS[name].parts).filter((variable) => variable !== 'AWS_REGION');
    expect(given.sort()).toEqual(read);
  });
});

describe('permissions', () => {
  /** Where AWS knows no narrower resource, by statement: what it is for, and why. */
  const ANY_RESOURCE: Record<string, string> = {
    'xray:PutTraceSegments xray:PutTelemetryRecords': 'X-Ray has no resources to write to',
    'ecs:ListTasks':
      'knows container instances alone, which Fargate has none of; narrowed by its condition to the cluster',
    'ecs:DescribeTaskDefinition': 'knows no resource',
    'dynamodb:ListStreams': 'knows no resource; Lambda asks for it',
    'ecs:ListTaskDefinitions ecs:DeregisterTaskDefinition': 'know no resource',
    'ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses':
      'network interfaces that Lambda is yet to make; denied to the code of the function',
  };

  test('are never for every action, and for every resource only where AWS knows no narrower one', () => {
    const any = new Set<string>();
    for (const role of roles()) {
      for (const { Action, Resource } of statementsOf(role)) {
        const actions = [Action].flat();
        expect(actions.filter((action) => /^\*|:\*|\*$/.test(action))).toEqual([]);
        if ([Resource].flat().includes('*')) any.add(actions.join(' '));
      }
    }
    expect([...any].sort()).toEqual(Object.keys(ANY_RESOURCE).sort());
  });

  test('to pass a role say to which service', () => {
    const passing = roles().flatMap((role) =>
      statementsOf(role).filter(({ Action }) => Action === 'iam:PassRole'),
    );
    expect(passing.length).toBeGreaterThan(5);
    for (const { Resource, Condition } of passing) {
      expect(textOf(Resource)).not.toContain('*');
      expect(Object.keys(Condition?.StringEquals ?? {})).toEqual(['iam:PassedToService']);
    }
  });

  test('of the role of the schedules are for this group of this account, one function and one queue', () => {
    const [trust] = (propertiesOf('ScheduleRole').AssumeRolePolicyDocument as { Statement: Statement[] })
      .Statement;
    expect(trust?.Condition?.StringEquals).toEqual({
      'aws:SourceAccount': { Ref: 'AWS::AccountId' },
      'aws:SourceArn': expect.objectContaining({
        'Fn::Sub': expect.stringMatching(/:schedule-group\/workspace-cleanup-prod$/),
      }),
    });
    expect(statementsOf('ScheduleRole').map(({ Action }) => Action)).toEqual([
      'lambda:InvokeFunction',
      'sqs:SendMessage',
    ]);
    expect(textOf(statementsOf('ScheduleRole')[0]?.Resource)).toContain(
      'function:workspace-cleanup-prod-deadlineReached',
    );
  });

  test('of the function that deletes files reach no table, queue or secret, and its network leads to the file system', () => {
    const actions = statementsOf('PurgeRole').flatMap(({ Action }) => Action);
    expect([...new Set(actions.map((action) => action.split(':')[0]))].sort()).toEqual([
      'ec2',
      'elasticfilesystem',
      'logs',
      'xray',
    ]);
    expect(lambdaOf('purge')).toMatchObject({
      VpcConfig: { SubnetIds: expect.anything(), SecurityGroupIds: expect.anything() },
      FileSystemConfigs: [{ LocalMountPath: '/mnt/workspaces' }],
    });
    const inVpc = ofType('AWS::Lambda::Function').filter(([, { Properties }]) => Properties.VpcConfig);
    expect(inVpc.map(([id]) => id)).toEqual(['PurgeLambdaFunction']);
  });
});

describe('tables', () => {
  test('outlive the stack, can be restored to any second, and are encrypted', () => {
    const tables = ofType('AWS::DynamoDB::Table');
    expect(tables.map(([id]) => id).sort()).toEqual([
      'CleanupControlTable',
      'ClientAccountsTable',
      'WorkspaceHistoryTable',
      'WorkspaceStatusTable',
      'WorkspaceUidsTable',
    ]);
    for (const [, table] of tables) {
      expect(table).toMatchObject({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEEnabled: true },
        },
      });
    }
  });

  test('have no index that a heartbeat would have to be written to', () => {
    const indexes = ofType('AWS::DynamoDB::Table').flatMap(
      ([, { Properties }]) =>
        (Properties.GlobalSecondaryIndexes ?? []) as {
          KeySchema: { AttributeName: string }[];
          Projection: { ProjectionType: string };
        }[],
    );
    expect(indexes.length).toBeGreaterThan(1);
    const heartbeat = ['lastActivity', 'containerStatus', 'taskArn', 'unsavedWork', 'reportedAt'];
    for (const { KeySchema, Projection } of indexes) {
      expect(Projection).toEqual({ ProjectionType: 'KEYS_ONLY' });
      expect(KeySchema.filter(({ AttributeName }) => heartbeat.includes(AttributeName))).toEqual([]);
    }
  });
});

describe('what cannot be handled', () => {
  test('of a stream is kept with its records, after bounded tries, from the first record on', () => {
    const mappings = ofType('AWS::Lambda::EventSourceMapping');
    expect(mappings).toHaveLength(4);
    for (const [, { Properties }] of mappings) {
      expect(Properties).toMatchObject({
        StartingPosition: 'TRIM_HORIZON',
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumRecordAgeInSeconds: 82_800,
        MaximumRetryAttempts: expect.any(Number),
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['StreamFailures', 'Arn'] } } },
      });
    }
    expect(packaged.resources.StreamFailures).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } },
    });
    expect(propertiesOf('StreamFailuresRule')).toMatchObject({
      EventPattern: { source: ['aws.s3'], detail: { bucket: { name: [{ Ref: 'StreamFailures' }] } } },
      Targets: [{ Arn: { 'Fn::GetAtt': ['StreamDeadLetters', 'Arn'] } }],
    });
  });

  test.each([
    ['StreamDeadLetters', 'StreamFailuresRule'],
    ['DeadlineDeadLetters', 'OverdueCheckEventsRuleSchedule1'],
  ])('%s takes what %s sends there', (queue, rule) => {
    expect(propertiesOf(`${queue}Policy`)).toMatchObject({
      Queues: [{ Ref: queue }],
      PolicyDocument: {
        Statement: [
          {
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [rule, 'Arn'] } } },
          },
        ],
      },
    });
  });

  test('of what nobody waits for ends in a queue: wake-ups, checks, and schedules and rules that reach nobody', () => {
    const invoked = ofType('AWS::Lambda::EventInvokeConfig');
    expect(invoked.map(([id]) => id).sort()).toEqual([
      'DeadlineReachedLambdaEvConf',
      'OverdueCheckLambdaEvConf',
    ]);
    const queue = { 'Fn::GetAtt': ['DeadlineDeadLetters', 'Arn'] };
    for (const [, { Properties }] of invoked) {
      expect(Properties.DestinationConfig).toEqual({ OnFailure: { Destination: queue } });
    }
    expect(propertiesOf('OverdueCheckEventsRuleSchedule1').Targets).toMatchObject([
      { DeadLetterConfig: { Arn: queue } },
    ]);
    expect(lambdaOf('workspaceChanged').Environment).toMatchObject({
      Variables: { SCHEDULE_DEAD_LETTER_ARN: { 'Fn::GetAtt': ['ScheduleDeadLetters', 'Arn'] } },
    });
  });

  test('is kept for fourteen days, encrypted', () => {
    const queues = ofType('AWS::SQS::Queue');
    expect(queues).toHaveLength(3);
    for (const [, { Properties }] of queues) {
      expect(Properties).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
    }
  });
});

describe('alarms', () => {
  const alarms = () => ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
  const watching = (part: string) => alarms().filter((properties) => textOf(properties).includes(part));

  test.each(['StreamDeadLetters', 'DeadlineDeadLetters', 'ScheduleDeadLetters'])(
    'ring when something is in %s',
    (queue) => {
      expect(watching(`"Fn::GetAtt":["${queue}","QueueName"]`)).toEqual([
        expect.objectContaining({ Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' }),
      ]);
    },
  );

  test.each(names)('ring when %s fails', (name) => {
    expect(watching(`"Ref":"${logicalId(name)}LambdaFunction"`).length).toBeGreaterThan(0);
  });

  test('say what to do first, name a page that is there, and tell somebody', () => {
    expect(alarms().length).toBeGreaterThan(60);
    for (const { AlarmDescription, AlarmActions } of alarms()) {
      const [, page] = /docs\/runbook\/([\w-]+\.md)/.exec(String(AlarmDescription)) ?? [];
      expect(existsSync(`docs/runbook/${page}`)).toBe(true);
      expect(textOf(AlarmActions)).toMatch(/"Ref":"Alarm(Pages|Tickets)"/);
    }
  });

  test('watch the metrics of this stage, which its functions count', () => {
    expect(lambdaOf('deadlineReached').Environment).toMatchObject({
      Variables: {
        POWERTOOLS_SERVICE_NAME: 'workspace-cleanup-prod',
        POWERTOOLS_METRICS_NAMESPACE: 'workspace-cleanup',
      },
    });
    expect(watching('"Name":"service","Value":"workspace-cleanup-prod"').length).toBeGreaterThan(10);
  });
});

describe('routes', () => {
  test('are signed by IAM, but for those that have a signature or a token of their own', () => {
    const open = ofType('AWS::ApiGatewayV2::Route')
      .filter(([, { Properties }]) => Properties.AuthorizationType !== 'AWS_IAM')
      .map(([, { Properties }]) => Properties.RouteKey);
    expect(open.sort()).toEqual(['POST /activity', 'POST /billing/events', 'POST /billing/stripe']);
    expect(ofType('AWS::ApiGatewayV2::Route')).toHaveLength(6);
  });

  test('take so many requests a second, and no more', () => {
    expect(propertiesOf('HttpApiStage').DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: 500,
      ThrottlingBurstLimit: 500,
    });
  });
});

describe('a deployment without network, subscriptions and containers', () => {
  test('says what it is without, and that it is to look at only', () => {
    expect(bare.output).toContain('without the webhook of Stripe: stripeWebhookSecret is not set');
    expect(bare.output).toContain('terminated workspaces are retained: subnets is not set');
    expect(bare.output).toContain('to look at only: fileSystemId (EFS_FILE_SYSTEM_ID) is not set');
  });

  test('has nothing of what it is without', () => {
    const left = ['StripeWebhook', 'BillingWebhook', 'Purge'];
    expect(Object.keys(bare.resources).filter((id) => left.some((begin) => id.startsWith(begin)))).toEqual(
      [],
    );
    const actions = roles(bare).flatMap((role) => statementsOf(role, bare).flatMap(({ Action }) => Action));
    expect(actions).toContain('ecs:StopTask');
    expect(actions).not.toContain('ecs:RunTask');
    const invoking = roles(bare).filter((role) =>
      statementsOf(role, bare).some(({ Action }) => Action === 'lambda:InvokeFunction'),
    );
    expect(invoking).toEqual(['ScheduleRole']);
  });

  test('retains files, and begins by observing', () => {
    expect(propertiesOf('DeadlineReachedLambdaFunction', bare).Environment).toMatchObject({
      Variables: { TERMINATE_FILES: 'retain', ENFORCEMENT: 'observe' },
    });
  });
});

test('cfn-lint has nothing to say', async () => {
  try {
    await run('cfn-lint', ['--version']);
  } catch {
    console.warn('cfn-lint is not installed: the template is not linted');
    return;
  }
  for (const { path } of [packaged, bare]) {
    await expect(run('cfn-lint', [path])).resolves.toMatchObject({ stdout: '' });
  }
});
