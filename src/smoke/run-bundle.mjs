// The process in which a deployed function runs. Whoever started it sends events, one at a time, and gets what
// the function returns or throws; when that process goes, so does this one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const EXTENSIONS = ['.mjs', '.js', '.cjs'];

const [folder = '', handler = ''] = process.argv.slice(2);
const dot = handler.lastIndexOf('.');
const file = EXTENSIONS.map((extension) => join(folder, handler.slice(0, dot) + extension)).find(existsSync);

process.on('disconnect', () => process.exit());
process.on('message', async (/** @type {{ event: unknown }} */ { event }) => {
  try {
    if (file === undefined) throw new Error(`there is no file for handler ${handler} in the package`);
    const module = await import(pathToFileURL(file).href);
    const answer = await module[handler.slice(dot + 1)](event, {});
    process.send?.({ kind: 'returned', answer: answer ?? null });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    process.send?.({ kind: 'threw', error: `${name}: ${message}` });
  }
});
