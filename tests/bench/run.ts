import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import pc from 'picocolors';
import { type Figures, type Machines, type Measured, PARTS, type PartName, thisMachine } from './figures.ts';
import { ON_REQUEST } from './on-request.ts';
import { chartsOf } from './report/charts.ts';
import { withTables } from './report/document.ts';
import { renderChart, type Theme } from './report/render-chart.ts';
import { tablesOf } from './report/tables.ts';

/** Pages, figures and charts of the whole run, and where those of a quick one go, which are nobody's to read. */
const FOLDERS = { whole: 'docs/performance', quick: 'dist/bench' };
const DOCUMENT = 'docs/performance.md';
const FIGURES = 'figures.json';
/** Something was asked for that cannot be. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

const NAMES = Object.keys(PARTS) as PartName[];
const THEMES: Theme[] = ['light', 'dark'];

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const onRequest = Object.entries(ON_REQUEST).map(([name, { what, numbers }]) => {
  const words = numbers.map((number) => `[${number.name}]`).join(' ');
  return `  ${`${name} ${words}`.padEnd(46)} ${what}`;
});

await new Command('bench')
  .description(`Measures, prints tables, and writes the figures and charts of ${DOCUMENT}.`)
  .addArgument(new Argument('[part]', 'one of them alone').choices([...NAMES, ...Object.keys(ON_REQUEST)]))
  .argument('[numbers...]', 'for those on request')
  .option('--update', `writes what this part has measured into the figures that are there`)
  .option('--quick', 'all of it, small: that it runs, in well under a minute')
  .addOption(new Option('--out <folder>', `where to write (${FOLDERS.whole}; with --quick ${FOLDERS.quick})`))
  .addHelpText('after', `\nOn request, minutes each:\n${onRequest.join('\n')}`)
  .action(run)
  .parseAsync()
  .catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    console.error(`bench: ${error.message}`);
    process.exitCode = 1;
  });

interface Options {
  quick?: boolean;
  update?: boolean;
  out?: string;
}

async function run(part: string | undefined, numbers: readonly string[], options: Options): Promise<void> {
  const requested = part === undefined ? undefined : ON_REQUEST[part];
  const problem = problemOf(part, requested !== undefined, numbers, options);
  if (problem !== undefined) throw new UsageError(problem);
  if (requested) return runOnRequest(requested, numbers);
  const { quick = false, update = false } = options;
  const out = folderOf(options);
  const before = update ? read(out) : undefined;
  const names = part === undefined ? NAMES : [part as PartName];
  const figures: Partial<Figures> = {};
  for (const name of names) await measure(name, quick, figures);
  if (part !== undefined && before === undefined) return;
  const machines = Object.fromEntries(names.map((name) => [name, thisMachine()])) as Machines;
  write({ ...before, ...figures, machines: { ...before?.machines, ...machines } } as Measured, out);
}

function folderOf({ quick = false, out = quick ? FOLDERS.quick : FOLDERS.whole }: Options): string {
  return out;
}

/** What is wrong with what is asked for; undefined if nothing is. */
function problemOf(
  part: string | undefined,
  isOnRequest: boolean,
  numbers: readonly string[],
  options: Options,
): string | undefined {
  const { quick = false, update = false } = options;
  if (isOnRequest)
    return quick || update
      ? `${part} is played on request, and knows neither --quick nor --update`
      : undefined;
  if (numbers.length > 0) return `${part} takes no numbers, and was given ${numbers.join(' ')}`;
  if (update && part === undefined) return '--update is for one part; without one all are written';
  const out = folderOf(options);
  return quick && isPageFolder(out) ? `${out} is for figures of a whole run, not of --quick` : undefined;
}

/** The figures of an earlier run. */
function read(folder: string): Measured {
  const path = join(folder, FIGURES);
  if (!existsSync(path))
    throw new UsageError(`${path} is not there; --update needs the figures of a whole run`);
  return JSON.parse(readFileSync(path, 'utf8')) as Measured;
}

function isPageFolder(folder: string): boolean {
  return resolve(folder) === resolve(FOLDERS.whole);
}

async function runOnRequest(
  { numbers, run: play }: (typeof ON_REQUEST)[string],
  given: readonly string[],
): Promise<void> {
  const wrong = given.find((text) => !/^\d{1,9}$/.test(text));
  if (wrong !== undefined || given.length > numbers.length) {
    const expected = numbers.map(({ name, usual }) => `${name} (${usual})`).join(', ');
    throw new UsageError(`the numbers are ${given.join(' ')}, expected at most: ${expected}`);
  }
  const result = await play(
    ...numbers.map(({ usual }, index) => (given[index] === undefined ? usual : Number(given[index]))),
  );
  if (result !== undefined) console.log(JSON.stringify(result, undefined, 2));
}

async function measure<Name extends PartName>(
  name: Name,
  quick: boolean,
  figures: Partial<Figures>,
): Promise<void> {
  const { title, measure: measured } = PARTS[name];
  console.log(pc.bold(title));
  const began = performance.now();
  const told = (text: string) => console.error(pc.dim(`  ${text}`));
  figures[name] = await measured(quick, told);
  for (const table of Object.values(tablesOf({ [name]: figures[name] }))) console.log(`\n${table}`);
  console.log(pc.dim(`\n  measured in ${((performance.now() - began) / 1_000).toFixed(1)} s\n`));
}

/** Figures and charts; where they are those of the page, its tables as well. Nothing is written where something is missing. */
function write(figures: Measured, out: string): void {
  const tables = tablesOf(figures);
  const isPage = isPageFolder(out);
  const text = isPage
    ? withTables(readFileSync(DOCUMENT, 'utf8'), tables)
    : `${Object.values(tables).join('\n\n')}\n`;
  const charts = Object.entries(chartsOf(figures)).flatMap(([name, { chart, height }]) =>
    THEMES.map((theme) => [`${name}-${theme}.svg`, renderChart(chart, theme, height)] as const),
  );
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, FIGURES), `${JSON.stringify(figures, undefined, 2)}\n`);
  for (const [file, svg] of charts) writeFileSync(join(out, file), svg);
  const where = isPage ? DOCUMENT : join(out, 'tables.md');
  writeFileSync(where, text);
  console.log(`wrote figures and charts to ${out}, and ${Object.keys(tables).join(', ')} to ${where}`);
}
