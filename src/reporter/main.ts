import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, type WayOut } from './run.ts';
import { keepToken, newestToken } from './token-file.ts';
import { TokenWay } from './token-way.ts';

export { createReporter, type Reporter, type ReporterOptions, type Source } from './reporter.ts';
export { FolderSource } from './sources/folder.ts';
export { REAL_TIME, type Time } from './time.ts';
export { TokenWay } from './token-way.ts';

const byToken: WayOut = (env, runtimeFolder, time) => {
  const { WORKSPACE_TOKEN: given, WORKSPACE_API_URL: url, WORKSPACE_TASK_ARN: taskArn } = env;
  if (!given)
    return { problem: 'WORKSPACE_TOKEN is not set, expected the token that POST /workspaces answers' };
  if (!url || !URL.canParse(url))
    return { problem: `WORKSPACE_API_URL is "${url ?? ''}", expected the address of the API` };
  const file = join(runtimeFolder, 'token');
  const token = newestToken(file, given);
  const way = new TokenWay({ url, token, taskArn, time, onToken: (renewed) => keepToken(file, renewed) });
  return { way, close: () => way.close() };
};

const isProgram =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) process.exit(await run(process.argv.slice(2), process.env, byToken));
