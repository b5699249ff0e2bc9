import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { UnsavedWork } from './session.ts';

const run = promisify(execFile);
/** A repository that takes longer is one of which nothing is said, in milliseconds. */
const TIMEOUT_MS = 20_000;
const LARGEST_OUTPUT = 16 * 1024 * 1024;
/** Repositories are looked for this deep under the workspace: itself, its folders, and theirs. */
const DEEPEST = 2;
const MOST_REPOSITORIES = 50;

/**
 * How much work in the workspace is nowhere else: files with changes that are not committed, and commits that are on no remote
 * (of a repository without a remote, all of them). Undefined where there is no repository, or nobody can tell.
 */
export async function findUnsavedWork(root: string): Promise<UnsavedWork | undefined> {
  const repositories = await repositoriesIn(root, DEEPEST);
  if (repositories.length === 0) return undefined;
  const total = { changes: 0, commits: 0 };
  for (const repository of repositories.slice(0, MOST_REPOSITORIES)) {
    total.changes += countOf(
      await git(repository, 'status', '--porcelain', '--untracked-files=normal'),
      '\n',
    );
    total.commits += countOf(
      await git(repository, 'log', '--branches', '--not', '--remotes', '--format=%H'),
      '\n',
    );
    // What is put away is nowhere else either.
    total.commits += countOf(await git(repository, 'stash', 'list', '--format=%H'), '\n');
  }
  return total;
}

async function repositoriesIn(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some(({ name }) => name === '.git')) return [folder];
  if (depth === 0) return [];
  const found: string[] = [];
  for (const entry of entries)
    if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      found.push(...(await repositoriesIn(join(folder, entry.name), depth - 1)));
  return found;
}

/** Without locks, hooks, helpers and prompts: a look at a repository, whoever it belongs to, changes and runs nothing. */
async function git(repository: string, ...args: string[]): Promise<string> {
  const safe = [
    '-c',
    'core.fsmonitor=false',
    '-c',
    'core.hooksPath=/dev/null',
    '-c',
    `safe.directory=${repository}`,
  ];
  const { stdout } = await run('git', [...safe, '--no-optional-locks', '-C', repository, ...args], {
    timeout: TIMEOUT_MS,
    maxBuffer: LARGEST_OUTPUT,
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
  });
  return stdout;
}

function countOf(text: string, separator: string): number {
  return text.split(separator).filter((line) => line !== '').length;
}
