import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { ActivityFileError, readActivityFile } from './read-activity.ts';
import { type ReplayOptions, replay, type Summary, type Transition } from './replay.ts';

interface Options extends ReplayOptions {
  late: number;
  transitions?: string;
  json?: boolean;
}

await new Command('replay')
  .description('Plays real activity through the real handlers, in virtual time.')
  .argument('<file>', 'CSV or gzip of it, with the columns workspace,at (epoch seconds), in order of at')
  .addOption(
    new Option('--tier <tier>', 'of all workspaces')
      .choices(['free', 'pro', 'enterprise'])
      .makeOptionMandatory(),
  )
  .option('--late <seconds>', 'Scheduler fires within so many seconds after its time', seconds, 2)
  .option('--transitions <file>', 'write what was archived and resumed, as CSV: workspace,transition,due,at')
  .option('--json', 'the summary as JSON')
  .action(async (file: string, { tier, late, transitions, json }: Options) => {
    const began = performance.now();
    const { summary, transitions: all } = await replay(readActivityFile(file), { tier, lateSeconds: late });
    if (transitions !== undefined) writeFileSync(transitions, csvOf(all));
    if (json) console.log(JSON.stringify({ tier, ...summary }));
    else show(summary, tier, (performance.now() - began) / 1_000);
  })
  .parseAsync()
  .catch((error: unknown) => {
    const isTheirs =
      error instanceof ActivityFileError || (error as NodeJS.ErrnoException).code !== undefined;
    if (!isTheirs) throw error;
    console.error(`replay: ${(error as Error).message}`);
    process.exitCode = 1;
  });

function csvOf(transitions: readonly Transition[]): string {
  const lines = transitions.map(({ workspace, transition, due, at }) =>
    [workspace, transition, due, at].join(),
  );
  return `${['workspace,transition,due,at', ...lines].join('\n')}\n`;
}

function show(summary: Summary, tier: string, seconds: number): void {
  const { workspaces, events, transitions, latenessSeconds, activityWrites, rowWrites } = summary;
  const number = (value: number) => value.toLocaleString('en');
  const line = (name: string, value: string) => console.log(`  ${name.padEnd(34)} ${value}`);
  console.log(pc.bold(`${number(events)} moments of use of ${number(workspaces)} ${tier} workspaces`));
  line('archived', number(transitions.archived));
  line('resumed', number(transitions.resumed));
  line('late by, in seconds', `${latenessSeconds.mean} in the mean, ${latenessSeconds.most} at most`);
  line(
    'wake-ups',
    `${number(summary.wakeUps)}, ${number(summary.wakeUpsTooEarly)} of them before anything was due`,
  );
  line('writes of activity', number(activityWrites));
  line('writes of rows, all', number(rowWrites));
  line(
    'calls of Scheduler',
    `${number(summary.schedulerCalls)}, ${number(summary.schedulerCallsForLeases)} for leases`,
  );
  line(
    '… for 1,000 writes of activity',
    `${number(summary.schedulerCallsPer1000ActivityWrites)}; one update per write, and the leases: ${number(summary.schedulerCallsPer1000ActivityWritesIfEachUpdatedOne)}`,
  );
  console.log(pc.dim(`  played in ${seconds.toFixed(1)} s`));
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 60) return value;
  throw new InvalidArgumentError(`is "${text}", expected seconds from 0 to 60`);
}
