import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { DynamoDBFleet } from '../../aws/dynamodb-fleet.ts';
import { showKey } from '../../core/workspace-key.ts';
import { forEachLimited } from '../../handlers/for-each-limited.ts';
import type { Clock, Fleet } from '../../ports.ts';
import { Checkpoint } from '../fleet/checkpoint.ts';
import { connect } from '../fleet/deployed-stage.ts';
import { FLEET_EXIT, type Run } from '../fleet/fleet-options.ts';
import type { Output } from '../fleet/output.ts';
import { Pace } from '../fleet/pace.ts';
import { placeOf } from '../fleet/place.ts';
import { type CheckedStatus, createStatusCheck, differencesOf } from './check-statuses.ts';
import type { ImportFlags } from './import-command.ts';
import { emptyImportTally, ImportReport, type ImportTally, importText } from './import-report.ts';
import { formatOf, type StatusFormat, statusRecords } from './status-records.ts';

/** Lines between two notes of how far it is, and how many of them are written at a time. */
const BATCH_LINES = 100;
const WRITE_CONCURRENCY = 20;

const stateSchema = z.object({
  /** Up to this one (included) all lines have been dealt with. */
  line: z.int(),
  added: z.int(),
  same: z.int(),
  different: z.int(),
});
type State = z.infer<typeof stateSchema>;

/** What importing needs of the world. */
export interface ImportWorld {
  fleet: Pick<Fleet, 'add'>;
  clock: Pick<Clock, 'now'>;
  /** What tells where it is imported to, for the checkpoint. */
  place: Record<string, unknown>;
}

/** `workspacectl import`. */
export const importStatuses: Run<ImportFlags> = async (flags, output, signal) => {
  const format = formatOf(flags.file, flags.format);
  // So that a file that is not there is told before anybody is asked.
  statusRecords(flags.file, format);
  const connection = await connect(flags);
  const { configuration, clients, clock } = connection;
  const fleet = new DynamoDBFleet(clients.dynamodb, configuration.workspaceStatusTable);
  const world = { fleet, clock, place: await placeOf(connection) };
  return runImport(flags, format, world, output, signal);
};

/** One run of the command. */
interface Job {
  flags: ImportFlags;
  format: StatusFormat;
  /** When the file is judged, epoch seconds: the same for each time that it is read. */
  now: number;
  world: ImportWorld;
  report: ImportReport;
  output: Output;
  signal: AbortSignal;
}

/** Checks the whole file, then writes what is good. Returns what a shell is told. */
export async function runImport(
  flags: ImportFlags,
  format: StatusFormat,
  world: ImportWorld,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const start = flags.dryRun ? undefined : await findStart(flags, world);
  const report = new ImportReport(flags, output, start?.known !== undefined);
  const job: Job = { flags, format, now: world.clock.now(), world, report, output, signal };
  try {
    const tally = await checkAll(job);
    const isRefused = flags.strict === true && (tally.rejected > 0 || Object.keys(tally.leftOut).length > 0);
    if (isRefused) output.tell('nothing was written: --strict, and not every line is good');
    tally.finished = isRefused || start === undefined || (await writeAll(tally, job, start));
    if (flags.json) output.print(JSON.stringify(tally));
    else for (const line of importText(tally, flags)) output.print(line);
    if (!tally.finished) return FLEET_EXIT.stopped;
    return isRefused || tally.rejected + tally.different > 0 ? FLEET_EXIT.notAll : FLEET_EXIT.done;
  } finally {
    report.close();
  }
}

async function checkAll({ flags, format, now, report }: Job): Promise<ImportTally> {
  const tally = emptyImportTally();
  const check = createStatusCheck(now);
  for await (const record of statusRecords(flags.file, format)) {
    const checked = check(record);
    tally.lines += 1;
    if (checked.kind === 'rejected') {
      tally.rejected += 1;
      report.rejected(checked);
      continue;
    }
    tally.valid += 1;
    for (const name of checked.leftOut) tally.leftOut[name] = (tally.leftOut[name] ?? 0) + 1;
  }
  return tally;
}

interface Start {
  checkpoint: Checkpoint<State>;
  /** Undefined at the beginning. */
  known: State | undefined;
}

async function findStart(flags: ImportFlags, world: ImportWorld): Promise<Start> {
  const file = await digestOf(flags.file);
  const checkpoint = new Checkpoint<State>(flags.checkpoint, { command: 'import', ...world.place, file });
  if (flags.restart) checkpoint.remove();
  return { checkpoint, known: checkpoint.read(stateSchema) };
}

/** Returns whether it came to the end of the file. */
async function writeAll(tally: ImportTally, job: Job, { checkpoint, known }: Start): Promise<boolean> {
  const { flags, output, signal } = job;
  const state = known ?? { line: 0, added: 0, same: 0, different: 0 };
  if (known) output.tell(`going on from ${flags.checkpoint}: lines up to ${known.line} have been dealt with`);
  const progress = output.progress('import');
  const pace = new Pace(flags.rate);
  try {
    for await (const batch of goodBatches(job, state.line)) {
      if (signal.aborted) break;
      const outcome = await writeBatch(batch, job, pace);
      state.added += outcome.added;
      state.same += outcome.same;
      state.different += outcome.different;
      state.line = batch.at(-1)?.line ?? state.line;
      checkpoint.note(() => state);
      progress.show({ done: state.added + state.same + state.different, total: tally.valid });
    }
  } finally {
    progress.clear();
    checkpoint.note(() => state, true);
  }
  Object.assign(tally, { added: state.added, same: state.same, different: state.different });
  if (signal.aborted) {
    output.tell(`stopped; the same command goes on from ${flags.checkpoint}`);
    return false;
  }
  checkpoint.remove();
  return true;
}

type Good = Extract<CheckedStatus, { kind: 'valid' }>;

/** The good lines behind `after`, some at a time. */
async function* goodBatches({ flags, format, now }: Job, after: number): AsyncGenerator<Good[]> {
  const check = createStatusCheck(now);
  let batch: Good[] = [];
  for await (const record of statusRecords(flags.file, format)) {
    const checked = check(record);
    if (checked.kind === 'rejected' || checked.line <= after) continue;
    batch.push(checked);
    if (batch.length < BATCH_LINES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function writeBatch(
  batch: readonly Good[],
  { world, report }: Job,
  pace: Pace,
): Promise<Pick<State, 'added' | 'same' | 'different'>> {
  const outcome = { added: 0, same: 0, different: 0 };
  await forEachLimited(batch, WRITE_CONCURRENCY, async ({ line, row }) => {
    await pace.spend(1);
    const added = await world.fleet.add(row);
    if (added.added) {
      outcome.added += 1;
      return;
    }
    const differences = differencesOf(row, added.existing);
    if (differences.length === 0) outcome.same += 1;
    else {
      outcome.different += 1;
      report.different(line, showKey(row), differences);
    }
  });
  return outcome;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
