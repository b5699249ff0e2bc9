import { BadInputError } from '../../../src/core/errors.ts';
import { explainRefusal, readHeartbeat } from '../../../src/core/heartbeat.ts';
import { NOW } from '../../support/rows.ts';

const key = { clientId: 'acme', userId: 'ada' };

test.each([
  ['nothing said: in use now', {}, { lastActivity: NOW, containerStatus: undefined }],
  ['an activity', { lastActivity: NOW - 5 }, { lastActivity: NOW - 5, containerStatus: undefined }],
  [
    'a status, which is no activity',
    { containerStatus: 'idle' },
    { lastActivity: undefined, containerStatus: 'idle' },
  ],
  [
    'both',
    { lastActivity: NOW - 5, containerStatus: 'active' },
    { lastActivity: NOW - 5, containerStatus: 'active' },
  ],
  [
    'as far ahead as a clock may be',
    { lastActivity: NOW + 300 },
    { lastActivity: NOW + 300, containerStatus: undefined },
  ],
])('%s', (_, said, expected) => {
  expect(readHeartbeat({ ...key, ...said }, NOW)).toEqual({ key, ...expected });
});

test('now is a whole second, never one that is still to come', () => {
  expect(readHeartbeat(key, NOW + 0.999).lastActivity).toBe(NOW);
});

test.each([
  ['no object', null, 'the input is null, expected object'],
  ['no user', { clientId: 'acme' }, 'userId is missing, expected an id of'],
  ['a user that climbs', { ...key, userId: '..' }, 'userId is "..", expected an id of'],
  [
    'milliseconds',
    { ...key, lastActivity: NOW * 1000 },
    `lastActivity is ${NOW * 1000}, expected whole epoch seconds`,
  ],
  [
    'null for the activity',
    { ...key, lastActivity: null },
    'lastActivity is null, expected whole epoch seconds',
  ],
  [
    'an unknown status',
    { ...key, containerStatus: 'up' },
    'containerStatus is "up", expected active, idle or terminated',
  ],
  ['ids that are too long', { clientId: 'a'.repeat(90), userId: 'ada' }, 'expected at most 100 characters'],
  [
    'an activity in the future',
    { ...key, lastActivity: NOW + 301 },
    `lastActivity is ${NOW + 301}, expected at most ${NOW + 300}: it lies in the future`,
  ],
])('%s is refused', (_, input, message) => {
  expect(() => readHeartbeat(input, NOW)).toThrow(BadInputError);
  expect(() => readHeartbeat(input, NOW)).toThrow(message);
});

test('one problem is told once', () => {
  expect(() => readHeartbeat(null, NOW)).toThrow(/^the input is null, expected object$/);
});

test.each([
  ['there is no such workspace', undefined, 'unknown-workspace'],
  ['it is active by its silence', {}, 'not-newer'],
  ['it is active', { lifecycle: 'active', lastActivity: NOW }, 'not-newer'],
  ['it is being archived', { lifecycle: 'archiving' }, 'not-active'],
  ['it is archived', { lifecycle: 'archived' }, 'not-active'],
  ['it is terminated', { lifecycle: 'terminated' }, 'not-active'],
  ['it is in a state that nobody knows', { lifecycle: null }, 'not-active'],
])('refused because %s', (_, existing, expected) => {
  expect(explainRefusal(existing)).toBe(expected);
});
