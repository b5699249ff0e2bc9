import type { Deployment, Resources } from '../../src/deploy/deployment.ts';

export const STAGE = { service: 'workspace-cleanup', stage: 'prod' };

/** Tables with a stream by the functions that read it. */
const READERS: Record<string, string> = {
  WorkspaceChanged: 'WorkspaceStatusTable',
  AccountChanged: 'ClientAccountsTable',
  PublishEvents: 'WorkspaceHistoryTable',
  ControlChanged: 'CleanupControlTable',
};
const QUEUED = ['DeadlineReached', 'OverdueCheck'];
const CALLED = ['StripeWebhook', 'BillingWebhook', 'Activity', 'Report', 'Provision', 'Resume', 'Purge'];
const INDEXES: Record<string, string[]> = { WorkspaceStatusTable: ['upcoming', 'waiting'] };
const QUEUES = ['StreamDeadLetters', 'DeadlineDeadLetters', 'ScheduleDeadLetters'];

/** A template as the framework makes it of serverless.yml, as far as alarms and dashboard look at it. */
export function packagedResources(): Resources {
  const tables = [...Object.values(READERS), 'WorkspaceUidsTable'];
  const functions = [...Object.keys(READERS), ...QUEUED, ...CALLED];
  return Object.fromEntries([
    ...tables.map((table) => [
      table,
      {
        Type: 'AWS::DynamoDB::Table',
        Properties: { GlobalSecondaryIndexes: INDEXES[table]?.map((IndexName) => ({ IndexName })) },
      },
    ]),
    ...functions.map((name) => [`${name}LambdaFunction`, { Type: 'AWS::Lambda::Function' }]),
    ...Object.entries(READERS).map(([name, table]) => [
      `${name}EventSourceMappingDynamodb${table}`,
      {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { 'Fn::GetAtt': [`${name}LambdaFunction`, 'Arn'] },
          EventSourceArn: { 'Fn::GetAtt': [table, 'StreamArn'] },
        },
      },
    ]),
    ...QUEUED.map((name) => [
      `${name}LambdaEvConf`,
      {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: `${name}LambdaFunction` } },
      },
    ]),
    ...QUEUES.map((queue) => [queue, { Type: 'AWS::SQS::Queue' }]),
    ['ScheduleGroup', { Type: 'AWS::Scheduler::ScheduleGroup' }],
    ['HttpApi', { Type: 'AWS::ApiGatewayV2::Api' }],
  ]) as Resources;
}

/** Without these functions, as if they were not configured. */
export function without(deployment: Deployment, ...names: string[]): Deployment {
  return { ...deployment, functions: deployment.functions.filter(({ name }) => !names.includes(name)) };
}
