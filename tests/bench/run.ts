import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, Command, Option } from 'commander';
import pc from 'picocolors';
import { type Figures, PARTS, type PartName, thisMachine } from './figures.ts';
import { ON_REQUEST } from './on-request.ts';
import { chartsOf } from './report/charts.ts';
import { withTables } from './report/document.ts';
import { renderChart, type Theme } from './report/render-chart.ts';
import { tablesOf } from './report/tables.ts';

/** Pages, figures and charts of the whole run, and where those of a quick one go, which are nobody's to read. */
const FOLDERS = { whole: 'docs/performance', quick: 'dist/bench' };
const DOCUMENT = 'docs/performance.md';
const FIGURES = 'figures.json';
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
  .parseAsync();

interface Options {
  quick?: boolean;
  update?: boolean;
  out?: string;
}

async function run(part: string | undefined, numbers: readonly string[], options: Options): Promise<void> {
  const { quick = false, out = quick ? FOLDERS.quick : FOLDERS.whole } = options;
  const requested = part === undefined ? undefined : ON_REQUEST[part];
  if (requested) return runOnRequest(requested, numbers);
  const names = part === undefined ? NAMES : [part as PartName];
  const figures: Partial<Figures> = {};
  for (const name of names) await measure(name, quick, figures);
  if (part === undefined) write(figures as Figures, out);
  else if (options.update) write({ ...read(out), ...figures }, out);
}

/** The figures of an earlier run. */
function read(folder: string): Figures {
  return JSON.parse(readFileSync(join(folder, FIGURES), 'utf8')) as Figures;
}

async function runOnRequest(
  { numbers, run: play }: (typeof ON_REQUEST)[string],
  given: readonly string[],
): Promise<void> {
  const wrong = given.find((text) => !/^\d{1,9}$/.test(text));
  if (wrong !== undefined || given.length > numbers.length) {
    const expected = numbers.map(({ name, usual }) => `${name} (${usual})`).join(', ');
    throw new Error(`the numbers are ${given.join(' ')}, expected at most: ${expected}`);
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

/** Figures and charts; of a whole run into the folder of the document, the document's tables as well. */
function write(figures: Figures, out: string): void {
  mkdirSync(out, { recursive: true });
  const all = { ...figures, machine: thisMachine() };
  writeFileSync(join(out, FIGURES), `${JSON.stringify(all, undefined, 1)}\n`);
  for (const [name, { chart, height }] of Object.entries(chartsOf(figures)))
    for (const theme of THEMES)
      writeFileSync(join(out, `${name}-${theme}.svg`), renderChart(chart, theme, height));
  const tables = tablesOf(all);
  const names = Object.keys(tables).join(', ');
  if (out !== FOLDERS.whole) {
    writeFileSync(join(out, 'tables.md'), Object.values(tables).join('\n\n'));
    console.log(`wrote figures, charts and tables (${names}) to ${out}`);
    return;
  }
  writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), tables));
  console.log(`wrote figures and charts to ${out}, and ${names} into ${DOCUMENT}`);
}
