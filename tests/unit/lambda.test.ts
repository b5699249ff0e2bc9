import { readTemplate } from '../../src/local/template/template.ts';

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

function load(change: Record<string, string | undefined> = {}): Promise<Record<string, unknown>> {
  process.env = { ...before, ...ENVIRONMENT, ...change };
  return import('../../src/lambda.ts');
}

test('every function that serverless.yml names is there, and no other', async () => {
  const { functions } = readTemplate('serverless.yml');
  const modules = { ...(await load()), ...(await import('../../src/lambda-purge.ts')) };
  const exported = Object.entries(modules).filter(([, value]) => typeof value === 'function');
  expect(exported.map(([name]) => name).sort()).toEqual(functions.map(({ name }) => name).sort());
});

test.each([
  ['EFS_FILE_SYSTEM_ID', undefined],
  ['ECS_CLUSTER_NAME', 'arn:aws:ecs:eu-central-1:000000000000:cluster/workspaces'],
  ['RETENTION_POLICIES', '{"free":0}'],
])('a bad %s stops the start by name', async (name, value) => {
  await expect(load({ [name]: value })).rejects.toThrow(`environment variable ${name} is`);
});

test('the function that deletes files needs to know where they are', async () => {
  process.env = { ...before, WORKSPACE_FILES_ROOT: '' };
  await expect(import('../../src/lambda-purge.ts')).rejects.toThrow('WORKSPACE_FILES_ROOT is ""');
});

test('a webhook of a provider that is not configured answers, and says so', async () => {
  const { billingWebhook } = await load();
  const post = billingWebhook as (event: object) => Promise<{ statusCode: number; body: string }>;
  const { statusCode, body } = await post({ body: '{}', headers: {} });
  expect(statusCode).toBe(404);
  expect(body).toContain('BILLING_WEBHOOK_SECRET is not set');
});
