import { z } from 'zod';
import { type WorkspaceKey, workspaceKeyFields } from '../../core/workspace-key.ts';
import { forEachLimited } from '../../handlers/for-each-limited.ts';
import type { Fleet } from '../../ports.ts';
import { keepMemoryFlat } from './flat-memory.ts';
import type { Pace } from './pace.ts';

const segmentSchema = z.object({
  /** The last row that was dealt with; absent before the first. */
  after: z.object({ clientId: z.string(), userId: z.string() }).optional(),
  done: z.boolean(),
});

/** How far a walk is: each segment by itself. */
export const positionSchema = z.array(segmentSchema);
export type Position = z.infer<typeof positionSchema>;

/** Before the first row of each of so many segments. */
export function startOfWalk(segments: number): Position {
  return Array.from({ length: segments }, () => ({ done: false }));
}

export interface WalkOptions {
  /** Where to go on; it is moved while the walk goes on. */
  position: Position;
  /** Rows that are dealt with at a time in each segment, and behind which the position moves. */
  stepRows: number;
  /** In read units of DynamoDB. */
  pace: Pace;
  /** Ends the walk behind the pages that are being dealt with. */
  signal?: AbortSignal | undefined;
}

/** Rows that are read at a time in each segment: 600 KB or so, where DynamoDB gives at most 1 MB. */
const READ_ROWS = 2_000;

/**
 * Reads the whole table once, all segments at the same time, a page of each in memory. `visit` deals with a step of it; what it
 * returns is handed to `enter` together with the segment's new position, with nothing in between: whatever `enter` writes
 * down is exactly what the rows up to that position came to. Returns whether it came to the end.
 */
export async function walkFleet<Outcome>(
  fleet: Pick<Fleet, 'page'>,
  { position, stepRows, pace, signal }: WalkOptions,
  visit: (rows: Record<string, unknown>[]) => Promise<Outcome> | Outcome,
  enter: (outcome: Outcome) => void,
): Promise<boolean> {
  let hasFailed = false;
  const walkSegment = async (number: number) => {
    let at = position[number];
    while (at !== undefined && !at.done && !signal?.aborted && !hasFailed) {
      const { rows, next, readUnits } = await fleet.page(
        { number, of: position.length },
        at.after,
        READ_ROWS,
      );
      for (const step of stepsOf(rows, stepRows)) {
        if (signal?.aborted || hasFailed) return;
        const outcome = await visit(step);
        // The key of any row says where to go on.
        position[number] = { after: keyAsRead(step.at(-1)), done: false };
        enter(outcome);
        keepMemoryFlat();
      }
      at = next === undefined ? { done: true } : { after: next, done: false };
      position[number] = at;
      // What a page costs is known once it is read.
      await pace.spend(readUnits);
    }
  };
  await forEachLimited(position.keys(), position.length, (number) =>
    walkSegment(number).catch((error) => {
      hasFailed = true;
      throw error;
    }),
  );
  return position.every(({ done }) => done);
}

function* stepsOf<Row>(rows: readonly Row[], size: number): Generator<Row[]> {
  for (let first = 0; first < rows.length; first += size) yield rows.slice(first, first + size);
}

/** Whatever its ids are: it came from the table, and so does what follows it. */
function keyAsRead(row: Record<string, unknown> | undefined): WorkspaceKey {
  return { clientId: String(row?.clientId), userId: String(row?.userId) };
}

/** The key of a row, whatever else is in it; undefined where no workspace can be called that. */
export function keyOfRow(row: Record<string, unknown>): WorkspaceKey | undefined {
  const parsed = z.object(workspaceKeyFields).safeParse(row);
  return parsed.success ? { clientId: parsed.data.clientId, userId: parsed.data.userId } : undefined;
}
