import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundleForThreads } from '../../support/bundle-for-threads.ts';

/** A change of the code. `find` is in the file exactly once; several lines may be given as one text. */
export interface Patch {
  /** From the top of the repository, e.g. `src/core/wake-up.ts`. */
  file: string;
  find: string;
  replace: string;
}

/**
 * The simulator and all that it simulates as one file that threads run, with some patches applied on the way. Returns its
 * path. Throws if a patch does not fit.
 */
export async function bundleSimulator(name: string, patches: readonly Patch[] = []): Promise<string> {
  const applied = new Set<Patch>();
  const outfile = await bundleForThreads('tests/simulation/runner/worker.ts', `simulation/${name}`, [
    patching(patches, applied),
  ]);
  const missed = patches.find((patch) => !applied.has(patch));
  if (missed)
    throw new Error(`${name}: ${missed.file} is no part of the simulation, expected a file that is`);
  return outfile;
}

function patching(patches: readonly Patch[], applied: Set<Patch>): Plugin {
  return {
    name: 'patch',
    setup({ onLoad }) {
      for (const patch of patches) {
        const path = resolve(patch.file);
        onLoad({ filter: new RegExp(`${patch.file.replaceAll(/[/.]/g, '[/\\\\.]')}$`) }, async (args) => {
          if (args.path !== path) return undefined;
          let contents = await readFile(path, 'utf8');
          for (const one of patches.filter(({ file }) => file === patch.file)) {
            contents = patched(contents, one);
            applied.add(one);
          }
          return { contents, loader: 'ts' };
        });
      }
    },
  };
}

/** Throws unless the text to be replaced is there exactly once. */
export function patched(text: string, { file, find, replace }: Patch): string {
  const parts = text.split(find);
  if (parts.length !== 2)
    throw new Error(`"${find}" is in ${file} ${parts.length - 1} times, expected exactly once`);
  return parts.join(replace);
}
