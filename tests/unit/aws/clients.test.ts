import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { createClients } from '../../../src/aws/clients.ts';
import { RetryableError } from '../../../src/core/errors.ts';

test('every client talks to the endpoint that it is given', async () => {
  const clients = createClients({ endpoint: 'http://127.0.0.1:4566', region: 'eu-central-1' });
  for (const client of Object.values(clients)) {
    expect(await client.config.region()).toBe('eu-central-1');
    expect(await client.config.endpoint?.()).toMatchObject({ hostname: '127.0.0.1', port: 4566 });
  }
});

test('reads and writes fail fast, the control plane slows down by itself', async () => {
  const { dynamodb, scheduler, ecs, efs } = createClients({ region: 'eu-central-1' });
  for (const client of [dynamodb, scheduler]) expect(await client.config.maxAttempts()).toBe(4);
  for (const client of [ecs, efs]) {
    expect(await client.config.maxAttempts()).toBe(6);
    expect(await client.config.retryStrategy()).toMatchObject({ mode: 'adaptive' });
  }
});

test('a call that is never answered is given up', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  const { dynamodb } = createClients({
    endpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
  });
  try {
    await expect(
      dynamodb.send(new GetItemCommand({ TableName: 'T', Key: { k: { S: 'v' } } })),
    ).rejects.toThrow(/timed? ?out|timeout/i);
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
}, 20_000);

describe('a call of a function', () => {
  /** A client whose attempts end like this, one after another. */
  function failingClient(...failures: { name: string; statusCode?: number }[]) {
    const { lambda } = createClients({
      region: 'eu-central-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    });
    let attempts = 0;
    const answer = () => async () => {
      const failure = failures[attempts];
      attempts += 1;
      const $metadata = { httpStatusCode: failure?.statusCode };
      throw Object.assign(new Error('as the test says'), { name: failure?.name, $metadata });
    };
    lambda.middlewareStack.add(answer, { step: 'deserialize' });
    return { lambda, attempts: () => attempts };
  }
  const invoke = (lambda: LambdaClient) => lambda.send(new InvokeCommand({ FunctionName: 'purge' }));

  test('that has not answered in time is not made again: it may still be at work', async () => {
    const { lambda, attempts } = failingClient({ name: 'TimeoutError' });
    await expect(invoke(lambda)).rejects.toThrow(RetryableError);
    expect(attempts()).toBe(1);
  });

  test('that is throttled is made again', async () => {
    const { lambda, attempts } = failingClient(
      { name: 'TooManyRequestsException', statusCode: 429 },
      { name: 'ResourceNotFoundException', statusCode: 404 },
    );
    await expect(invoke(lambda)).rejects.toThrow('as the test says');
    expect(attempts()).toBe(2);
  });

  test('may last as long as the function may, and its start', async () => {
    const prompt = createServer((_, response) => response.end('{}'));
    await new Promise<void>((listening) => prompt.listen(0, '127.0.0.1', listening));
    const { lambda } = createClients({
      endpoint: `http://127.0.0.1:${(prompt.address() as AddressInfo).port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    });
    try {
      await invoke(lambda);
      // The handler knows its settings from its first call on.
      const handler = lambda.config.requestHandler as unknown as { httpHandlerConfigs(): unknown };
      expect(handler.httpHandlerConfigs()).toMatchObject({ requestTimeout: 100_000 });
    } finally {
      lambda.destroy();
      prompt.close();
    }
  });
});
