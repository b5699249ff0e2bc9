import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { BadInputError } from '../../core/errors.ts';
import type { Output } from '../fleet/output.ts';
import type { CheckedStatus } from './check-statuses.ts';
import type { ImportFlags } from './import-command.ts';

/** What became of the lines; the JSON of `import --json`. */
export interface ImportTally {
  /** Lines that say something: neither empty nor the header. */
  lines: number;
  valid: number;
  rejected: number;
  added: number;
  /** There was such a row already, with the same values. */
  same: number;
  /** There was one with others, and it stays as it is. */
  different: number;
  /** Fields that are not written, with the number of lines that have them. */
  leftOut: Record<string, number>;
  finished: boolean;
}

export function emptyImportTally(): ImportTally {
  return { lines: 0, valid: 0, rejected: 0, added: 0, same: 0, different: 0, leftOut: {}, finished: false };
}

/** Tells of the lines that were not imported: all of them in a file, the first ones to the person. */
export class ImportReport {
  private readonly output: Output;
  private readonly file: number | undefined;
  private readonly most: number;
  private told = 0;
  /** Lines that the file tells of already. */
  private readonly written: ReadonlySet<string>;

  constructor({ report, list }: Pick<ImportFlags, 'report' | 'list'>, output: Output, goesOn: boolean) {
    this.written = goesOn && report !== undefined ? linesIn(report) : new Set();
    this.output = output;
    this.most = list;
    this.file = report === undefined ? undefined : open(report, goesOn ? 'a' : 'w');
  }

  rejected({ line, problems }: Extract<CheckedStatus, { kind: 'rejected' }>): void {
    this.note({ line, kind: 'rejected', problems }, `line ${line}: ${problems.join('; ')}`);
  }

  different(line: number, workspace: string, differences: string[]): void {
    const text = `line ${line}: ${workspace} is in the table, and stays as it is: ${differences.join('; ')}`;
    this.note({ line, kind: 'different', workspace, differences }, text);
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
  }

  private note(entry: Record<string, unknown>, text: string): void {
    const isNew = !this.written.has(nameOf(entry));
    if (this.file !== undefined && isNew) writeSync(this.file, `${JSON.stringify(entry)}\n`);
    this.told += 1;
    if (this.told <= this.most) this.output.tell(text);
    else if (this.told === this.most + 1 && this.most > 0)
      this.output.tell('…and more: --report <file> has all of them');
  }
}

function nameOf({ kind, line }: Record<string, unknown>): string {
  return `${kind} ${line}`;
}

/** What was told before it was stopped. Half a line, where it died, is none. */
function linesIn(path: string): Set<string> {
  if (!existsSync(path)) return new Set();
  const texts = readFileSync(path, 'utf8').split('\n');
  return new Set(
    texts.flatMap((text) => {
      try {
        return [nameOf(JSON.parse(text))];
      } catch {
        return [];
      }
    }),
  );
}

function open(path: string, how: 'a' | 'w'): number {
  try {
    return openSync(path, how, 0o600);
  } catch (error) {
    throw new BadInputError(`--report ${path} cannot be written: ${(error as Error).message}`);
  }
}

/** In lines for a person. */
export function importText(tally: ImportTally, { dryRun }: Pick<ImportFlags, 'dryRun'>): string[] {
  const line = (value: number, text: string) => `${value.toLocaleString('en').padStart(11)}  ${text}`;
  return [
    line(tally.lines, 'lines'),
    line(tally.rejected, 'rejected'),
    ...Object.entries(tally.leftOut).map(([name, count]) =>
      line(count, `with the field ${name}, which is left out`),
    ),
    ...(dryRun
      ? [line(tally.valid, 'good; nothing was written')]
      : [
          line(tally.added, 'written'),
          line(tally.same, 'were there already'),
          line(tally.different, 'were there with other values, and stay'),
        ]),
  ];
}
