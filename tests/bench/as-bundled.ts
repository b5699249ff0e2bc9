import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * What these files of ours export (paths from the root of the project, no two names alike), bundled and minified as Lambda gets it.
 * Run from its source, every function expression costs a call more, which keeps its name: deciding then takes four times as long.
 */
export async function asBundled<Exports>(paths: readonly string[]): Promise<Exports> {
  const folder = mkdtempSync(join(tmpdir(), 'workspace-cleanup-bench-'));
  try {
    const contents = paths.map((path) => `export * from ${JSON.stringify(resolve(path))};`).join('\n');
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: process.cwd(), loader: 'ts' },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'node',
      mainFields: ['module', 'main'],
      write: false,
    });
    const file = join(folder, 'bundle.mjs');
    writeFileSync(file, outputFiles[0]?.text ?? '');
    return (await import(pathToFileURL(file).href)) as Exports;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
