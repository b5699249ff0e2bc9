import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { S3Client } from '@aws-sdk/client-s3';
import { strToU8, zipSync } from 'fflate';
import { BundleProcess } from '../../../src/smoke/bundle-process.ts';
import { DeployedCode } from '../../../src/smoke/deployed-code.ts';
import type { DeployedFunction } from '../../../src/smoke/deployed-functions.ts';
import type { DeployedTemplate } from '../../../src/smoke/deployed-template.ts';
import { PlayedFunctions } from '../../../src/smoke/played-functions.ts';
import { toStreamMapping } from '../../../src/smoke/stream-mappings.ts';
import { stubClient } from '../aws/stub-client.ts';

const BUNDLE = `
  export const echo = async (event) => ({ event, table: process.env.TABLE, own: process.env.HOME ?? null });
  export const nothing = async () => {};
  let calls = 0;
  export const count = async () => (calls += 1);
  export const fails = async () => { console.log('about to fail'); throw new TypeError('on purpose'); };
  export const crashes = async () => { console.error('about to crash'); process.exit(3); };
  export const hangs = () => new Promise(() => {});
`;
const PACKAGE = zipSync({ src: { 'lambda.mjs': strToU8(BUNDLE) }, 'folder/': new Uint8Array() });
const ENDPOINT = 'http://127.0.0.1:4566';

const deployed = (change: Partial<DeployedFunction> = {}): DeployedFunction => ({
  name: 'echo',
  fullName: 'workspace-cleanup-local-echo',
  handler: 'src/lambda.echo',
  timeoutSeconds: 10,
  environment: { TABLE: 'WorkspaceStatus' },
  codeLocation: 'https://awslambda.s3.amazonaws.com/elsewhere',
  ...change,
});

const template: DeployedTemplate = {
  resources: {
    EchoLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: { S3Bucket: { Ref: 'Bucket' }, S3Key: 'a/package.zip' } },
    },
  },
  leftOut: {},
  physicalIds: new Map([
    ['EchoLambdaFunction', 'workspace-cleanup-local-echo'],
    ['Bucket', 'the-bucket'],
  ]),
};

function codeFrom(content: Uint8Array = PACKAGE, endpoint = ENDPOINT) {
  const { client: s3, sent } = stubClient<S3Client>({
    GetObject: () => ({ Body: { transformToByteArray: async () => content } }),
  });
  return { code: new DeployedCode({ s3, template, endpoint }), sent };
}

const closing: (() => unknown)[] = [];
let logged: string[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  logged = [];
});

function played(change: Partial<DeployedFunction> = {}) {
  const { code } = codeFrom();
  const functions = { get: async (name: string) => deployed({ name, ...change }) };
  const environment = { AWS_ENDPOINT_URL: ENDPOINT };
  const lambda = new PlayedFunctions({ functions, code, environment, log: (line) => void logged.push(line) });
  closing.push(
    () => lambda.stop(),
    () => code.remove(),
  );
  return lambda;
}

describe('code', () => {
  test('is taken from the bucket that the stack names, once for all who have the same, and goes again', async () => {
    const { code, sent } = codeFrom();
    const folder = await code.folderOf(deployed());
    expect(await code.folderOf(deployed({ name: 'other' }))).toBe(folder);
    expect(sent).toEqual([{ name: 'GetObject', input: { Bucket: 'the-bucket', Key: 'a/package.zip' } }]);
    expect(readFileSync(join(folder, 'src/lambda.mjs'), 'utf8')).toBe(BUNDLE);
    code.remove();
    expect(existsSync(folder)).toBe(false);
  });

  test('is taken from where Lambda says, if that is at the endpoint', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/code.zip' ? 200 : 404).end(PACKAGE);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, sent } = codeFrom(PACKAGE, endpoint);
    closing.push(() => code.remove());
    const folder = await code.folderOf(deployed({ codeLocation: `${endpoint}/code.zip` }));
    expect(readdirSync(join(folder, 'src'))).toEqual(['lambda.mjs']);
    expect(sent).toEqual([]);
    await expect(code.folderOf(deployed({ codeLocation: `${endpoint}/none` }))).rejects.toThrow(
      'none answers 404',
    );
  });

  test('that is nowhere is said to be missing', async () => {
    const { code } = codeFrom();
    closing.push(() => code.remove());
    const unknown = deployed({ fullName: 'other' });
    expect(() => code.folderOf(unknown)).toThrow('the code of echo is at https://awslambda');
  });

  test.each(['../outside.mjs', 'src/../../outside.mjs'])(
    'of a package that leads out of its folder is refused: %s',
    async (name) => {
      const { code } = codeFrom(zipSync({ [name]: strToU8('') }));
      closing.push(() => code.remove());
      await expect(code.folderOf(deployed())).rejects.toThrow(`the package has a file ${name}`);
    },
  );
});

