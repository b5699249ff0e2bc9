import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { LEASE_SECONDS } from '../../../../src/handlers/claim-row.ts';
import { SLICES_PER_TURN, STOP_WAIT_SECONDS } from '../../../../src/handlers/converge.ts';
import { PATIENCE_SECONDS } from '../../../../src/handlers/deadline-reached.ts';
import { OVERDUE_AFTER_SECONDS } from '../../../../src/handlers/overdue-check.ts';
import { PURGE_SLICE_SECONDS } from '../../../../src/handlers/purge.ts';
import { readTemplate } from '../../../../src/local/template/template.ts';

const { functions, streamMappings, routes } = readTemplate('serverless.yml');
const timeoutOf = (wanted: string) => functions.find(({ name }) => name === wanted)?.timeoutSeconds ?? NaN;

test.each(['deadlineReached', 'resume'])(
  'a lease is longer than %s may run: when it ends, nobody is at work under it',
  (name) => {
    expect(LEASE_SECONDS).toBeGreaterThan(timeoutOf(name));
  },
);

test('the function may wait for its deadline, for tasks to stop, then for files, and has a minute left for the rest', () => {
  const waits = PATIENCE_SECONDS + STOP_WAIT_SECONDS + SLICES_PER_TURN * PURGE_SLICE_SECONDS;
  expect(timeoutOf('deadlineReached')).toBeGreaterThanOrEqual(waits + 60);
});

test('the function that deletes files may start, delete for a slice, and answer', () => {
  expect(timeoutOf('purge')).toBeGreaterThanOrEqual(PURGE_SLICE_SECONDS + 30);
});

test('a wake-up is overdue only when it has fired a minute late and its handler has worked for a lease', () => {
  expect(OVERDUE_AFTER_SECONDS).toBeGreaterThan(LEASE_SECONDS + 60);
});

interface Settings {
  destinations?: { onFailure?: unknown };
  events?: { stream?: Settings }[];
}
const settings = parse(readFileSync('serverless.yml', 'utf8')).functions as Record<string, Settings>;

/**
 * Whoever waits for the answer of an HTTP route sees its failure, and a stream's records have their mapping's. The
 * deadline handler waits for the function that deletes files.
 */
const awaited = new Set(['purge', ...[...routes, ...streamMappings].map(({ functionName }) => functionName)]);

test.each(functions.map(({ name }) => name).filter((name) => !awaited.has(name)))(
  '%s, which nobody waits for, has a failure destination',
  (name) => {
    expect(settings[name]?.destinations?.onFailure).toBeDefined();
  },
);
