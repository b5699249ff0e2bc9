import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { detailTypeSchema, eventDetailSchema, eventOf } from '../../../src/core/event.ts';
import { type HistoryEntry, historyKindSchema } from '../../../src/core/history.ts';
import { entryWith } from '../../support/event-samples.ts';
import { NOW } from '../../support/rows.ts';

const SCHEMA = 'docs/events/workspace-cleanup-v1.schema.json';

test.each<[string, Partial<HistoryEntry>, string | undefined]>([
  ['expiring', {}, 'Workspace Expiring'],
  ['archiving', {}, undefined],
  ['terminating', {}, undefined],
  ['restoring', {}, undefined],
  ['archived', {}, 'Workspace Archived'],
  ['terminated', {}, 'Workspace Terminated'],
  ['restored', {}, 'Workspace Restored'],
  ['returned', {}, 'Workspace Resumed'],
  ['held', {}, 'Workspace Held'],
  ['released', {}, 'Workspace Released'],
  ['extended', {}, 'Workspace Extended'],
  ['requested', {}, 'Workspace Loss Requested'],
  ['held-back', { heldBackBy: 'off' }, undefined],
  ['held-back', { heldBackBy: 'observe', matter: 'archive' }, 'Workspace Would Be Archived'],
  ['held-back', { heldBackBy: 'observe', matter: 'terminate' }, 'Workspace Would Be Terminated'],
  ['held-back', { heldBackBy: 'observe', matter: 'notify-archive' }, 'Workspace Would Expire'],
  ['held-back', { heldBackBy: 'observe', matter: 'notify-terminate' }, 'Workspace Would Expire'],
  ['held-back', { heldBackBy: 'paused' }, 'Workspace Cleanup Delayed'],
  ['held-back', { heldBackBy: 'budget' }, 'Workspace Cleanup Delayed'],
  ['held-back', { heldBackBy: 'control-invalid' }, 'Workspace Cleanup Delayed'],
  ['paused', {}, 'Cleanup Paused'],
  ['unpaused', {}, 'Cleanup Resumed'],
  ['control-changed', {}, 'Cleanup Control Changed'],
  ['limits-changed', {}, 'Cleanup Control Changed'],
])('%s %j becomes %s', (what, changes, expected) => {
  expect(eventOf(entryWith(historyKindSchema.parse(what), changes))?.detailType).toBe(expected);
});

test('an event says whose workspace it is, and has an id and a number of its own', () => {
  const { at, detail } = eventOf(entryWith('archived', { sequence: 12 })) ?? {};
  expect(at).toBe(NOW);
  expect(detail).toMatchObject({
    version: '1',
    id: 'acme/ada@2027-01-15T08:00:00.000Z#00000012',
    workspace: { clientId: 'acme', userId: 'ada' },
    sequence: 12,
    lifecycle: 'archived',
    rule: 'retention-free',
    latenessSeconds: 1.5,
  });
  expect(JSON.parse(JSON.stringify(detail))).toEqual(detail);
});

test('an event about the system names no workspace', () => {
  expect(eventOf(entryWith('paused'))?.detail).not.toHaveProperty('workspace');
});

test('events of every kind are what the schema says', () => {
  const types = new Set(historyKindSchema.options.flatMap((what) => eventOf(entryWith(what)) ?? []));
  for (const { detailType, detail } of types) {
    expect(detailTypeSchema.options).toContain(detailType);
    expect(eventDetailSchema.safeParse(detail).error).toBeUndefined();
  }
  expect(types.size).toBeGreaterThan(10);
});

test('the schema in the repository is that of the code', () => {
  const title = 'workspace-cleanup, version 1';
  const schema = { ...z.toJSONSchema(eventDetailSchema), $id: 'workspace-cleanup-v1', title };
  expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).toEqual(JSON.parse(JSON.stringify(schema)));
});

test('every type of event is in the page about them', () => {
  const page = readFileSync('docs/events/README.md', 'utf8');
  for (const type of detailTypeSchema.options) expect(page).toContain(`\`${type}\``);
});
