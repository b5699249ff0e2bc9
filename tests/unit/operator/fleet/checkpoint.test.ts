import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Checkpoint } from '../../../../src/operator/fleet/checkpoint.ts';
import { useDataFolder } from '../../../support/data-folder.ts';

const folder = useDataFolder();
const path = () => join(folder(), 'job.checkpoint.json');
const schema = z.object({ done: z.int() });
const job = { command: 'backfill', table: 'WorkspaceStatus' };

test('what was noted last is gone on with, until it is done', () => {
  const checkpoint = new Checkpoint<{ done: number }>(path(), job);
  expect(checkpoint.read(schema)).toBeUndefined();
  checkpoint.note(() => ({ done: 1 }), true);
  checkpoint.note(() => ({ done: 2 }), true);
  expect(new Checkpoint<{ done: number }>(path(), { ...job }).read(schema)).toEqual({ done: 2 });
  checkpoint.remove();
  expect(checkpoint.read(schema)).toBeUndefined();
});

test('it is written no more often than it takes', () => {
  let now = 10;
  const time = { now: () => now, wait: async () => {} };
  const checkpoint = new Checkpoint<{ done: number }>(path(), job, { time, everySeconds: 1 });
  for (let done = 0; done < 30; done += 1, now += 0.25) checkpoint.note(() => ({ done }));
  const { state } = JSON.parse(readFileSync(path(), 'utf8'));
  expect(state).toEqual({ done: 28 });
});

test.each([
  [
    'another job',
    JSON.stringify({ version: 1, job: { command: 'apply' }, state: { done: 1 } }),
    'is of another job',
  ],
  [
    'another version',
    JSON.stringify({ version: 2, job, state: { done: 1 } }),
    'is no checkpoint of this command',
  ],
  ['half of a file', '{"version":1,"jo', 'is no checkpoint of this command'],
  ['another state', JSON.stringify({ version: 1, job, state: { done: 'much' } }), 'is not understood'],
])('%s is not gone on with, and the file stays', (_, text, message) => {
  writeFileSync(path(), text);
  const checkpoint = new Checkpoint<{ done: number }>(path(), job);
  expect(() => checkpoint.read(schema)).toThrow(message);
  expect(() => checkpoint.read(schema)).toThrow('--restart');
  expect(readFileSync(path(), 'utf8')).toBe(text);
});
