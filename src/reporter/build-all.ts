import { chmodSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { buildReporter, REPORTERS } from './build.ts';

// npm run build:reporter [-- <folder>]
const folder = process.argv[2] ?? 'dist/reporter';

for (const name of Object.keys(REPORTERS) as (keyof typeof REPORTERS)[]) {
  const built = await buildReporter(name, `${folder}/.building-${process.pid}`);
  const file = `${folder}/${name}`;
  chmodSync(built, 0o755);
  // Whoever reads it meanwhile reads the old one or the new one.
  renameSync(built, file);
  rmSync(dirname(built), { recursive: true });
  console.log(`${file}  ${(statSync(file).size / 1_000).toFixed(1)} kB`);
}
