import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { idSchema } from '../../../src/core/workspace-key.ts';
import { epochSecondsSchema } from '../../../src/core/workspace-row.ts';

/** One moment at which a workspace was in use. */
export interface Use {
  workspace: string;
  /** Epoch seconds. */
  at: number;
}

const HEADER = 'workspace,at';
const GZIP_MAGIC = [0x1f, 0x8b];

/** Input that is not what it should be: where, what, and what was expected. */
export class ActivityFileError extends Error {
  override readonly name = 'ActivityFileError';
}

/** Reads a file of activity, CSV or gzip of it. Throws ActivityFileError with the line, the value and what was expected. */
export function readActivityFile(path: string): Use[] {
  const bytes = readFileSync(path);
  const isGzip = GZIP_MAGIC.every((byte, index) => bytes[index] === byte);
  return readActivity((isGzip ? unzipped(bytes, path) : bytes).toString('utf8'), path);
}

function unzipped(bytes: Buffer, path: string): Buffer {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new ActivityFileError(`${path} begins as gzip and is none: ${(error as Error).message}`);
  }
}

/** Reads CSV with the columns `workspace,at`, in order of `at`. `source` is named in errors. */
export function readActivity(text: string, source: string): Use[] {
  const [header = '', ...lines] = text.replace(/^\ufeff/, '').split(/\r?\n/);
  if (header !== HEADER) throw wrong(source, 1, header, `the header "${HEADER}"`);
  let last = 0;
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    const use = readLine(line, source, index + 2);
    if (use.at < last) throw wrong(source, index + 2, line, `no time before the last one, ${last}`);
    last = use.at;
    return [use];
  });
}

function readLine(line: string, source: string, number: number): Use {
  const [workspace = '', at = '', ...others] = line.split(',');
  if (
    others.length > 0 ||
    !idSchema.safeParse(workspace).success ||
    !(/^\d+$/.test(at) && epochSecondsSchema.safeParse(Number(at)).success)
  )
    throw wrong(source, number, line, 'a workspace and a time in epoch seconds, e.g. 16,1325440396');
  return { workspace, at: Number(at) };
}

function wrong(source: string, line: number, value: string, expected: string): ActivityFileError {
  return new ActivityFileError(`${source}, line ${line} is "${value}", expected ${expected}`);
}
