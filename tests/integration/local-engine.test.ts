import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateEngine, startEngine } from '../../src/local/processes/engine.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { isAlive, until } from '../support/until.ts';

const folder = useDataFolder();

test('starts, answers, refuses a second one on the same data, stops, and starts again', async () => {
  const engine = await startEngine({ dataDirectory: folder() });
  expect((await fetch(engine.endpoint)).status).toBe(200);
  await expect(startEngine({ dataDirectory: folder() })).rejects.toThrow('is in use by process');
  const { pid = 0 } = engine;
  expect(isAlive(pid)).toBe(true);
  await engine.close();
  expect(isAlive(pid)).toBe(false);
  await (await startEngine({ dataDirectory: folder() })).close();
});

test('an engine that ends by itself is told, with what it said', async () => {
  let reported = '';
  const engine = await startEngine({
    dataDirectory: folder(),
    onExit: ({ message }) => {
      reported = message;
    },
  });
  process.kill(Number(engine.pid), 'SIGKILL');
  await until(() => reported !== '', 'the end was reported');
  expect(reported).toContain('The DynamoDB engine ended (SIGKILL). It said: Dynoxide listening');
  await engine.close();
});

test('an engine that cannot open its data reports why, and leaves the folder free', async () => {
  mkdirSync(join(folder(), 'dynamodb.sqlite'));
  await expect(startEngine({ dataDirectory: folder() })).rejects.toThrow(/did not come up.*It said: \S+/s);
  await expect(startEngine({ dataDirectory: folder() })).rejects.toThrow('did not come up');
});

test('a database that is none is an error', async () => {
  writeFileSync(join(folder(), 'dynamodb.sqlite'), 'x'.repeat(4096));
  await expect(startEngine({ dataDirectory: folder() })).rejects.toThrow('did not come up');
});

test('with an endpoint nothing is started, and the data folder is locked all the same', async () => {
  const endpoint = 'http://127.0.0.1:9';
  const engine = await startEngine({ dataDirectory: folder(), endpoint });
  expect(engine).toMatchObject({ endpoint, pid: undefined });
  await expect(startEngine({ dataDirectory: folder(), endpoint })).rejects.toThrow('in use');
  await engine.close();
});

test('a platform without an engine is told the one package to install', async () => {
  expect(() => locateEngine('sparc-solaris')).toThrow(
    'run "npm install --no-save @dynoxide/sparc-solaris", or set',
  );
  await expect(startEngine({ dataDirectory: folder(), platform: 'sparc-solaris' })).rejects.toThrow(
    'DYNAMODB_ENDPOINT',
  );
  await (await startEngine({ dataDirectory: folder() })).close();
});
