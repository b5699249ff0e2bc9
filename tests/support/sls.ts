import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SLS = resolve('node_modules/serverless/bin/serverless.js');
const SOURCES = ['src', 'serverless.yml', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** How often it looks whether a stack is done, in ms: it would wait for five seconds, and here all is done at once. */
const EAGER = { SLS_AWS_MONITORING_FREQUENCY: '250' };

/** The Serverless Framework on a copy of the project. */
export interface Sls {
  /** The copy's folder. */
  readonly folder: string;
  /** Resolves with what it has written; rejects, with the same in its message, if it fails. */
  run(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<string>;
  remove(): void;
}

/** A copy, since `.serverless` and `.esbuild` are in the project's folder, and tests run side by side. */
export function slsOnACopy(): Sls {
  const folder = mkdtempSync(join(tmpdir(), 'workspace-cleanup-sls-'));
  for (const name of SOURCES) cpSync(name, join(folder, name), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const { PATH = '', HOME = '' } = process.env;
  return {
    folder,
    run: async (args, environment) => {
      const env = {
        PATH,
        HOME,
        SLS_TELEMETRY_DISABLED: '1',
        SLS_NOTIFICATIONS_MODE: 'off',
        ...environment,
        ...EAGER,
      };
      try {
        const { stdout, stderr } = await run(process.execPath, [SLS, ...args], { cwd: folder, env });
        return stdout + stderr;
      } catch (error) {
        const { stdout, stderr } = error as { stdout?: string; stderr?: string };
        throw new Error(`sls ${args.join(' ')} has failed:\n${stdout}${stderr}`);
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
