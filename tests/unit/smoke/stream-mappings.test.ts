import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { DeployedFunctions } from '../../../src/smoke/deployed-functions.ts';
import type { DeployedTemplate } from '../../../src/smoke/deployed-template.ts';
import {
  listDeployedMappings,
  listMappingsLeftOut,
  toStreamMapping,
} from '../../../src/smoke/stream-mappings.ts';

const STREAM = 'arn:aws:dynamodb:us-east-1:000000000000:table/WorkspaceStatus/stream/2026-01-01T00:00:00.000';
const functionsOf = (client: unknown) =>
  new DeployedFunctions(client as LambdaClient, 'workspace-cleanup', 'local');

test('what a mapping does not say is as Lambda takes it', () => {
  expect(toStreamMapping({}, 'workspaceChanged', STREAM)).toEqual({
    functionName: 'workspaceChanged',
    tableName: 'WorkspaceStatus',
    batchSize: 100,
    batchWindowSeconds: 0,
    parallelizationFactor: 1,
    bisect: false,
    maximumRetryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    reportsBatchItemFailures: false,
  });
});

test('all of its settings are read', () => {
  const settings = {
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 1,
    ParallelizationFactor: 4,
    BisectBatchOnFunctionError: true,
    MaximumRetryAttempts: 100,
    MaximumRecordAgeInSeconds: 82_800,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"kind":{"S":["control"]}}}}' }] },
  };
  expect(toStreamMapping(settings, 'controlChanged', STREAM)).toMatchObject({
    batchSize: 10,
    batchWindowSeconds: 1,
    parallelizationFactor: 4,
    bisect: true,
    maximumRetryAttempts: 100,
    maximumRecordAgeSeconds: 82_800,
    reportsBatchItemFailures: true,
    keyFilters: [{ kind: ['control'] }],
  });
});

test.each([
  [{ BatchSize: 'many' }, 'the event source mapping of f is not understood'],
  [{ FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] } }, 'is not understood'],
])('%j is refused rather than guessed', (settings, message) => {
  expect(() => toStreamMapping(settings, 'f', STREAM)).toThrow(message);
});

test('of those that Lambda has, only those of this stage count', async () => {
  const lambda = new LambdaClient({ region: 'us-east-1' });
  const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
  const pages = [
    {
      EventSourceMappings: [
        {
          FunctionArn: arn('workspace-cleanup-local-workspaceChanged'),
          EventSourceArn: STREAM,
          BatchSize: 7,
        },
        { FunctionArn: arn('workspace-cleanup-prod-workspaceChanged'), EventSourceArn: STREAM },
      ],
      NextMarker: 'more',
    },
    { EventSourceMappings: [{ FunctionArn: arn('somebody-elses'), EventSourceArn: STREAM }] },
  ];
  jest.spyOn(lambda, 'send').mockImplementation(async () => pages.shift() as never);
  const found = await listDeployedMappings(lambda, functionsOf(lambda));
  expect(found).toMatchObject([
    { streamArn: STREAM, mapping: { functionName: 'workspaceChanged', batchSize: 7 } },
  ]);
  expect(pages).toEqual([]);
});

describe('those that were left out', () => {
  const template: DeployedTemplate = {
    resources: {},
    leftOut: {
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { 'Fn::GetAtt': ['WorkspaceChangedLambdaFunction', 'Arn'] },
          EventSourceArn: { 'Fn::GetAtt': ['WorkspaceStatusTable', 'StreamArn'] },
          BatchSize: 1_000,
        },
      },
      Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: {} },
    },
    physicalIds: new Map([
      ['WorkspaceChangedLambdaFunction', 'workspace-cleanup-local-workspaceChanged'],
      ['WorkspaceStatusTable', 'WorkspaceStatus'],
    ]),
  };
  const dynamodb = (LatestStreamArn?: string) =>
    ({ send: async () => ({ Table: { LatestStreamArn } }) }) as unknown as DynamoDBClient;

  test('are found by what they refer to', async () => {
    const found = await listMappingsLeftOut(dynamodb(STREAM), template, functionsOf(undefined));
    expect(found).toMatchObject([
      {
        streamArn: STREAM,
        mapping: { functionName: 'workspaceChanged', tableName: 'WorkspaceStatus', batchSize: 1_000 },
      },
    ]);
  });

  test('need a stream', async () => {
    await expect(listMappingsLeftOut(dynamodb(), template, functionsOf(undefined))).rejects.toThrow(
      'table WorkspaceStatus has no stream, expected one for workspaceChanged',
    );
  });

  test('must refer to what is in the stack', async () => {
    const nowhere = { ...template, physicalIds: new Map() };
    await expect(listMappingsLeftOut(dynamodb(STREAM), nowhere, functionsOf(undefined))).rejects.toThrow(
      'expected a function and a table of the stack',
    );
  });
});
