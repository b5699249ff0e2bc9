import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** How a process ended: its exit code, or the signal that ended it. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process that cannot outlive this one. */
export interface LeashedProcess {
  /** The command's own process id, not a shell's. */
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process has really exited; never rejects. */
  readonly exited: Promise<Exit>;
  /** SIGTERM, then SIGKILL once `termGraceMs` of real time have passed. Resolves when the process has exited. */
  stop(options: { termGraceMs: number }): Promise<Exit>;
}

export interface LeashOptions {
  /** Must exist. */
  cwd: string;
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>;
}

/**
 * The watcher, a subshell, blocks on file descriptor 3, whose other end only this process holds. That end
 * closes when this process dies in whatever way, and also when we close it after the command has exited.
 * Either way the watcher kills its process group: the command, what the command left behind, and itself. It
 * can never hit a stranger, because POSIX does not give out a process id again while a group of that id lives.
 */
const SCRIPT = '(read -r _ <&3; kill -KILL -$$) >/dev/null 2>&1 & exec "$@" 3<&-';

/**
 * Starts `command` so that it dies with this process, even by `kill -9`. It runs in a session of its own, so
 * that Ctrl-C in the terminal does not reach it. Works wherever there is a POSIX shell (Linux, macOS).
 * A command that does not exist shows as exit code 127; a `cwd` that does not exist rejects.
 */
export async function spawnOnLeash(
  command: string,
  args: readonly string[],
  options: LeashOptions,
): Promise<LeashedProcess> {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'leash', command, ...args], {
    ...options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      child.stdio[3]?.destroy();
      resolve({ code, signal });
    });
  });
  await once(child, 'spawn');
  const stop = async ({ termGraceMs }: { termGraceMs: number }) => {
    child.kill('SIGTERM');
    const killing = setTimeout(() => child.kill('SIGKILL'), termGraceMs);
    const exit = await exited;
    clearTimeout(killing);
    return exit;
  };
  const { pid, stdout, stderr } = child as ChildProcess & { pid: number; stdout: Readable; stderr: Readable };
  return { pid, stdout, stderr, exited, stop };
}
