import type { Fields, Metric } from '../../ports.ts';
import type { Listeners, PlainRow } from '../fleet/chronicle.ts';
import type { Judgement } from '../fleet/judge.ts';
import type { Scene } from '../fleet/script.ts';
import type { Stack } from '../stack.ts';

export type Level = 'info' | 'warn' | 'error';

/** How a run ended: what the script owed, and what is wrong with the world. */
export interface Outcome {
  judgements: Judgement[];
  problems: string[];
}

/** Everything that a person, or a program, is shown of the local stack. */
export interface Show extends Listeners {
  /** The stack runs. `start` is the fleet's first second, undefined without a sample fleet; `rows` by `client/user`. */
  begin(stack: Stack, start: number | undefined, rows: ReadonlyMap<string, PlainRow>): void;
  /** Where the console is now; good for one use, so that it is told again after each. */
  console(link: string): void;
  /** The script of the sample fleet did something. */
  scene(scene: Scene): void;
  log(level: Level, message: string, fields: Fields): void;
  count(metric: Metric, value: number): void;
  /** The sample fleet has come to its end. */
  outcome(outcome: Outcome): void;
  /** Nothing more will be shown. */
  end(): void;
}

/** The errors of a run: none if everything was as it must be. */
export function problemsOf({ judgements, problems }: Outcome): string[] {
  const late = judgements.flatMap(({ workspace, becomes, problem }) =>
    problem ? [`${workspace} ${becomes}: ${problem}`] : [],
  );
  return [...late, ...problems];
}
