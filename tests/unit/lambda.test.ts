import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { variablesOf } from '../../src/core/configuration.ts';
import type { Variable } from '../../src/core/configuration-parts.ts';
import { FUNCTIONS, type FunctionName } from '../../src/functions/all.ts';

const yaml: { functions: Record<string, { handler: string }> } = parse(
  readFileSync('serverless.yml', 'utf8'),
  { merge: true },
);

const ENVIRONMENT = {
  EFS_FILE_SYSTEM_ID: 'fs-0123456789abcdef0',
  ECS_CLUSTER_NAME: 'workspaces',
  SCHEDULE_GROUP: 'workspace-cleanup-test',
  SCHEDULE_ROLE_ARN: 'arn:aws:iam::000000000000:role/schedules',
  DEADLINE_FUNCTION_ARN: 'arn:aws:lambda:eu-central-1:000000000000:function:deadlineReached',
  AWS_REGION: 'eu-central-1',
  PURGE_FUNCTION_NAME: 'workspace-cleanup-test-purge',
  WORKSPACE_FILES_ROOT: '/mnt/workspaces',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
};

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
  jest.resetModules();
});

function load(
  name: string,
  environment: Record<string, string | undefined> = ENVIRONMENT,
): Promise<{ handler: Run }> {
  process.env = { ...before, ...environment };
  return import(`../../${handlerFile(name)}`);
}

type Run = (event: object) => Promise<unknown>;
const names = Object.keys(FUNCTIONS) as FunctionName[];

/** The file of a function, as serverless.yml names it. */
function handlerFile(name: string): string {
  const file = yaml.functions[name]?.handler.replace(/\.handler$/, '.ts') ?? '';
  expect(file).toBe(`src/lambda/${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`);
  return file;
}

test('every function that serverless.yml names is there, and no other', () => {
  expect(Object.keys(yaml.functions).sort()).toEqual([...names].sort());
});

test.each(names)('%s starts with the variables of its parts alone', async (name) => {
  const variables = variablesOf(FUNCTIONS[name].parts);
  const needed = Object.entries(ENVIRONMENT).filter(([variable]) => variables.includes(variable as Variable));
  const { handler } = await load(name, { POWERTOOLS_LOG_LEVEL: 'SILENT', ...Object.fromEntries(needed) });
  expect(handler).toEqual(expect.any(Function));
});

test.each([
  ['EFS_FILE_SYSTEM_ID', undefined],
  ['ECS_CLUSTER_NAME', 'arn:aws:ecs:eu-central-1:000000000000:cluster/workspaces'],
  ['RETENTION_POLICIES', '{"free":0}'],
])('a bad %s stops the start by name', async (name, value) => {
  await expect(load('provision', { ...ENVIRONMENT, [name]: value })).rejects.toThrow(
    `environment variable ${name} is`,
  );
});

test('the function that deletes files needs to know where they are', async () => {
  await expect(load('purge', { WORKSPACE_FILES_ROOT: '' })).rejects.toThrow('WORKSPACE_FILES_ROOT is ""');
});

test('a webhook of a provider that is not configured answers, and says so', async () => {
  const { handler } = await load('billingWebhook');
  const { statusCode, body } = (await handler({ body: '{}', headers: {} })) as {
    statusCode: number;
    body: string;
  };
  expect(statusCode).toBe(404);
  expect(body).toContain('BILLING_WEBHOOK_SECRET is not set');
});
