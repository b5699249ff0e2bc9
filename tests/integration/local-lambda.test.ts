import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  GetFunctionCommand,
  InvokeCommand,
  type InvokeCommandInput,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { createClients } from '../../src/aws/clients.ts';
import { environmentOfFunction } from '../../src/aws/deployed-functions.ts';
import { LambdaFiles } from '../../src/aws/lambda-files.ts';
import { InstallationError, InvariantError } from '../../src/core/errors.ts';
import { purge } from '../../src/functions/purge.ts';
import { type Endpoint, startEndpoint } from '../../src/local/http/endpoint.ts';
import { Invoker } from '../../src/local/invoker.ts';
import { createLambda } from '../../src/local/services/lambda.ts';
import { InFlight } from '../../src/local/time/in-flight.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { write } from '../support/file-trees.ts';
import { OK_KEY } from '../support/memory/ok-values.ts';

const run = promisify(execFile);
const folder = useDataFolder();
const NAME = 'workspace-cleanup-local-';
const ARN = `arn:aws:lambda:us-east-1:000000000000:function:${NAME}`;
const silent = () => {};
const observer = { info: silent, warn: silent, error: silent, count: silent };
const clock = { now: () => 1_000, wait: async () => {}, waitUntil: async () => false };

let endpoint: Endpoint;
let lambda: LambdaClient;
let inFlight: InFlight;
let letters: unknown[];
let seen: unknown[];

beforeEach(async () => {
  [letters, seen] = [[], []];
  inFlight = new InFlight();
  const functions = {
    purge: purge.create({ filesRoot: folder() }, { clients: {}, clock, observer }),
    echo: (event: unknown) => {
      seen.push(event);
      return event;
    },
    nothing: () => undefined,
    fails: () => {
      throw new TypeError('on purpose');
    },
  };
  const settings = Object.keys(functions).map((name) => ({ name, timeoutSeconds: 30, asyncRetries: 0 }));
  const invoker = new Invoker({
    functions,
    settings,
    service: 'workspace-cleanup',
    stage: 'local',
    region: 'us-east-1',
    environment: { WORKSPACE_STATUS_TABLE: 'WorkspaceStatus' },
    failureDestination: async (letter) => void letters.push(letter),
    inFlight,
    log: silent,
  });
  endpoint = await startEndpoint({
    port: 0,
    engineUrl: 'http://127.0.0.1:9',
    inFlight,
    ...noOtherServices(),
    lambda: createLambda(() => invoker, silent),
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  ({ lambda } = createClients({ endpoint: endpoint.url, region: 'us-east-1', credentials }));
});
afterEach(async () => {
  lambda.destroy();
  await endpoint.close();
});

function noOtherServices() {
  const refuse = () => Promise.reject(new Error('only Lambda is called here'));
  return { ecs: refuse, efs: refuse, scheduler: refuse };
}

type Invocation = Pick<Partial<InvokeCommandInput>, 'FunctionName' | 'InvocationType'> & { event?: unknown };

async function invoke({ event, ...rest }: Invocation) {
  const Payload = event === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(event));
  const output = await lambda.send(new InvokeCommand({ FunctionName: 'echo', Payload, ...rest }));
  const { StatusCode, FunctionError } = output;
  return { StatusCode, FunctionError, payload: output.Payload?.transformToString() };
}

test.each(['echo', `${NAME}echo`, `${ARN}echo`, `${ARN}echo:$LATEST`])(
  'is called by the name %s',
  async (name) => {
    const event = { path: '/ünïcode', list: [1, null] };
    expect(await invoke({ FunctionName: name, event })).toEqual({
      StatusCode: 200,
      FunctionError: undefined,
      payload: JSON.stringify(event),
    });
  },
);

test('says what a function was given, as an operator asks for it; of one that is not there it says so', async () => {
  expect(await environmentOfFunction(lambda, `${NAME}echo`)).toEqual({
    WORKSPACE_STATUS_TABLE: 'WorkspaceStatus',
    AWS_REGION: 'us-east-1',
  });
  await expect(environmentOfFunction(lambda, `${NAME}nobody`)).rejects.toThrow(
    `there is no function ${NAME}nobody in us-east-1`,
  );
});

test.each([
  [undefined, '{}'],
  [17, '17'],
  ['text', '"text"'],
])('an event may be any JSON: %j', async (event, payload) => {
  expect(await invoke({ event })).toMatchObject({ payload });
});

test('a function that answers nothing answers null', async () => {
  expect(await invoke({ FunctionName: 'nothing' })).toMatchObject({ StatusCode: 200, payload: 'null' });
});

test('a function that fails is an answer, not an error', async () => {
  const { StatusCode, FunctionError, payload = '' } = await invoke({ FunctionName: 'fails' });
  expect([StatusCode, FunctionError]).toEqual([200, 'Unhandled']);
  expect(JSON.parse(payload)).toEqual({
    errorType: 'TypeError',
    errorMessage: 'on purpose',
    trace: expect.arrayContaining(['TypeError: on purpose']),
  });
});

test('an event is taken, and handled by itself', async () => {
  expect(await invoke({ InvocationType: 'Event', event: { a: 1 } })).toMatchObject({ StatusCode: 202 });
  await inFlight.settled();
  expect(seen).toEqual([{ a: 1 }]);
});

test('an event that fails to the end is where failures go', async () => {
  await invoke({ InvocationType: 'Event', FunctionName: 'fails', event: { a: 1 } });
  await inFlight.settled();
  expect(letters).toMatchObject([{ functionName: 'fails', payload: { a: 1 } }]);
});

test.each(['echo', `${NAME}echo`, `${ARN}echo`])(
  '%s says with what it was deployed',
  async (FunctionName) => {
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
    expect(Configuration).toMatchObject({
      FunctionName: `${NAME}echo`,
      FunctionArn: `${ARN}echo`,
      Timeout: 30,
      Environment: { Variables: { WORKSPACE_STATUS_TABLE: 'WorkspaceStatus' } },
    });
  },
);

test('a function that is not there says nothing', async () => {
  const asking = lambda.send(new GetFunctionCommand({ FunctionName: 'missing' }));
  await expect(asking).rejects.toThrow(ResourceNotFoundException);
});

test('a dry run runs nothing', async () => {
  expect(await invoke({ InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204 });
  expect(seen).toEqual([]);
});

test.each(['Event', 'RequestResponse', 'DryRun'] as const)(
  '%s of a function that is not there',
  async (type) => {
    const invoking = invoke({ FunctionName: 'missing', InvocationType: type });
    await expect(invoking).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringContaining('There is no function "missing"; known are purge, echo'),
      $metadata: { httpStatusCode: 404 },
    });
  },
);

