import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build } from 'esbuild';

/** A file of the page. */
export interface Asset {
  type: string;
  body: Buffer;
  gzipped: Buffer;
}

const WEB = fileURLToPath(new URL('./web/', import.meta.url));
const compress = promisify(gzip);

/** The page, bundled in memory: by name, e.g. `app.js`; `` is the page itself. Takes a fraction of a second. */
export async function bundleAssets(): Promise<ReadonlyMap<string, Asset>> {
  const { outputFiles } = await build({
    entryPoints: [`${WEB}app.tsx`, `${WEB}theme.ts`],
    outdir: '/',
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const assets = new Map<string, Asset>();
  for (const { path, contents } of outputFiles) {
    const name = path.replace(/^.*[/\\]/, '');
    const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
    assets.set(name, await assetOf(type, Buffer.from(contents)));
  }
  assets.set('', await assetOf('text/html; charset=utf-8', await readFile(`${WEB}index.html`)));
  assets.set('icon.svg', await assetOf('image/svg+xml', await readFile(`${WEB}icon.svg`)));
  return assets;
}

async function assetOf(type: string, body: Buffer): Promise<Asset> {
  return { type, body, gzipped: await compress(body) };
}
