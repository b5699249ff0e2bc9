import { resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** Bundles lie where packages are found from, and where nobody looks for code. */
const DIRECTORY = 'node_modules/.cache/workspace-cleanup';

/** A module with all that it imports as one file that threads run; `name`, e.g. `simulation/plain`. Returns its path. */
export async function bundleForThreads(
  entryPoint: string,
  name: string,
  plugins: Plugin[] = [],
): Promise<string> {
  const outfile = resolve(DIRECTORY, `${name}.mjs`);
  await build({
    entryPoints: [entryPoint],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'silent',
    plugins,
  });
  return outfile;
}
