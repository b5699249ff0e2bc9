import { readDeployment } from '../../../src/deploy/deployment.ts';
import { packagedResources, STAGE } from '../../support/deployments.ts';

test('a function is known by its name, by what calls it and by what it reads', () => {
  const { functions } = readDeployment(STAGE, packagedResources());
  const of = (name: string) => functions.find((one) => one.name === name);
  expect(functions).toHaveLength(13);
  expect(of('workspaceChanged')).toEqual({
    name: 'workspaceChanged',
    logicalId: 'WorkspaceChangedLambdaFunction',
    calledBy: 'stream',
    table: 'WorkspaceStatusTable',
    condition: undefined,
  });
  expect(of('deadlineReached')).toMatchObject({ calledBy: 'queue', table: undefined });
  expect(of('purge')).toMatchObject({ calledBy: 'caller' });
});

test('tables with their indexes, dead-letter queues, the schedule group and the API', () => {
  const deployment = readDeployment(STAGE, {
    ...packagedResources(),
    Inbox: { Type: 'AWS::SQS::Queue' },
  });
  expect(deployment.tables).toContainEqual({
    logicalId: 'WorkspaceStatusTable',
    indexes: ['upcoming', 'waiting'],
  });
  expect(deployment.tables).toContainEqual({ logicalId: 'WorkspaceUidsTable', indexes: [] });
  expect(deployment.queues).toEqual(['StreamDeadLetters', 'DeadlineDeadLetters', 'ScheduleDeadLetters']);
  expect(deployment).toMatchObject({ scheduleGroup: 'ScheduleGroup', httpApi: 'HttpApi', ...STAGE });
});

test.each([
  ['Ref', { Ref: 'PurgeLambdaFunction' }],
  ['an attribute, as a list', { 'Fn::GetAtt': ['PurgeLambdaFunction', 'Arn'] }],
  ['an attribute, as text', { 'Fn::GetAtt': 'PurgeLambdaFunction.Arn' }],
])('a mapping names its function by %s', (_, FunctionName) => {
  const { functions } = readDeployment(STAGE, {
    PurgeLambdaFunction: { Type: 'AWS::Lambda::Function', Condition: 'DeleteFiles' },
    Mapping: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { FunctionName } },
  });
  expect(functions).toMatchObject([{ calledBy: 'stream', condition: 'DeleteFiles' }]);
});

test('of an empty template nothing is deployed', () => {
  expect(readDeployment(STAGE, {})).toEqual({
    ...STAGE,
    scheduleQuota: undefined,
    functions: [],
    tables: [],
    queues: [],
    scheduleGroup: undefined,
    httpApi: undefined,
  });
});
