// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the variables of serverless.yml
import {
  parseTemplate,
  readTemplate,
  type TemplateOptions,
} from '../../../../src/local/template/template.ts';

const parse = (text: string, options: TemplateOptions = {}) =>
  parseTemplate(`service: shop\nprovider:\n  stage: \${opt:stage, 'dev'}\n${text}`, options);

const TABLE = `
resources:
  Resources:
    OrdersTable:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: Orders
        BillingMode: PAY_PER_REQUEST
        DeletionProtectionEnabled: true
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
        TimeToLiveSpecification: { AttributeName: expiresAt, Enabled: true }
        AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
        KeySchema: [{ AttributeName: id, KeyType: HASH }]
        StreamSpecification: { StreamViewType: NEW_IMAGE }
`;
const withStream = (more: string) => `
functions:
  ordered:
    handler: a.b
    events:
      - stream:
          type: dynamodb
          arn: { Fn::GetAtt: [OrdersTable, StreamArn] }
${more}
${TABLE}`;

describe("the project's own serverless.yml", () => {
  const template = readTemplate('serverless.yml');

  test('has WorkspaceStatus keyed by client and user, with both images in its stream', () => {
    const table = template.tables.find(
      ({ createTableInput }) => createTableInput.TableName === 'WorkspaceStatus',
    );
    expect(table?.createTableInput).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'clientId', KeyType: 'HASH' },
        { AttributeName: 'userId', KeyType: 'RANGE' },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    expect(table?.createTableInput).not.toHaveProperty('DeletionProtectionEnabled');
  });

  test('gives every mapping, route and rate to a function that it has', () => {
    const names = template.functions.map(({ name }) => name);
    const users = [...template.streamMappings, ...template.routes, ...template.rates];
    expect(users.length).toBeGreaterThan(0);
    for (const { functionName } of users) expect(names).toContain(functionName);
  });

  test('maps WorkspaceStatus to workspaceChanged with batch reports and bisection', () => {
    expect(template.streamMappings).toContainEqual(
      expect.objectContaining({
        functionName: 'workspaceChanged',
        tableName: 'WorkspaceStatus',
        bisect: true,
        reportsBatchItemFailures: true,
      }),
    );
  });

  test("names the deadline function's ARN in the environment", () => {
    expect(template.environment.DEADLINE_FUNCTION_ARN).toBe(
      'arn:aws:lambda:us-east-1:000000000000:function:workspace-cleanup-dev-deadlineReached',
    );
  });

  test('takes settings from the environment that it is given', () => {
    const { environment } = readTemplate('serverless.yml', { environment: { CANCELLED_GRACE_DAYS: '14' } });
    expect(environment.CANCELLED_GRACE_DAYS).toBe('14');
  });
});

describe('variables', () => {
  const environmentOf = (value: string, options: TemplateOptions = {}, more = '') =>
    parse(`  environment:\n    X: ${value}\n${more}`, options).environment.X;

  test.each([
    ['plain', 'plain'],
    ['7', '7'],
    ["${env:MISSING, 'fallback'}", 'fallback'],
    ['${env:MISSING, env:SET}', 'from env'],
    ["${env:EMPTY, 'fallback'}", ''],
    ["${opt:none, ''}", ''],
    [`"\${env:MISSING, '{\\"a\\":[1,2]}'}"`, '{"a":[1,2]}'],
    ['${self:service}-${sls:stage}', 'shop-dev'],
    ['${env:MISSING, ${self:service}}', 'shop'],
    ['${env:MISSING, 5}', '5'],
    ["it's ${self:service}", "it's shop"],
    ['${self:custom.deep.name}', 'deep shop'],
  ])('%s is %j', (value, expected) => {
    const options = { environment: { SET: 'from env', EMPTY: '' } };
    const custom = 'custom:\n  deep: { name: "deep ${self:service}" }\n';
    expect(environmentOf(value, options, custom)).toBe(expected);
  });

  test("a stage's parameter wins over the default one", () => {
    const params = 'params:\n  default: { size: small, kind: any }\n  prod: { size: large }\n';
    const value = '${param:size} ${param:kind}';
    expect(environmentOf(value, {}, params)).toBe('small any');
    expect(environmentOf(value, { stage: 'prod' }, params)).toBe('large any');
  });

  test('what stands alone keeps its type', () => {
    expect(
      parse("custom: { seconds: 9 }\nfunctions: { f: { timeout: '${self:custom.seconds}' } }").functions,
    ).toEqual([{ name: 'f', timeoutSeconds: 9, asyncRetries: 2 }]);
  });

  test.each([
    ['${env:MISSING}', /\$\{env:MISSING\} at provider\.environment\.X.*has no value/],
    ['${ssm:/secret}', /\$\{ssm:\/secret\} at provider\.environment\.X.*does not know/],
    ['${self:custom.a}', /refers to itself/],
    ['${env:OPEN', /without its \}/],
  ])('%s is a clear error', (value, message) => {
    const custom = 'custom: { a: "${self:custom.b}", b: "${self:custom.a}" }\n';
    expect(() => environmentOf(value, {}, custom)).toThrow(message);
  });

  test('nobody minds a variable that the local stack has no use for', () => {
    const others = 'resources: { Resources: { Alarm: { Type: AWS::X, Properties: "${ssm:/x}" } } }\n';
    expect(parse(`functions: { f: { role: "\${ssm:/role}" } }\n${others}`).functions).toHaveLength(1);
  });

  test('Fn::Sub takes pseudo parameters, and references are left out', () => {
    const { environment } = parse(
      '  environment:\n    A: { Fn::Sub: "arn:${AWS::Partition}:x:${AWS::Region}:${AWS::AccountId}:${sls:stage}" }\n    B: { Fn::GetAtt: [Role, Arn] }\n',
      { region: 'eu-central-1' },
    );
    expect(environment).toEqual({ A: 'arn:aws:x:eu-central-1:000000000000:dev' });
  });
});

