import { stripVTControlCharacters } from 'node:util';
import type { HistoryEntry } from '../../../../src/core/history.ts';
import { historyLine } from '../../../../src/local/show/history-lines.ts';
import { NOW } from '../../../support/rows.ts';

const entry: HistoryEntry = { workspace: 'acme/ada', sequence: 1, at: NOW, what: 'archived', by: 'policy' };
const lineOf = (changes: Partial<HistoryEntry>) => {
  const line = historyLine({ ...entry, ...changes });
  return line === undefined ? undefined : stripVTControlCharacters(line).replace(/ +/g, ' ');
};

test.each<[string, Partial<HistoryEntry>, string | undefined]>([
  [
    'a notice',
    { what: 'expiring', loss: 'archive', rule: 'retention-free', due: NOW + 86_400 },
    'acme/ada expiring archive in 1.0 d, retention-free',
  ],
  [
    'what is observed only',
    { what: 'held-back', matter: 'archive', rule: 'retention-free', heldBackBy: 'observe' },
    'acme/ada held back archive, retention-free: observed only',
  ],
  [
    'a notice that is observed only',
    { what: 'held-back', matter: 'notify-terminate', rule: 'subscription-cancelled', heldBackBy: 'observe' },
    'acme/ada held back notice of terminate, subscription-cancelled: observed only',
  ],
  [
    'what waits for its turn',
    {
      what: 'held-back',
      matter: 'terminate',
      rule: 'subscription-cancelled',
      heldBackBy: 'budget',
      until: NOW,
    },
    'acme/ada held back terminate, subscription-cancelled: the hour is full, its turn is at 2027-01-15 08:00:00',
  ],
  [
    'a hold',
    { what: 'held', by: 'ops', reason: 'legal' },
    'acme/ada held until it is released, by ops: legal',
  ],
  [
    'an extension',
    { what: 'extended', by: 'ops', reason: 'holiday', until: NOW },
    'acme/ada extended until 2027-01-15 08:00:00, by ops: holiday',
  ],
  ['a release', { what: 'released', by: 'ops' }, 'acme/ada released by ops'],
  ['a return', { what: 'returned', by: 'user' }, 'acme/ada returned by user'],
  ['a pause', { what: 'paused', by: 'budget', reason: 'too many' }, 'the cleanup PAUSED by budget: too many'],
  ['its end', { what: 'unpaused', by: 'ops' }, 'the cleanup resumed by ops'],
  [
    'another setting',
    { what: 'control-changed', by: 'ops', settings: { enforcement: 'off' } },
    'the cleanup control {"enforcement":"off"}, by ops',
  ],
  ['a transition, which the rows tell', { what: 'archived' }, undefined],
])('%s', (_, changes, expected) => {
  expect(lineOf(changes)).toBe(expected);
});
