import { createReadStream, statSync } from 'node:fs';
import { extname } from 'node:path';
import { type CsvError, parse } from 'csv-parse';
import { quote } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';
import { type Line, LineSplitter } from '../lines.ts';

export type StatusFormat = 'jsonl' | 'csv';

/** What one line of a file says, or why it says nothing. Lines are counted from 1, with the header of a CSV. */
export type StatusRecord =
  | { line: number; fields: Record<string, unknown> }
  | { line: number; problem: string };

const FORMATS: Record<string, StatusFormat> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'jsonl',
  '.csv': 'csv',
};
/** A row of DynamoDB has at most 400 KB. */
const LONGEST_RECORD = 1_048_576;
/** In CSV everything is text; these are numbers. */
const NUMBERS = new Set(['lastActivity', 'retentionDays']);

/** How the file is written: as it was said, else by its name. Throws BadInputError where neither says so. */
export function formatOf(path: string, said: string | undefined): StatusFormat {
  if (said === 'jsonl' || said === 'csv') return said;
  if (said !== undefined) throw new BadInputError(`--format is ${quote(said)}, expected jsonl or csv`);
  const format = FORMATS[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new BadInputError(`${path} ends in no known way, expected .jsonl or .csv, or --format jsonl or csv`);
}

/** Reads the file from its beginning, a piece at a time. Throws BadInputError if it cannot be read, or has no header. */
export function statusRecords(path: string, format: StatusFormat): AsyncGenerator<StatusRecord> {
  try {
    if (!statSync(path).isFile()) throw new Error('it is no file');
  } catch (error) {
    throw new BadInputError(`${path} cannot be read: ${(error as Error).message}`);
  }
  return format === 'csv' ? csvRecords(path) : jsonRecords(path);
}

async function* jsonRecords(path: string): AsyncGenerator<StatusRecord> {
  const splitter = new LineSplitter();
  for await (const chunk of createReadStream(path)) {
    for (const line of splitter.push(chunk as Buffer)) yield* jsonRecord(line);
  }
  for (const line of splitter.end()) yield* jsonRecord(line);
}

function* jsonRecord(line: Line): Generator<StatusRecord> {
  if (line.kind === 'too-long') {
    yield {
      line: line.number,
      problem: `the line has more than ${line.limitBytes} bytes, expected a row as JSON`,
    };
    return;
  }
  // Takes the byte order mark away too, which some editors put at the beginning of a file.
  const text = line.text.trim();
  if (text === '') return;
  const fields = readJson(text);
  if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
    yield { line: line.number, fields: fields as Record<string, unknown> };
  } else yield { line: line.number, problem: `the line is ${quote(text)}, expected a JSON object` };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function* csvRecords(path: string): AsyncGenerator<StatusRecord> {
  const skipped: StatusRecord[] = [];
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LONGEST_RECORD,
      // A line that is not understood is one line less, and is told.
      skip_records_with_error: true,
      on_skip: (error: CsvError | undefined) => {
        const { lines = 0, message = 'not understood' } = (error ?? {}) as {
          lines?: number;
          message?: string;
        };
        skipped.push({ line: lines, problem: message });
        return undefined;
      },
    }),
  );
  let header: string[] | undefined;
  for await (const { info, record } of parser as AsyncIterable<{
    info: { lines: number };
    record: string[];
  }>) {
    yield* skipped.splice(0);
    if (header === undefined) header = readHeader(record, path);
    else yield csvRecord(info.lines, header, record);
  }
  yield* skipped.splice(0);
  if (header === undefined) throw new BadInputError(`${path} has no header, expected clientId,userId,…`);
}

function readHeader(record: string[], path: string): string[] {
  const header = record.map((name) => name.trim());
  if (header.includes('clientId') && header.includes('userId')) return header;
  throw new BadInputError(`the header of ${path} is ${quote(record.join(','))}, expected clientId,userId,…`);
}

function csvRecord(line: number, header: readonly string[], record: readonly string[]): StatusRecord {
  if (record.length !== header.length) {
    return { line, problem: `the line has ${record.length} fields, expected ${header.length} as the header` };
  }
  const entries = header.map((name, index) => [name, csvValue(name, record[index] ?? '')] as const);
  return { line, fields: Object.fromEntries(entries.filter(([, value]) => value !== undefined)) };
}

function csvValue(name: string, text: string): string | number | undefined {
  const value = text.trim();
  if (value === '') return undefined;
  return NUMBERS.has(name) && /^-?\d{1,15}(\.\d{1,6})?$/.test(value) ? Number(value) : value;
}
