import type { Output } from '../../src/operator/fleet/output.ts';
import { Progress } from '../../src/operator/fleet/progress.ts';

/** Keeps what a command says. */
export function quietOutput(): Output & { printed: string[]; told: string[] } {
  const [printed, told]: [string[], string[]] = [[], []];
  return {
    printed,
    told,
    print: (line) => void printed.push(line),
    tell: (line) => void told.push(line),
    progress: (label) => new Progress(label, { write: () => {} }),
  };
}
