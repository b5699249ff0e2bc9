import pico from 'picocolors';
import type { Terminal } from '../../src/operator/terminal.ts';

export interface RecordedTerminal extends Terminal {
  readonly lines: string[];
}

/** A terminal without colours, of so many columns, that keeps what it is told and where `answer` is typed. */
export function silentTerminal(columns?: number, answer?: string): RecordedTerminal {
  const lines: string[] = [];
  return {
    lines,
    print: (line) => void lines.push(line),
    columns,
    paint: pico.createColors(false),
    ask: async () => answer,
  };
}
