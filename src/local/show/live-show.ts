import type { Control } from '../../core/control.ts';
import type { PlainRow } from '../fleet/chronicle.ts';
import type { Stack } from '../stack.ts';
import { datedLine, logLine, transitionLine } from './event-lines.ts';
import { type Counts, frame } from './frame.ts';
import { historyLine } from './history-lines.ts';
import type { Show } from './show.ts';
import { verdictOf } from './summary.ts';
import { sceneInWords } from './words.ts';

/** A terminal to draw on. */
export interface Terminal {
  write(text: string): void;
  /** Its size in characters at the moment. */
  size(): { columns: number; rows: number };
}

/** Ten pictures a second look alive and cost next to nothing. */
const REDRAW_MS = 100;
/** More of what happened than any terminal has lines. */
const MOST_EVENTS = 200;

const HOME = '\u001b[H';
const CLEAR_REST_OF_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
/** The alternate screen without cursor: what stood in the terminal before comes back afterwards. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

/** A picture of the fleet that is redrawn in place, with what happened last below it. */
export function liveShow(terminal: Terminal): Show {
  const rows = new Map<string, PlainRow>();
  const events: string[] = [];
  const counts: Counts = { armed: 0, transitions: 0, rows: 0 };
  let stack: Stack | undefined;
  let control: Control | undefined;
  let start: number | undefined;
  let consoleLink: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let last = '';

  const happened = (text: string | undefined) => {
    if (text !== undefined) events.push(stack ? datedLine(text, stack.clock.now(), start) : text);
    events.splice(0, Math.max(0, events.length - MOST_EVENTS));
  };
  const draw = () => {
    if (stack) last = frame({ stack, start, rows, events, counts, control, consoleLink }, terminal.size());
    terminal.write(`${HOME}${last.split('\n').join(`${CLEAR_REST_OF_LINE}\n`)}${CLEAR_BELOW}`);
  };
  return {
    begin: (running, fleetStart, existing) => {
      stack = running;
      start = fleetStart;
      for (const [workspace, row] of existing) rows.set(workspace, row);
      terminal.write(ENTER);
      draw();
      timer = setInterval(draw, REDRAW_MS);
    },
    console: (link) => {
      consoleLink = link;
    },
    scene: (scene) => happened(sceneInWords(scene)),
    change: ({ workspace, after }, transition) => {
      counts.rows += 1;
      if (after) rows.set(workspace, after);
      else rows.delete(workspace);
      if (transition) {
        counts.transitions += 1;
        happened(transitionLine(transition));
      }
    },
    history: (entry) => happened(historyLine(entry)),
    control: (next) => {
      control = next;
    },
    log: (level, message, fields) => happened(logLine(level, message, fields)),
    count: (metric, value) => {
      if (metric === 'Armed') counts.armed += value;
    },
    outcome: (outcome) => {
      for (const line of verdictOf(outcome).split('\n')) happened(line);
    },
    end: () => {
      if (!timer) return;
      clearInterval(timer);
      timer = undefined;
      terminal.write(`${LEAVE}${last}\n`);
    },
  };
}
