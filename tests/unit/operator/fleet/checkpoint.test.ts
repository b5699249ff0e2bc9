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

/** A file that is gone on with, but for what is changed. */
const text = (change: Record<string, unknown>) =>
  JSON.stringify({ version: 2, job, startedAt: Date.now() / 1_000, state: { done: 1 }, ...change });

test('one of another installation with the same names is not gone on with', () => {
  const of = (tableId: string) => ({ ...job, stage: 'prod', tableId });
  new Checkpoint<{ done: number }>(path(), of('id-1')).note(() => ({ done: 1 }), true);
  expect(() => new Checkpoint<{ done: number }>(path(), of('id-2')).read(schema)).toThrow(
    `the checkpoint ${path()} is of another job: tableId is "id-1", expected "id-2"`,
  );
  expect(new Checkpoint<{ done: number }>(path(), of('id-1')).read(schema)).toEqual({ done: 1 });
});

test('one that was begun more than a day ago is not gone on with, however often it was noted since', () => {
  const begun = Date.parse('2026-03-01T12:00:00Z') / 1_000;
  let now = begun;
  const open = () => new Checkpoint<{ done: number }>(path(), job, { wallClock: { now: () => now } });
  open().note(() => ({ done: 1 }), true);
  now = begun + 86_400;
  const resumed = open();
  expect(resumed.read(schema)).toEqual({ done: 1 });
  resumed.note(() => ({ done: 2 }), true);
  now = begun + 86_401;
  expect(() => open().read(schema)).toThrow(
    `the checkpoint ${path()} was begun at 2026-03-01T12:00:00Z, expected no more than a day ago: what was read then may be so no more: name another file with --checkpoint, or --restart`,
  );
  const restarted = open();
  restarted.remove();
  restarted.note(() => ({ done: 3 }), true);
  expect(open().read(schema)).toEqual({ done: 3 });
});

test.each([
  [
    'another job',
    text({ job: { command: 'apply' } }),
    'is of another job: command is "apply", expected "backfill"; table is missing, expected "WorkspaceStatus"',
  ],
  ['another version', text({ version: 1 }), 'is no checkpoint of this command'],
  ['half of a file', '{"version":1,"jo', 'is no checkpoint of this command'],
  ['another state', text({ state: { done: 'much' } }), 'is not understood'],
])('%s is not gone on with, and the file stays', (_, written, message) => {
  writeFileSync(path(), written);
  const checkpoint = new Checkpoint<{ done: number }>(path(), job);
  expect(() => checkpoint.read(schema)).toThrow(message);
  expect(() => checkpoint.read(schema)).toThrow('--restart');
  expect(readFileSync(path(), 'utf8')).toBe(written);
});
