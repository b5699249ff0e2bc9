import type { Transition } from '../../../../src/local/fleet/chronicle.ts';
import { judgeTransitions } from '../../../../src/local/fleet/judge.ts';
import { MEMBERS } from '../../../../src/local/fleet/members.ts';

const START = 1_767_225_600;

/** What happens when everything goes as the script has it. */
function ideal(): Transition[] {
  return MEMBERS.flatMap(({ workspace, expected }) =>
    expected.map(({ at, becomes }) => ({ workspace, becomes, rule: 'r', since: START + at, at: START + at })),
  ).sort((a, b) => a.at - b.at);
}

const problems = (transitions: Transition[], kills = 0) =>
  judgeTransitions({ start: START, kills }, transitions).flatMap(({ workspace, problem }) =>
    problem ? [`${workspace}: ${problem}`] : [],
  );
const changed = (workspace: string, change: Partial<Transition>) =>
  ideal().map((transition) =>
    transition.workspace === workspace ? { ...transition, ...change } : transition,
  );
const due = START + 7 * 86_400 + 1;

test('as the script has it: no problem, and a judgement for every member', () => {
  expect(problems(ideal())).toEqual([]);
  const judged = judgeTransitions({ start: START, kills: 0 }, ideal()).map(({ workspace }) => workspace);
  expect(new Set(judged)).toEqual(new Set(MEMBERS.map(({ workspace }) => workspace)));
});

test.each([
  ['one second early', { at: due - 1 }, ['acme/ada: 1 s early']],
  ['at its second', { at: due }, []],
  ['a minute late', { at: due + 60 }, []],
  ['more than a minute late', { at: due + 61 }, ['acme/ada: 61 s late']],
  ['something else', { becomes: 'terminated' as const }, ['acme/ada: became terminated']],
])('%s', (_, change, expected) => {
  expect(problems(changed('acme/ada', change))).toEqual(expected);
});

test('after a kill a lease more is allowed, never an early second', () => {
  expect(problems(changed('acme/ada', { at: due + 60 + 480 }), 1)).toEqual([]);
  expect(problems(changed('acme/ada', { at: due + 60 + 481 }), 1)).toEqual(['acme/ada: 541 s late']);
  expect(problems(changed('acme/ada', { at: due - 1 }), 20)).toEqual(['acme/ada: 1 s early']);
});

test('what has not happened, and what should not have', () => {
  expect(problems(ideal().filter(({ workspace }) => workspace !== 'acme/ada'))).toEqual([
    'acme/ada: has not happened',
  ]);
  const once: Transition = { workspace: 'wayne/wes', becomes: 'archived', rule: 'r', since: due, at: due };
  expect(problems([...ideal(), once])).toEqual(['wayne/wes: became archived']);
});