describe('tables', () => {
  test('keep what shapes data and streams, and leave the rest to AWS', () => {
    expect(parse(TABLE).tables).toEqual([
      {
        logicalId: 'OrdersTable',
        createTableInput: {
          TableName: 'Orders',
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
        },
      },
    ]);
  });

  test('without a name cannot be made', () => {
    expect(() => parse(TABLE.replace('TableName: Orders', ''))).toThrow(/OrdersTable.*TableName/s);
  });
});

describe('stream mappings', () => {
  test("have AWS's defaults", () => {
    expect(parse(withStream('')).streamMappings).toEqual([
      {
        functionName: 'ordered',
        tableName: 'Orders',
        batchSize: 100,
        batchWindowSeconds: 0,
        parallelizationFactor: 1,
        bisect: false,
        maximumRetryAttempts: -1,
        maximumRecordAgeSeconds: -1,
        reportsBatchItemFailures: false,
      },
    ]);
  });

  test('that are switched off are left out', () => {
    expect(parse(withStream('          enabled: false')).streamMappings).toEqual([]);
  });

  test.each([
    ['a filter', withStream('          filterPatterns: [{ eventName: [INSERT] }]'), /filterPatterns/],
    ['a batch size that AWS refuses', withStream('          batchSize: 10001'), /batchSize/],
    [
      'an unknown table',
      withStream('').replace('[OrdersTable,', '[Nothing,'),
      /Nothing, which is not a table/,
    ],
  ])('with %s are refused', (_name, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

describe('other events', () => {
  const events = (list: string) => parse(`functions: { f: { events: [${list}] } }`);

  test('routes are text or objects', () => {
    const list = "{ httpApi: 'get /a/{id}' }, { httpApi: { method: '*', path: /b } }, { sqs: arn }";
    expect(events(list).routes).toEqual([
      { functionName: 'f', method: 'GET', path: '/a/{id}' },
      { functionName: 'f', method: 'ANY', path: '/b' },
    ]);
  });

  test('rates are in seconds', () => {
    const list =
      'schedule: rate(1 minute)}, {schedule: { rate: [rate(2 hours), rate(3 days)] } }, { schedule: { rate: rate(1 day), enabled: false }';
    expect(events(`{${list}}`).rates.map(({ everySeconds }) => everySeconds)).toEqual([60, 7200, 259_200]);
  });

  test.each([
    ['{ schedule: cron(0 0 * * ? *) }', /rate\(n minutes/],
    ["{ httpApi: 'GET /{proxy+}' }", /no \{proxy\+\}/],
    ["{ httpApi: '*' }", /expected "METHOD \/path"/],
    ['{ schedule: rate(5 weeks) }', /rate\(n minutes/],
  ])('%s is refused', (list, message) => {
    expect(() => events(list)).toThrow(message);
  });

  test("timeouts and retries fall back to the provider's and AWS's", () => {
    const { functions } = parse(
      '  timeout: 30\nfunctions: { a: {}, b: { timeout: 5, maximumRetryAttempts: 0 } }',
    );
    expect(functions).toEqual([
      { name: 'a', timeoutSeconds: 30, asyncRetries: 2 },
      { name: 'b', timeoutSeconds: 5, asyncRetries: 0 },
    ]);
  });
});

test.each([
  ['a tag that would be misread', 'custom: !GetAtt A.Arn', /Unresolved tag: !GetAtt/],
  ['broken YAML', 'custom: [', /serverless\.yml/],
])('%s is refused', (_name, text, message) => {
  expect(() => parse(text)).toThrow(message);
});
