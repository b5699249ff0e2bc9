import { Command, InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { TARGETS } from './targets.ts';

interface Options {
  runs: number;
  seed: number;
  path?: string;
  target?: string;
}

await new Command('fuzz')
  .description('Throws generated rows, records, payloads and requests at the handlers.')
  .option('--runs <n>', 'how many, of all kinds together', wholeNumber, 100_000)
  .option('--seed <n>', 'what is generated follows from it', wholeNumber, 20_260_101)
  .option('--target <name>', 'only this one')
  .option('--path <path>', 'of one case, as a failure names it; with --target')
  .action(async (options: Options) => {
    process.exitCode = (await fuzz(options)) ? 0 : 1;
  })
  .parseAsync();

async function fuzz({ runs, seed, path, target }: Options): Promise<boolean> {
  const targets = Object.entries(TARGETS).filter(([name]) => target === undefined || name === target);
  if (targets.length === 0) {
    console.error(`fuzz: there is no target "${target}", expected one of ${Object.keys(TARGETS).join(', ')}`);
    return false;
  }
  const shares = targets.reduce((sum, [, { share }]) => sum + share, 0);
  console.log(`seed ${seed}`);
  let total = 0;
  let isGood = true;
  for (const [name, { share, property }] of targets) {
    const began = performance.now();
    const numRuns = Math.ceil((runs * share) / shares);
    const result = await fc.check(property, { seed, numRuns, ...(path !== undefined && { path }) });
    const rate = Math.round(result.numRuns / ((performance.now() - began) / 1_000));
    total += result.numRuns;
    console.log(`${count(result.numRuns).padStart(9)}  ${name.padEnd(30)}  ${count(rate)} per second`);
    if (!result.failed) continue;
    isGood = false;
    console.log(fc.defaultReportMessage(result));
    console.log(
      `again: npm run fuzz -- --seed ${seed} --target "${name}" --path "${result.counterexamplePath}"`,
    );
  }
  console.log(`${count(total)} cases${isGood ? ', all as they should be' : ''}`);
  return isGood;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`is "${text}", expected a whole number`);
  return Number(text);
}
