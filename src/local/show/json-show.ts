import type { Show } from './show.ts';
import { problemsOf } from './show.ts';

/**
 * Every event as a JSON object on a line of its own: `event` names it, `at` is epoch seconds of the fleet. What the
 * handlers and the stack say has its own names, so it stands under `fields`.
 */
export function jsonShow(print: (line: string) => void): Show {
  let now: (() => number) | undefined;
  const say = (event: string, fields: object) =>
    print(JSON.stringify({ event, at: now?.() ?? null, ...fields }, plainError));
  return {
    begin: (stack, start) => {
      now = () => stack.clock.now();
      say('started', { awsEndpoint: stack.url, httpApi: stack.httpUrl, fleetStart: start ?? null });
    },
    console: (link) => say('console', { link }),
    scene: (scene) => say('scene', { scene: { ...scene, at: undefined } }),
    change: ({ workspace, after }, transition) => {
      say('row', { workspace, row: after ?? null });
      if (transition) say('transition', transition);
    },
    history: (entry) => say('history', { entry }),
    control: (control) => say('control', { control: control ?? null }),
    log: (level, message, fields) => say('log', { level, message, fields }),
    count: () => {},
    outcome: (outcome) => {
      for (const { workspace, becomes, due, done, problem } of outcome.judgements) {
        const fields = {
          workspace,
          becomes,
          due: due ?? null,
          at: done?.at ?? null,
          rule: done?.rule ?? null,
        };
        const latenessSeconds = done && due !== undefined ? done.at - due : null;
        say('judgement', { ...fields, latenessSeconds, problem: problem ?? null });
      }
      const problems = problemsOf(outcome);
      say('outcome', { ok: problems.length === 0, problems });
    },
    end: () => {
      // A stack that has not started has nothing to end, and one ends once.
      if (now) say('stopped', {});
      now = undefined;
    },
  };
}

function plainError(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.name}: ${value.message}` : value;
}