test.each([
  ['InvalidRequestContentException', 'POST', 'echo/invocations', { body: '{' }],
  ['InvalidParameterValueException', 'POST', 'echo/invocations', { type: 'Sometimes' }],
  ['InvalidParameterValueException', 'POST', '%zz/invocations', {}],
  ['UnknownOperationException', 'DELETE', 'echo', {}],
  ['UnknownOperationException', 'GET', 'echo/invocations', {}],
])(
  '%s: %s %s %j',
  async (error, method, path, { body, type = 'RequestResponse' }: Record<string, string>) => {
    const response = await fetch(`${endpoint.url}/2015-03-31/functions/${path}`, {
      method,
      body: body ?? null,
      headers: { 'x-amz-invocation-type': type },
    });
    expect(response.headers.get('x-amzn-errortype')).toBe(error);
    expect(response.status).toBe(400);
    expect(seen).toEqual([]);
  },
);

describe('files of a workspace, through the production client', () => {
  const remove = (name = `${NAME}purge`) => new LambdaFiles(lambda, name).remove(OK_KEY);

  test('are deleted', async () => {
    const file = write(folder(), 'acme', 'ada', 'deep', 'file');
    const kept = write(folder(), 'acme', 'bob', 'file');
    expect(await remove()).toBe('deleted');
    expect(await remove()).toBe('deleted');
    expect([existsSync(file), existsSync(kept)]).toEqual([false, true]);
    expect(JSON.parse(readFileSync(join(folder(), '.tombstones/acme/ada.json'), 'utf8'))).toMatchObject({
      finishedAt: 1_000,
    });
  });

  test('that are no folder are for a person', async () => {
    const file = write(folder(), 'acme', 'ada');
    await expect(remove()).rejects.toThrow(InvariantError);
    await expect(remove()).rejects.toThrow(`${file} is a file, expected a folder`);
  });

  test('stay where the function is not deployed, and it says what to do', async () => {
    const file = write(folder(), 'acme', 'ada', 'file');
    await expect(remove('not-deployed')).rejects.toThrow(InstallationError);
    await expect(remove('not-deployed')).rejects.toThrow(/not-deployed.*TERMINATE_FILES=retain/);
    expect(existsSync(file)).toBe(true);
  });
});

const hasCli = spawnSync('aws', ['--version']).status === 0;
if (!hasCli) console.warn('the AWS CLI, aws, is not installed here: aws lambda invoke is not tested');

(hasCli ? test : test.skip)(
  'the AWS CLI invokes functions',
  async () => {
    write(folder(), 'acme', 'ada', 'file');
    const aws = async (...more: string[]) => {
      const out = join(folder(), 'out.json');
      const { stdout } = await run('aws', ['lambda', 'invoke', ...more, '--output', 'json', out], {
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          AWS_ENDPOINT_URL: endpoint.url,
          AWS_ACCESS_KEY_ID: 'local',
          AWS_SECRET_ACCESS_KEY: 'local',
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_CONFIG_FILE: '/dev/null',
          AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        },
      });
      return { status: JSON.parse(stdout), payload: JSON.parse(readFileSync(out, 'utf8')) };
    };
    const path = '/workspace/acme/ada';
    // In base64, which both versions of the CLI take for a blob in their own way.
    const version1 = spawnSync('aws', ['--version'], { encoding: 'utf8' }).stdout.startsWith('aws-cli/1');
    const event = (value: object) =>
      version1 ? JSON.stringify(value) : Buffer.from(JSON.stringify(value)).toString('base64');
    expect(await aws('--function-name', 'purge', '--payload', event({ path }))).toEqual({
      status: { StatusCode: 200, ExecutedVersion: '$LATEST' },
      payload: { path, done: true, removed: 2 },
    });
    expect(
      await aws('--function-name', `${ARN}purge`, '--payload', event({ path: '/workspace/..' })),
    ).toMatchObject({
      status: { StatusCode: 200, FunctionError: 'Unhandled' },
      payload: { errorType: 'BadInputError', errorMessage: expect.stringContaining('/workspace/..') },
    });
    await expect(aws('--function-name', 'missing')).rejects.toThrow('ResourceNotFoundException');
  },
  60_000,
);
