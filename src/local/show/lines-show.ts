import type { Stack } from '../stack.ts';
import { datedLine, logLine, transitionLine } from './event-lines.ts';
import { historyLine } from './history-lines.ts';
import type { Show } from './show.ts';
import { summaryOf } from './summary.ts';
import { sceneInWords } from './words.ts';

/** What happens, a line each: for terminals without cursor, logs and pipes. */
export function linesShow(print: (line: string) => void): Show {
  let stack: Stack | undefined;
  let start: number | undefined;
  const say = (text: string | undefined) => {
    // Before the stack runs there is no time of the fleet.
    if (text !== undefined) print(stack ? datedLine(text, stack.clock.now(), start) : text);
  };
  return {
    begin: (running, fleetStart) => {
      stack = running;
      start = fleetStart;
      print(`AWS endpoint ${running.url}   HTTP API ${running.httpUrl}`);
    },
    console: (link) => print(`Console ${link}`),
    scene: (scene) => say(sceneInWords(scene)),
    change: (_, transition) => {
      if (transition) say(transitionLine(transition));
    },
    history: (entry) => say(historyLine(entry)),
    control: () => {},
    log: (level, message, fields) => say(logLine(level, message, fields)),
    count: () => {},
    outcome: (outcome) => print(summaryOf(outcome, start ?? 0)),
    end: () => {},
  };
}
