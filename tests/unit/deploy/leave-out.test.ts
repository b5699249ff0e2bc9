import { LEFT_OUT, leaveOut } from '../../../src/deploy/leave-out.ts';
import { withoutNeedlessDependsOn } from '../../../src/deploy/needless-depends-on.ts';

const fn = (properties: Record<string, unknown>) => ({
  Type: 'AWS::Lambda::Function',
  Properties: properties,
});
/** CloudFormation's `Fn::Sub`, with `<Name>` for what it writes with a dollar and braces. */
const sub = (text: string) =>
  text.replaceAll(/<([^>]+)>/g, (_, name: string) => ['$', '{', name, '}'].join(''));
const api = { Type: 'AWS::ApiGatewayV2::Api', Properties: {} };
const secret = { Type: 'AWS::SecretsManager::Secret', Properties: {} };
const table = { Type: 'AWS::DynamoDB::Table', Properties: {} };

test('nothing is left out where nothing is named, and the template stays what it is', () => {
  const template = { Resources: { Api: api } };
  expect(leaveOut(template, [])).toBe(template);
  expect(leaveOut(template, ['AWS::SNS::Topic'])).toBe(template);
});

test('a type is named exactly, or with all of its service', () => {
  const Resources = { Api: api, Route: { Type: 'AWS::ApiGatewayV2::Route' }, Table: table };
  expect(Object.keys(leaveOut({ Resources }, ['AWS::ApiGatewayV2::Api']).Resources)).toEqual([
    'Route',
    'Table',
  ]);
  expect(Object.keys(leaveOut({ Resources }, ['AWS::ApiGatewayV2::*']).Resources)).toEqual(['Table']);
  // Not every type that begins like it.
  expect(leaveOut({ Resources }, ['AWS::ApiGateway', 'AWS::ApiGateway::*']).Resources).toEqual(Resources);
});

test('what is left out stands in the Metadata, beside what was there', () => {
  const { Metadata } = leaveOut({ Metadata: { note: 1 }, Resources: { Api: api, Table: table } }, [
    'AWS::ApiGatewayV2::*',
  ]);
  expect(Metadata).toEqual({ note: 1, [LEFT_OUT]: { Api: api } });
});

test('what has been left out before stays in the Metadata', () => {
  const first = leaveOut({ Resources: { Api: api, Secret: secret, Table: table } }, [api.Type]);
  expect(leaveOut(first, [secret.Type]).Metadata).toEqual({ [LEFT_OUT]: { Api: api, Secret: secret } });
});

test('what only mentions it goes along', () => {
  const left = leaveOut(
    {
      Resources: {
        Api: api,
        Secret: secret,
        Table: table,
        Allowed: {
          Type: 'AWS::Lambda::Permission',
          Properties: { SourceArn: { 'Fn::Sub': sub('arn:<Api>/*') } },
        },
        Other: { Type: 'AWS::Lambda::Permission', Properties: { SourceArn: { Ref: 'Table' } } },
        Report: {
          DependsOn: ['Api', 'Table'],
          ...fn({
            Environment: {
              Variables: { URL: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] }, TABLE: { Ref: 'Table' } },
            },
          }),
        },
        Role: {
          Type: 'AWS::IAM::Role',
          DependsOn: 'Api',
          Properties: {
            Policies: [
              {
                PolicyDocument: {
                  Statement: [
                    { Action: 'secretsmanager:GetSecretValue', Resource: { Ref: 'Secret' } },
                    { Action: 'dynamodb:GetItem', Resource: [{ Ref: 'Table' }, { Ref: 'Secret' }] },
                    { Action: 'ecs:ListTasks', Resource: '*' },
                  ],
                },
              },
            ],
          },
        },
      },
      Outputs: { Url: { Value: { Ref: 'Api' } }, Name: { Value: { Ref: 'Table' } } },
    },
    ['AWS::ApiGatewayV2::Api', 'AWS::SecretsManager::Secret'],
  );
  expect(Object.keys(left.Resources)).toEqual(['Table', 'Other', 'Report', 'Role']);
  expect(left.Outputs).toEqual({ Name: { Value: { Ref: 'Table' } } });
  expect(left.Resources.Report).toEqual({
    DependsOn: ['Table'],
    ...fn({ Environment: { Variables: { URL: '', TABLE: { Ref: 'Table' } } } }),
  });
  const { DependsOn, Properties } = left.Resources.Role as { DependsOn?: string; Properties: object };
  expect(DependsOn).toBeUndefined();
  expect(Properties).toMatchObject({
    Policies: [
      {
        PolicyDocument: {
          Statement: [
            { Action: 'dynamodb:GetItem', Resource: [{ Ref: 'Table' }] },
            { Action: 'ecs:ListTasks', Resource: '*' },
          ],
        },
      },
    ],
  });
});

test('a policy without a statement goes along', () => {
  const policy = (name: string) => ({
    PolicyName: name,
    PolicyDocument: { Statement: [{ Action: 's:Get', Resource: { Ref: name } }] },
  });
  const Role = { Type: 'AWS::IAM::Role', Properties: { Policies: [policy('Secret'), policy('Table')] } };
  const left = leaveOut({ Resources: { Secret: secret, Table: table, Role } }, [
    'AWS::SecretsManager::Secret',
  ]);
  expect(left.Resources.Role).toEqual({
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [policy('Table')] },
  });
  // What was given is as it was.
  expect(Role.Properties.Policies).toHaveLength(2);
});

test.each([
  ['Ref', { Ref: 'Table' }],
  ['Fn::GetAtt', { 'Fn::GetAtt': ['Table', 'Arn'] }],
  ['Fn::GetAtt as text', { 'Fn::GetAtt': 'Table.Arn' }],
  ['Fn::Sub', { 'Fn::Sub': sub('arn/<Table.Arn>') }],
  ['Fn::Sub with variables', { 'Fn::Sub': [sub('<Table>'), {}] }],
  ['deeper', { 'Fn::Join': ['', ['a', { Ref: 'Table' }]] }],
])('what cannot be without it stops the packaging, by name: %s', (_, Handler) => {
  expect(() =>
    leaveOut({ Resources: { Table: table, Needs: fn({ Handler }) } }, ['AWS::DynamoDB::Table']),
  ).toThrow(
    'parameter leaveOut is AWS::DynamoDB::Table, but Needs (AWS::Lambda::Function) refers to what that leaves out',
  );
});

test('a name that only begins alike is no reference', () => {
  const Resources = { Table: table, Needs: fn({ Handler: { 'Fn::Sub': sub('<TableName>-<AWS::Region>') } }) };
  expect(leaveOut({ Resources }, ['AWS::DynamoDB::Table']).Resources).toEqual({ Needs: Resources.Needs });
});

describe('DependsOn', () => {
  const needs = fn({ Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Name: { Ref: 'Table' } });
  const finished = (DependsOn: string | string[]) =>
    withoutNeedlessDependsOn({ Resources: { Needs: { ...needs, DependsOn } } }).Resources.Needs;

  test('goes where a reference says the same', () => {
    expect(finished(['Role', 'Table'])).toEqual(needs);
    expect(finished('Role')).toEqual(needs);
  });

  test('stays where it says more', () => {
    expect(finished(['Role', 'LogGroup'])).toEqual({ ...needs, DependsOn: ['LogGroup'] });
    expect(finished('LogGroup')).toEqual({ ...needs, DependsOn: ['LogGroup'] });
  });
});
