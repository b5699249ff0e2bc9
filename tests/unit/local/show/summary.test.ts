import { stripVTControlCharacters } from 'node:util';
import type { Judgement } from '../../../../src/local/fleet/judge.ts';
import { summaryOf, verdictOf } from '../../../../src/local/show/summary.ts';
import { NOW } from '../../../support/rows.ts';

const START = NOW - 604_801;
const okJudgement: Judgement = {
  workspace: 'acme/ada',
  shows: 'free, never used again',
  becomes: 'archived',
  due: NOW,
  done: { workspace: 'acme/ada', becomes: 'archived', rule: 'retention-free', since: NOW, at: NOW + 2 },
  problem: undefined,
};
const leftAlone: Judgement = {
  workspace: 'wayne/wes',
  shows: 'broken',
  becomes: 'nothing',
  due: undefined,
  done: undefined,
  problem: undefined,
};
const missed: Judgement = { ...okJudgement, due: NOW - 1, done: undefined, problem: 'has not happened' };

const lines = (judgements: Judgement[]) =>
  stripVTControlCharacters(summaryOf({ judgements, problems: [] }, START))
    .trim()
    .split('\n')
    .map((text) => text.split(/ {2,}/).join(' | '));

test('a line each in order of the deadlines, who is left alone last, then the verdict', () => {
  expect(lines([leftAlone, okJudgement])).toEqual([
    'WORKSPACE | SHOWS | BECOMES | RULE | DEADLINE (UTC) | DAY | LATE',
    'acme/ada | free, never used again | archived | retention-free | 2027-01-15 08:00:00 | 7.00 | 2 s | ok',
    'wayne/wes | broken | nothing | left alone',
    '',
    'All 1 changes as they must be, the latest 2 s after its deadline; nothing else was touched.',
  ]);
});

test('every problem has a line of its own, those of the world too', () => {
  const verdict = verdictOf({ judgements: [okJudgement, missed], problems: ['a container of it runs'] });
  expect(stripVTControlCharacters(verdict).split('\n')).toEqual([
    '2 of the expectations failed:',
    '  acme/ada archived: has not happened',
    '  a container of it runs',
  ]);
});

test('a missed change stands in the table with its deadline', () => {
  expect(lines([okJudgement, missed])[1]).toBe(
    'acme/ada | free, never used again | archived | 2027-01-15 07:59:59 | 7.00 | has not happened',
  );
});
