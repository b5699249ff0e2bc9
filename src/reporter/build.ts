import { mkdirSync } from 'node:fs';
import { build } from 'esbuild';

/** What is built: the usual reporter, and the one that writes to the table itself, which has the SDK in it. */
export const REPORTERS = {
  'workspace-reporter.mjs': 'src/reporter/main.ts',
  'workspace-reporter-table.mjs': 'src/reporter/main-table.ts',
} as const;

/** Builds one reporter as one file, with nothing beside it, that any image with Node 20 can run. */
export async function buildReporter(name: keyof typeof REPORTERS, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const outfile = `${folder}/${name}`;
  await build({
    entryPoints: [REPORTERS[name]],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    banner: {
      js: "#!/usr/bin/env node\nimport{createRequire as createRequireOfReporter}from'node:module';const require=createRequireOfReporter(import.meta.url);",
    },
    logLevel: 'warning',
  });
  return outfile;
}
