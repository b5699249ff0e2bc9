import type { Output } from '../fleet/output.ts';
import type { Armed } from './run-arming.ts';

/** Says what became of the rows: as JSON, or in lines for a person. */
export function sayArmed(
  { tally, finished }: Armed,
  { json, dryRun, checkpoint }: { json: boolean; dryRun: boolean; checkpoint: string },
  output: Output,
): void {
  if (json) {
    output.print(JSON.stringify({ ...tally, finished }));
    return;
  }
  const line = (value: number, text: string) =>
    output.print(`${value.toLocaleString('en').padStart(11)}  ${text}`);
  line(tally.rows, 'rows read');
  line(
    tally.armed,
    `${dryRun ? 'would be armed' : 'armed'}, ${tally.due.toLocaleString('en')} of them as something is due now`,
  );
  line(tally.pending, 'have a wake-up that comes in time');
  line(tally.nothingAhead, 'have nothing ahead');
  if (tally.late > 0) line(tally.late, 'have a wake-up that comes too late');
  if (tally.invalid > 0) line(tally.invalid, 'are invalid, and left alone');
  if (!finished) output.tell(`stopped; the same command goes on from ${checkpoint}`);
}
