import { createInterface } from 'node:readline/promises';
import pico from 'picocolors';

/** Where a command says something, and asks. */
export interface Terminal {
  print(line: string): void;
  /** So wide is a line at most; undefined where nobody looks at it, as in a pipe: then nothing is cut. */
  readonly columns: number | undefined;
  /** Colours, or none of them: with NO_COLOR, in a pipe. */
  readonly paint: Paint;
  /** A line that a person types; undefined where nobody is there to type one. */
  ask(question: string): Promise<string | undefined>;
}

type Colour = (text: string) => string;
export interface Paint {
  bold: Colour;
  dim: Colour;
  red: Colour;
  green: Colour;
  yellow: Colour;
}

/** The terminal of the process. Whoever reads what it prints may stop at any line, e.g. `| head`. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  return {
    print: (line) => void stdout.write(`${line}\n`),
    columns: stdout.isTTY ? stdout.columns : undefined,
    paint: pico.createColors(pico.isColorSupported && stdout.isTTY),
    ask: async (question) => {
      if (!stdin.isTTY) return undefined;
      const reader = createInterface({ input: stdin, output: stderr });
      try {
        return await reader.question(question);
      } finally {
        reader.close();
      }
    },
  };
}

/**
 * Text of others as it may stand on a terminal: in one line, and without what would move the cursor, change colours or turn
 * the direction of writing round, e.g. a reason that somebody has typed.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
