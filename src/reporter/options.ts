import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** How the reporter was started. */
export interface Options {
  root: string;
  /** What is seen; all of them unless turned off. */
  sources: { files: boolean; socket: boolean; terminals: boolean; git: boolean };
  ignore: string[];
  statusFile: string | undefined;
  intervalSeconds: number;
  idleSeconds: number;
  /** Where the socket and the token are. */
  runtimeFolder: string;
  /** To be run as the container's main process. */
  command: string[];
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `usage: workspace-reporter [options] [-- <command> [<argument>...]]
       workspace-reporter touch

  --root <folder>        the workspace (WORKSPACE_ROOT, default /home/workspace)
  --ignore <name>        a folder that is not looked into, beside the usual ones; may be repeated (REPORT_IGNORE, by commas)
  --no-files             do not watch files
  --no-socket            do not listen for POST /touch
  --no-terminals         do not look at terminals
  --no-git               do not look for unsaved work
  --from-file <file>     read the status file that older images write: {"lastActivity": <epoch seconds>}
  --interval <seconds>   while use lasts, one report in so many (REPORT_INTERVAL, default 3600)
  --idle <seconds>       use has ended when there was none for so long (REPORT_IDLE, default 300)

WORKSPACE_TOKEN and WORKSPACE_API_URL say where to report to; whoever provisions a workspace is told both.`;

/** What is ours of the arguments, and the command that is to be run. */
export function splitCommand(args: readonly string[]): { own: string[]; command: string[] } {
  const end = args.indexOf('--');
  return end < 0
    ? { own: [...args], command: [] }
    : { own: args.slice(0, end), command: args.slice(end + 1) };
}

/** Throws UsageError naming the flag or variable, its value and what it takes. */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options {
  const { own, command } = splitCommand(args);
  const { values } = parse(own);
  const root = values.root ?? env.WORKSPACE_ROOT ?? '/home/workspace';
  const ignored = (env.REPORT_IGNORE ?? '').split(',').filter((name) => name !== '');
  return {
    root,
    sources: {
      files: !values['no-files'],
      socket: !values['no-socket'],
      terminals: !values['no-terminals'],
      git: !values['no-git'],
    },
    ignore: [...ignored, ...(values.ignore ?? [])],
    statusFile: values['from-file'],
    intervalSeconds: seconds('--interval', values.interval ?? env.REPORT_INTERVAL, 3_600),
    idleSeconds: seconds('--idle', values.idle ?? env.REPORT_IDLE, 300),
    runtimeFolder: runtimeFolder(env),
    command,
  };
}

export function runtimeFolder(env: Readonly<Record<string, string | undefined>>): string {
  // Not by name: a container may run as a user that no file knows.
  return env.REPORT_RUNTIME_DIR ?? join(tmpdir(), `workspace-reporter-${process.getuid?.() ?? 0}`);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        root: { type: 'string' },
        ignore: { type: 'string', multiple: true },
        'no-files': { type: 'boolean' },
        'no-socket': { type: 'boolean' },
        'no-terminals': { type: 'boolean' },
        'no-git': { type: 'boolean' },
        'from-file': { type: 'string' },
        interval: { type: 'string' },
        idle: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function seconds(name: string, given: string | undefined, otherwise: number): number {
  if (given === undefined || given === '') return otherwise;
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= 10 && value <= 86_400) return value;
  throw new UsageError(`${name} is "${given}", expected whole seconds from 10 to 86400`);
}
