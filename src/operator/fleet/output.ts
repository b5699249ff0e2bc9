import { Progress, type Screen } from './progress.ts';

/** Where a command says what it has found, and how far it is. */
export interface Output {
  /** What was asked for, a line to stdout. */
  print(line: string): void;
  /** What a person should know besides, a line to stderr. */
  tell(line: string): void;
  progress(label: string): Progress;
}

interface Streams {
  stdout: { write(text: string): unknown };
  stderr: Screen;
}

/** The terminal of this process: lines and a bar never stand on the same line. */
export function terminalOutput({ stdout, stderr }: Streams): Output {
  let shown: Progress | undefined;
  return {
    print: (line) => {
      shown?.clear();
      stdout.write(`${line}\n`);
    },
    tell: (line) => {
      shown?.clear();
      stderr.write(`${line}\n`);
    },
    progress: (label) => {
      shown = new Progress(label, stderr);
      return shown;
    },
  };
}
