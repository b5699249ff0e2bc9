import { stripVTControlCharacters } from 'node:util';
import { logLine, transitionLine } from '../../../../src/local/show/event-lines.ts';
import type { Level } from '../../../../src/local/show/show.ts';
import type { Fields } from '../../../../src/ports.ts';
import { NOW } from '../../../support/rows.ts';

const okTransition = {
  workspace: 'acme/ada',
  becomes: 'archived',
  rule: 'retention-free',
  since: NOW,
  at: NOW + 1,
} as const;
const transition = (changes: object) =>
  stripVTControlCharacters(transitionLine({ ...okTransition, ...changes }));

test.each([
  ['acme/ada      archived   retention-free, 1 s after its deadline', {}],
  ['acme/ada      archived   retention-free, 0 s after its deadline', { at: NOW - 0.4 }],
  [
    'acme/ada      terminated subscription-cancelled, 1 s after its deadline',
    {
      becomes: 'terminated',
      rule: 'subscription-cancelled',
    },
  ],
  ['acme/ada      restored   access given back', { becomes: 'active', rule: 'within-limits' }],
])('%s', (text, changes) => {
  expect(transition(changes)).toBe(text);
});

test.each<[string, Level, Fields, string | undefined]>([
  ['what is routine is not shown', 'info', { clientId: 'acme' }, undefined],
  ['who and what', 'warn', { clientId: 'acme', userId: 'ada' }, 'acme/ada      it happened'],
  ['a whole client', 'warn', { clientId: 'acme' }, 'acme          it happened'],
  ['nobody', 'warn', {}, '              it happened'],
  ['problems', 'error', { problems: ['a is 1', 'b is 2'] }, '              it happened: a is 1; b is 2'],
  ['an Error', 'error', { error: new Error('no'), more: 1 }, '              it happened: no'],
  ['what was thrown and is no Error', 'error', { error: 'no' }, '              it happened: no'],
  ['anything else', 'warn', { status: 409 }, '              it happened: {"status":409}'],
])('a message: %s', (_, level, fields, expected) => {
  const line = logLine(level, 'it happened', fields);
  expect(line === undefined ? line : stripVTControlCharacters(line)).toBe(expected);
});
