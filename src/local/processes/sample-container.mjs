// Stands for every container image in the local stack: it works a little in its home when it starts, notes when it was
// told to stop, and does nothing else in between.
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';

// The task's environment comes as data: NODE_OPTIONS and the like from a socket must not reach this process's start.
Object.assign(process.env, JSON.parse(process.env.CONTAINER_ENVIRONMENT ?? '{}'));

const note = (event) => appendFileSync('container.log', `${new Date().toISOString()} ${event}\n`);

const reporter = await startReporter();

process.on('SIGTERM', async () => {
  note('SIGTERM');
  if (process.env.IGNORE_SIGTERM === '1') return;
  // It says that it ends, which is no use of the workspace.
  await reporter?.stop(1_000);
  process.exit(0);
});

/**
 * The very reporter that images get, without sources: use of these workspaces is told by the fleet's script, in the fleet's time,
 * which is another one than that of this process.
 */
async function startReporter() {
  const { WORKSPACE_TOKEN: token, WORKSPACE_API_URL: url, REPORTER } = process.env;
  if (!token || !url || !REPORTER) return undefined;
  const { createReporter, TokenWay, REAL_TIME } = await import(REPORTER);
  return createReporter({ way: new TokenWay({ url, token, time: REAL_TIME }) });
}

/** What a user would not want to lose: written once, and found again whenever the workspace comes back. */
function work() {
  // Not with `recursive`: in a folder that is gone that never ends.
  for (const folder of ['project', 'project/src']) if (!existsSync(folder)) mkdirSync(folder);
  if (existsSync('project/README.md')) return;
  const { CLIENT_ID = 'nobody', USER_ID = 'nobody' } = process.env;
  writeFileSync('project/README.md', `# The project of ${CLIENT_ID}/${USER_ID}\n`);
  writeFileSync('project/src/main.js', "console.log('hello');\n");
}

work();
note('started');
// The stack takes the first output as the sign that the container is ready for signals.
console.log('ready');
setInterval(() => {}, 2 ** 30);
