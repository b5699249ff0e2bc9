import { readFileSync } from 'node:fs';
import { type BuildOptions, build } from 'esbuild';
import { parse } from 'yaml';
import { FUNCTIONS, type FunctionName } from '../../src/functions/all.ts';

const { custom, functions } = parse(readFileSync('serverless.yml', 'utf8'), { merge: true }) as {
  custom: { esbuild: Record<string, unknown> };
  functions: Record<string, { handler: string }>;
};
/** What is for the plugin, and not for esbuild. */
const { exclude: _, outputFileExtension: __, ...options } = custom.esbuild;

/** Each service of a function, as its client is made. */
const CLIENTS: Record<string, [client: string, from: string]> = {
  dynamodb: ['DynamoDBClient', '@aws-sdk/client-dynamodb'],
  scheduler: ['SchedulerClient', '@aws-sdk/client-scheduler'],
  ecs: ['ECSClient', '@aws-sdk/client-ecs'],
  efs: ['EFSClient', '@aws-sdk/client-efs'],
  events: ['EventBridgeClient', '@aws-sdk/client-eventbridge'],
  secrets: ['SecretsManagerClient', '@aws-sdk/client-secrets-manager'],
  lambda: ['LambdaClient', '@aws-sdk/client-lambda'],
};

async function bundle(input: BuildOptions): Promise<string> {
  const result = await build({ ...(options as BuildOptions), ...input, sourcemap: false, write: false });
  return result.outputFiles?.[0]?.text ?? '';
}

/** The function's code as serverless.yml has it bundled. */
export function bundleOf(name: FunctionName): Promise<string> {
  const handler = functions[name]?.handler.replace(/\.handler$/, '.ts');
  if (handler === undefined) throw new Error(`serverless.yml has no function ${name}`);
  return bundle({ entryPoints: [handler] });
}

/** A function that makes the same clients, and does nothing else: bundled in the same way. */
export function bundleOfClients(name: FunctionName): Promise<string> {
  const clients = FUNCTIONS[name].services.map((service) => CLIENTS[service] ?? ['', '']);
  const contents = [
    ...clients.map(([client, from]) => `import { ${client} } from '${from}';`),
    `const clients = [${clients.map(([client]) => `new ${client}({})`).join(', ')}];`,
    'export const handler = async () => clients.length;',
  ].join('\n');
  return bundle({ stdin: { contents, resolveDir: process.cwd(), loader: 'ts' } });
}
