import { type ChildProcess, execFile } from 'node:child_process';
import { resolve } from 'node:path';
import type { Stack } from '../../src/local/stack.ts';

const COMMAND = resolve('src/operator/workspacectl.mjs');

export interface Answered {
  code: number | NodeJS.Signals;
  out: string;
  error: string;
}

/** The command as an operator has it, against the stack, in the folder `cwd`. */
export function startCtl(
  stack: Pick<Stack, 'url'>,
  cwd: string,
  words: string[],
): { child: ChildProcess; answered: Promise<Answered> } {
  const env = {
    PATH: process.env.PATH ?? '',
    AWS_ENDPOINT_URL: stack.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  let child: ChildProcess | undefined;
  const answered = new Promise<Answered>((done) => {
    child = execFile(process.execPath, [COMMAND, ...words], { env, cwd }, (failed, out, error) => {
      done({ code: failed?.signal ?? Number(failed?.code ?? 0), out, error });
    });
  });
  return { child: child as unknown as ChildProcess, answered };
}

export function ctl(stack: Pick<Stack, 'url'>, cwd: string, ...words: string[]): Promise<Answered> {
  return startCtl(stack, cwd, words).answered;
}
