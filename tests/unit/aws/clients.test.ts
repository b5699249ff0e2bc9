import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createClients } from '../../../src/aws/clients.ts';

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
