import { costTable } from './cost-table.ts';

/** Prints the table of docs/cost.md, or one for other fleets: `node --import tsx src/deploy/cost/print-cost.ts 250000`. */
const given = process.argv.slice(2);
const wrong = given.find((text) => !/^[1-9]\d{0,9}$/.test(text));
if (wrong !== undefined) throw new Error(`${wrong} is no number of workspaces, expected e.g. 250000`);

console.log(costTable(given.length > 0 ? given.map(Number) : [1_000, 100_000, 1_000_000]));
