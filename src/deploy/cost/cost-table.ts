import { type CostLine, monthlyCost, total } from './monthly-cost.ts';
import { PRICES } from './prices.ts';

/** Metrics that alarms look at in a deployment that has everything; each is paid for, also several in one alarm. */
export const ALARM_METRICS = 116;

/** The bills of fleets of these sizes side by side, as a table in Markdown: quantity and dollars of each line. */
export function costTable(sizes: readonly number[]): string {
  const bills = sizes.map((workspaces) => monthlyCost(workspaces, ALARM_METRICS));
  const [first = []] = bills;
  const head = ['a month', ...sizes.map((size) => `${size.toLocaleString('en-US')} workspaces`)];
  const rows = first.map(({ what, priced }, index) => {
    const { dollars, per, unit } = PRICES[priced];
    const price = `$${dollars} for ${per === 1 ? 'one' : per.toLocaleString('en-US')}`;
    return [`${what} (${unit}, ${price})`, ...bills.map((bill) => cell(bill[index]))];
  });
  const sums = bills.map((bill) => `**${dollarsOf(total(bill))}**`);
  const perWorkspace = bills.map((bill, index) => `$${(total(bill) / (sizes[index] ?? 1)).toFixed(5)}`);
  return [
    head,
    ['---', ...sizes.map(() => '--:')],
    ...rows,
    ['**together**', ...sums],
    ['for one workspace', ...perWorkspace],
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function cell(line: CostLine | undefined): string {
  if (line === undefined) return '';
  return `${quantityOf(line.quantity)} · ${dollarsOf(line.cost)}`;
}

function quantityOf(quantity: number): string {
  if (quantity >= 1e6) return `${(quantity / 1e6).toFixed(1)} M`;
  if (quantity >= 1e4) return `${Math.round(quantity / 1e3)} k`;
  return quantity >= 10 ? String(Math.round(quantity)) : String(Math.round(quantity * 100) / 100);
}

function dollarsOf(cost: number): string {
  return `$${cost >= 100 ? Math.round(cost).toLocaleString('en-US') : cost.toFixed(2)}`;
}
