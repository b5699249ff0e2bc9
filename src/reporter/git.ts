import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
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
    const look = await lookInto(repository);
    const lines = async (...args: string[]) => linesOf(await look(...args)).length;
    total.changes += await lines(
      'status',
      '--porcelain',
      '--untracked-files=normal',
      '--ignore-submodules=all',
    );
    total.commits += Number(await look('rev-list', '--count', '--branches', '--not', '--remotes'));
    // What is put away is nowhere else either.
    total.commits += await lines('reflog', 'show', '--format=%H', 'refs/stash', '--').catch(() => 0);
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

/** What a repository may say that git is to run for a look at it. */
const NOTHING_TO_RUN = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'log.showSignature=false',
  'protocol.allow=never',
  'core.sshCommand=false',
];

/**
 * A way to ask git about a repository that changes nothing and runs nothing that the repository says: no locks, hooks, monitors,
 * filters, transports or prompts, no secret in its environment, and as the repository's owner where this is root.
 */
async function lookInto(repository: string): Promise<(...args: string[]) => Promise<string>> {
  const { uid, gid } = await stat(repository);
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
  };
  const asOwner = process.getuid?.() === 0 ? { uid, gid } : {};
  const git = async (settings: readonly string[], args: readonly string[]) => {
    const safe = [...settings, `safe.directory=${repository}`].flatMap((setting) => ['-c', setting]);
    const { stdout } = await run('git', [...safe, '--no-optional-locks', '-C', repository, ...args], {
      timeout: TIMEOUT_MS,
      maxBuffer: LARGEST_OUTPUT,
      env,
      ...asOwner,
    });
    return stdout;
  };
  const names = await git(NOTHING_TO_RUN, ['config', '--name-only', '--get-regexp', '^filter\\.']).catch(
    () => '',
  );
  const filters = new Set(linesOf(names).flatMap((name) => /^(filter\..*)\.\w+$/.exec(name)?.[1] ?? []));
  const off = [...filters].flatMap((filter) => [
    `${filter}.clean=`,
    `${filter}.process=`,
    `${filter}.required=false`,
  ]);
  return (...args) => git([...NOTHING_TO_RUN, ...off], args);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
