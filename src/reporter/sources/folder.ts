import { type FSWatcher, statSync, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Source } from '../reporter.ts';
import type { Time } from '../time.ts';

export interface FolderOptions {
  /** The workspace. */
  root: string;
  /** Names of folders that are not looked into, beside the usual ones. */
  ignore?: readonly string[];
  /** Files and folders that do not count, nor what is in them, nor what is written beside them as `<name>.…` or `<name>~`. */
  except?: readonly string[];
  time: Time;
  say(line: string): void;
  /** So many folders are watched at most. */
  mostFolders?: number;
}

/** What tools write by themselves, or write in thousands when a user does one thing that is seen elsewhere too. */
const USUALLY_IGNORED: readonly string[] = [
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  'bower_components',
  'vendor',
  'dist',
  'build',
  'out',
  'target',
  'coverage',
  '__pycache__',
  '.venv',
  'venv',
  '.tox',
  '.cache',
  '.next',
  '.nuxt',
  '.gradle',
  '.terraform',
  '.mypy_cache',
  '.pytest_cache',
];

const MOST_FOLDERS = 50_000;
/** What has changed in a folder is looked through this long after the first of its events, in milliseconds. */
const LOOK_AFTER_MS = 200;
/** A workspace that is not there is looked for again this often, in milliseconds. */
const LOOK_FOR_ROOT_MS = 30_000;

/**
 * Sees changes of files anywhere in a workspace. One watch of the kernel for each folder, none for a file, so a workspace of a
 * hundred thousand files costs what its folders cost, and nothing while nobody writes. Folders are looked through one at
 * a time, with a turn for everything else in between: a burst of fifty thousand events blocks nobody.
 */
export class FolderSource implements Source {
  private readonly options: FolderOptions;
  private readonly ignored: ReadonlySet<string>;
  private readonly watchers = new Map<string, { watcher: FSWatcher; identity: string }>();
  private readonly except: readonly string[];
  private readonly toLookAt = new Set<string>();
  private isLooking = false;
  private isStopped = false;
  private cancelSearch: (() => void) | undefined;
  private touch: (at?: number) => void = () => {};
  private readonly hasSaid = new Set<string>();
  /** Folders for which the kernel had no watch left. */
  private readonly skipped = new Set<string>();
  /** Resolves when all that is known of has been looked through. For tests. */
  private quiet: (() => void)[] = [];

  constructor(options: FolderOptions) {
    this.options = options;
    this.except = options.except ?? [];
    this.ignored = new Set([...USUALLY_IGNORED, ...(options.ignore ?? [])]);
  }

  start(touch: (at?: number) => void): void {
    this.touch = touch;
    this.add(this.options.root);
  }

  stop(): void {
    this.isStopped = true;
    this.cancelSearch?.();
    this.drop(this.options.root);
  }

  /** How many folders are watched. */
  get size(): number {
    return this.watchers.size;
  }

  /** Resolves when everything that is known of has been looked through. */
  settled(): Promise<void> {
    if (!this.isLooking && this.toLookAt.size === 0) return Promise.resolve();
    return new Promise((resolve) => void this.quiet.push(resolve));
  }

  private add(folder: string): void {
    if (this.isStopped || this.isExcepted(folder)) return;
    const { mostFolders = MOST_FOLDERS, root } = this.options;
    try {
      // A number may be given to the next one at once.
      const { ino, birthtimeMs } = statSync(folder);
      const identity = `${ino} ${birthtimeMs}`;
      const known = this.watchers.get(folder);
      if (known?.identity === identity) return;
      // Another folder by the same name: the watch is on the one that was there.
      if (known) this.drop(folder);
      if (this.watchers.size >= mostFolders) {
        this.sayOnce(`more than ${mostFolders} folders are in ${root}: changes in the others are not seen`);
        return;
      }
      const watcher = watch(folder, { persistent: false }, (kind, name) => this.see(folder, kind, name));
      watcher.on('error', () => this.lose(folder));
      this.watchers.set(folder, { watcher, identity });
      this.lookAt(folder);
    } catch (error) {
      this.explain(folder, error as NodeJS.ErrnoException);
    }
  }

  private see(folder: string, kind: string, name: string | null): void {
    if (name !== null && (this.ignored.has(name) || this.isExcepted(join(folder, name)))) return;
    this.touch();
    // A new folder, or one that is gone: the names say nothing of what they are.
    if (kind === 'rename') this.lookAt(folder);
  }

  private isExcepted(path: string): boolean {
    return this.except.some(
      (one) => path === one || ['/', '.', '~'].some((next) => path.startsWith(one + next)),
    );
  }

  private lookAt(folder: string): void {
    this.toLookAt.add(folder);
    if (this.isLooking) return;
    this.isLooking = true;
    const wait = this.watchers.size > 1 ? LOOK_AFTER_MS : 0;
    this.options.time.after(wait, () => void this.look());
  }

  private async look(): Promise<void> {
    for (const folder of this.toLookAt) {
      this.toLookAt.delete(folder);
      if (this.isStopped) break;
      await this.lookThrough(folder);
    }
    this.isLooking = false;
    for (const resolve of this.quiet.splice(0)) resolve();
  }

  private async lookThrough(folder: string): Promise<void> {
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      for (const entry of entries)
        if (entry.isDirectory() && !this.ignored.has(entry.name)) this.add(join(folder, entry.name));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') this.lose(folder);
    }
  }

  /** The folder is gone, or cannot be read any more. */
  private lose(folder: string): void {
    this.drop(folder);
    if (folder === this.options.root) this.searchRoot(`${folder} is not there`);
  }

  /** With all that lies in it. */
  private drop(folder: string): void {
    for (const [path, { watcher }] of this.watchers) {
      if (path !== folder && !path.startsWith(`${folder}/`)) continue;
      watcher.close();
      this.watchers.delete(path);
    }
  }

  private explain(folder: string, error: NodeJS.ErrnoException): void {
    const { root } = this.options;
    if (error.code === 'ENOSPC' || error.code === 'EMFILE') {
      const remedy = 'raise fs.inotify.max_user_watches or ignore more folders';
      this.sayOnce(
        `the kernel takes no more watches (${error.code}) after ${this.watchers.size} folders: ${remedy}`,
      );
      this.tryAgainLater(folder);
      return;
    }
    if (folder === root) this.searchRoot(`${root} cannot be watched (${error.code ?? error.message})`);
  }

  /** Others may have given watches back meanwhile. */
  private tryAgainLater(folder: string): void {
    this.skipped.add(folder);
    if (this.skipped.size > 1) return;
    this.options.time.after(LOOK_FOR_ROOT_MS, () => {
      const skipped = [...this.skipped];
      this.skipped.clear();
      for (const one of skipped) this.add(one);
    });
  }

  private searchRoot(why: string): void {
    if (this.isStopped || this.cancelSearch) return;
    this.options.say(`${why}: it is looked for again`);
    this.drop(this.options.root);
    this.searchAgain();
  }

  private searchAgain(): void {
    this.cancelSearch = this.options.time.after(LOOK_FOR_ROOT_MS, () => {
      this.cancelSearch = undefined;
      void readdir(this.options.root).then(
        () => {
          this.options.say(`${this.options.root} is there again`);
          this.add(this.options.root);
        },
        () => !this.isStopped && this.searchAgain(),
      );
    });
  }

  private sayOnce(line: string): void {
    if (this.hasSaid.has(line)) return;
    this.hasSaid.add(line);
    this.options.say(line);
  }
}
