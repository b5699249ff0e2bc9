import { readFileSync } from 'node:fs';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { changeFor, TableWay } from '../../../src/reporter/table-way.ts';
import { NOW } from '../../support/memory/ok-values.ts';

const POLICY = JSON.parse(readFileSync('docs/reporter-policy.json', 'utf8')) as unknown;
const ACCOUNT = '123456789012';
const TABLE = `arn:aws:dynamodb:eu-central-1:${ACCOUNT}:table/WorkspaceStatus`;

interface Request {
  action?: string;
  resource?: string;
  /** Of the role that the container has. */
  tag?: string | undefined;
  keys?: string[];
  attributes?: string[];
  returns?: string;
}

async function isAllowed({
  action = 'dynamodb:UpdateItem',
  resource = TABLE,
  ...request
}: Request): Promise<boolean> {
  const { tag = 'acme', keys = ['acme'], attributes = REPORT, returns } = request;
  const simulation = await runSimulation(
    {
      identityPolicies: [{ name: 'reporter', policy: POLICY }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      request: {
        action,
        principal: `arn:aws:sts::${ACCOUNT}:assumed-role/workspace/task`,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: {
          ...('tag' in request && request.tag === undefined ? {} : { 'aws:PrincipalTag/clientId': tag }),
          ...(keys.length > 0 && { 'dynamodb:LeadingKeys': keys }),
          ...(attributes.length > 0 && { 'dynamodb:Attributes': attributes }),
          ...(returns !== undefined && { 'dynamodb:ReturnValues': returns }),
        },
      },
    },
    {},
  );
  if (simulation.resultType === 'error') throw new Error(JSON.stringify(simulation.errors));
  return simulation.overallResult === 'Allowed';
}

const KEYS = ['clientId', 'userId'];
const REPORT = [...KEYS, 'lastActivity', 'containerStatus', 'unsavedWork'];
const index = `${TABLE}/index/upcoming`;

describe('the policy of a container that writes to the table itself', () => {
  test.each<[string, Request]>([
    ['a whole report', {}],
    ['the last activity', { attributes: [...KEYS, 'lastActivity'] }],
    ['a status', { attributes: [...KEYS, 'containerStatus'] }],
    ['unsaved work', { attributes: [...KEYS, 'unsavedWork'] }],
    ['without an answer', { returns: 'NONE' }],
    ['of another client with the role of that one', { tag: 'globex', keys: ['globex'] }],
    ['in another Region', { resource: TABLE.replace('eu-central-1', 'us-east-1') }],
    [
      'what the reporter sends',
      { attributes: ['clientId', ...namesOf(changeFor({ lastActivity: NOW, containerStatus: 'idle' }))] },
    ],
  ])('allows %s', async (_, request) => {
    expect(await isAllowed(request)).toBe(true);
  });

  test.each<[string, Request]>([
    ["another client's partition", { keys: ['globex'] }],
    ['its own and another', { keys: ['acme', 'globex'] }],
    ['no key', { keys: [] }],
    ['a role without a client', { tag: undefined }],
    ['a client of no name', { tag: '', keys: ['acme'] }],
    ['every attribute', { attributes: [] }],
    ['the subscription', { attributes: [...REPORT, 'subscriptionStatus'] }],
    ['the tier', { attributes: [...REPORT, 'subscriptionTier'] }],
    ['the lifecycle', { attributes: [...REPORT, 'lifecycle'] }],
    ['a hold', { attributes: [...KEYS, 'hold'] }],
    ['an extension', { attributes: [...KEYS, 'extension'] }],
    ['a claim', { attributes: [...KEYS, 'claim'] }],
    ['the wake-up', { attributes: [...KEYS, 'armedFor', 'armedDay'] }],
    ['the retention', { attributes: [...KEYS, 'retentionDays'] }],
    ['the access point', { attributes: [...KEYS, 'efsAccessPoint'] }],
    ['the user id', { attributes: [...KEYS, 'posixUid'] }],
    ['the notices', { attributes: [...KEYS, 'notices'] }],
    ['what was held back', { attributes: [...KEYS, 'heldBack', 'waitingFor'] }],
    ['to see the row', { returns: 'ALL_OLD' }],
    ['to see the new row', { returns: 'ALL_NEW' }],
    ['to read it', { action: 'dynamodb:GetItem' }],
    ['to look through the partition', { action: 'dynamodb:Query' }],
    ['to look through the table', { action: 'dynamodb:Scan', keys: [] }],
    ['to replace it', { action: 'dynamodb:PutItem' }],
    ['to delete it', { action: 'dynamodb:DeleteItem' }],
    ['many at once', { action: 'dynamodb:BatchWriteItem' }],
    ['PartiQL', { action: 'dynamodb:PartiQLUpdate' }],
    ['the index', { action: 'dynamodb:Query', resource: index }],
    ['another table', { resource: TABLE.replace('WorkspaceStatus', 'ClientAccounts') }],
    [
      'the history',
      { action: 'dynamodb:PutItem', resource: TABLE.replace('WorkspaceStatus', 'WorkspaceHistory') },
    ],
  ])('denies %s', async (_, request) => {
    expect(await isAllowed(request)).toBe(false);
  });
});

function namesOf({ names }: { names: Record<string, string> }): string[] {
  return Object.values(names);
}

describe('a report', () => {
  test('is one conditional update that goes forward only', () => {
    expect(changeFor({ lastActivity: NOW, containerStatus: 'idle' })).toEqual({
      updateExpression: 'SET #lastActivity = :lastActivity, #containerStatus = :containerStatus',
      conditionExpression:
        'attribute_exists(#clientId) AND (attribute_not_exists(#lastActivity) OR #lastActivity <= :lastActivity)',
      names: {
        '#clientId': 'clientId',
        '#lastActivity': 'lastActivity',
        '#containerStatus': 'containerStatus',
      },
      values: { ':lastActivity': NOW, ':containerStatus': 'idle' },
    });
  });

  test('of a status alone asks for the row alone', () => {
    expect(changeFor({ containerStatus: 'terminated' }).conditionExpression).toBe(
      'attribute_exists(#clientId)',
    );
  });

  test.each([
    ['ConditionalCheckFailedException', 'taken'],
    ['AccessDeniedException', 'refused'],
    ['ValidationException', 'refused'],
    ['ThrottlingException', 'later'],
    ['TimeoutError', 'later'],
  ])('that meets %s is %s', async (name, kind) => {
    const way = new TableWay(() => Promise.reject(Object.assign(new Error('why'), { name })));
    expect((await way.send({ lastActivity: NOW })).kind).toBe(kind);
    expect((await new TableWay(async () => {}).send({})).kind).toBe('taken');
  });
});