describe('a function that is run here', () => {
  test('has its event, its deployed environment, and nothing of ours', async () => {
    expect(await played().call('echo', { a: [1] })).toEqual({
      event: { a: [1] },
      table: 'WorkspaceStatus',
      own: null,
    });
  });

  test('lives on between two events, and has one at a time', async () => {
    const lambda = played({ handler: 'src/lambda.count' });
    const counting = [1, 2, 3].map(() => lambda.call('count', {}));
    expect(await Promise.all(counting)).toEqual([1, 2, 3]);
  });

  test('that answers nothing answers null', async () => {
    expect(await played({ handler: 'src/lambda.nothing' }).call('nothing', {})).toBeNull();
  });

  test.each([
    ['src/lambda.fails', /function f, run here: src\/lambda\.fails: TypeError: on purpose\nabout to fail/],
    ['src/lambda.crashes', /has not answered within its 10 s, or has ended\nabout to crash/],
    ['src/lambda.missing', /is not a function/],
    ['src/other.echo', /there is no file for handler src\/other\.echo in the package/],
  ])('%s fails with what it said', async (handler, message) => {
    await expect(played({ handler }).call('f', {})).rejects.toThrow(message);
  });

  test('that has crashed is started anew', async () => {
    const lambda = played({ handler: 'src/lambda.crashes' });
    await expect(lambda.call('f', {})).rejects.toThrow('about to crash');
    await expect(lambda.call('f', {})).rejects.toThrow('about to crash');
  });

  test('that is over its time is ended', async () => {
    const { code } = codeFrom();
    closing.push(() => code.remove());
    const folder = await code.folderOf(deployed());
    const options = { folder, handler: 'src/lambda.hangs', environment: {}, timeoutSeconds: 0.3 };
    const hanging = new BundleProcess(options);
    await expect(hanging.invoke({})).rejects.toThrow('has not answered within its 0.3 s');
    await hanging.stop();
  });
});

describe('a stream that is read here', () => {
  const streamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/WorkspaceStatus/stream/1';
  const mapping = toStreamMapping({ BatchSize: 1, MaximumRetryAttempts: 100 }, 'f', streamArn);

  /** One shard, with records of these numbers. */
  function streamOf(...numbers: string[]) {
    const all = numbers.map((SequenceNumber) => ({
      dynamodb: { SequenceNumber, Keys: { clientId: { S: 'acme' } } },
    }));
    const { client } = stubClient<DynamoDBStreamsClient>({
      DescribeStream: () => ({ StreamDescription: { Shards: [{ ShardId: 'shard' }] } }),
      GetShardIterator: () => ({ ShardIterator: 'next' }),
      GetRecords: () => ({ Records: all.splice(0), NextShardIterator: 'next' }),
    });
    return client;
  }

  test('comes to its function, and all of it has come once it is settled', async () => {
    const lambda = played({ handler: 'src/lambda.count' });
    lambda.readStreams([{ streamArn, mapping }], streamOf('1', '2'));
    expect(await lambda.settle()).toEqual([]);
    expect(await lambda.call('f', {})).toBe(3);
  });

  test('that its function does not take is a failure, with what the function said, and not for ever', async () => {
    const lambda = played({ handler: 'src/lambda.fails' });
    lambda.readStreams([{ streamArn, mapping }], streamOf('1'));
    expect(await lambda.settle()).toEqual([
      expect.stringMatching(/^function f, run here, has not taken 1 records after 3 attempts: .*on purpose/s),
    ]);
    expect(logged).toContainEqual(expect.stringContaining('f failed on records of WorkspaceStatus'));
  });
});
