import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const SOURCE = 'src/reporter';
const FOLDER = 'node_modules/.cache/workspace-cleanup/reporter';
const FILE = resolve(FOLDER, 'workspace-reporter.mjs');

let building: Promise<string> | undefined;

/** The reporter as one file, as images get it; built if it is not there, or older than what it is made of. */
export function reporterFile(): Promise<string> {
  building ??= isFresh() ? Promise.resolve(FILE) : build();
  return building;
}

/** In a process of its own: what bundles needs a world that tests do not give it. */
async function build(): Promise<string> {
  await promisify(execFile)(process.execPath, ['--import', 'tsx', join(SOURCE, 'build-all.ts'), FOLDER]);
  return FILE;
}

function isFresh(): boolean {
  if (!existsSync(FILE)) return false;
  const builtAt = statSync(FILE).mtimeMs;
  const sources = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  return sources.every((name) => statSync(join(SOURCE, name)).mtimeMs < builtAt);
}
