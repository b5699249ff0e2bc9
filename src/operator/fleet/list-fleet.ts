import { z } from 'zod';
import { quote } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';
import { DAY_SECONDS } from '../../core/policy.ts';
import { MAXIMUM_LEAD_SECONDS } from '../../core/wake-up.ts';
import type { WorkspaceKey } from '../../core/workspace-key.ts';
import { epochSecondsSchema } from '../../core/workspace-row.ts';
import type { Context } from './context.ts';
import { type Filters, isWanted } from './filters.ts';
import type { FleetReader, UpcomingKey } from './fleet-reader.ts';
import { type View, viewOf } from './workspace-view.ts';

/** A page of a list. */
export interface ListPage {
  workspaces: View[];
  /** Leads to the page behind it; null where there is none. */
  next: string | null;
}

export interface ListRequest {
  filters: Filters;
  /** So many workspaces at most. */
  limit: number;
  /** As `next` of the page before. */
  after: string | undefined;
}

/** What is overdue for longer is not found by the backstop either: no outage lasts two weeks. */
const LOOK_BACK_SECONDS = 14 * DAY_SECONDS;
/** A call reads no more than so many rows: whoever filters for what is rare gets a page with less in it, and its end. */
export const MOST_READ = 5_000;
const BATCH = 100;

/**
 * What comes next in the fleet, the earliest first, by the index of wake-ups: reads the rows that it shows, not the fleet.
 * Workspaces of which nothing lies ahead are not among them.
 */
export function listUpcoming(reader: FleetReader, request: ListRequest, context: Context): Promise<ListPage> {
  const from = Math.floor(context.now) - LOOK_BACK_SECONDS;
  const ahead = request.filters.dueWithinSeconds ?? MAXIMUM_LEAD_SECONDS + DAY_SECONDS;
  const after = request.after === undefined ? undefined : readCursor(request.after, upcomingSchema);
  const entries = upcomingRows(reader, after, from, Math.floor(context.now) + ahead);
  return collect(entries, request, context, MOST_READ);
}

/** Every workspace, or every one of a client, in no order that means anything. `pace`: called before each page is read. */
export function listAll(
  reader: FleetReader,
  request: ListRequest,
  context: Context,
  pace: () => Promise<void>,
): Promise<ListPage> {
  const after = request.after === undefined ? undefined : readCursor(request.after, keySchema);
  const entries = allRows(reader, request.filters.client, after, pace);
  return collect(entries, request, context, Number.POSITIVE_INFINITY);
}

interface Entry {
  key: WorkspaceKey;
  row: unknown;
}

async function* upcomingRows(
  reader: FleetReader,
  after: UpcomingKey | undefined,
  from: number,
  to: number,
): AsyncGenerator<Entry> {
  for (let position = after; ; ) {
    const keys = await reader.upcoming(position, from, to, BATCH);
    const rows = await reader.rows(keys);
    for (const [index, key] of keys.entries()) yield { key, row: rows[index] };
    position = keys.at(-1);
    if (keys.length < BATCH) return;
  }
}

async function* allRows(
  reader: FleetReader,
  clientId: string | undefined,
  after: WorkspaceKey | undefined,
  pace: () => Promise<void>,
): AsyncGenerator<Entry> {
  let position = after;
  do {
    await pace();
    const { rows, next } = await reader.page(clientId, position, BATCH);
    yield* rows;
    position = next;
  } while (position !== undefined);
}

/** Takes what is wanted until the page is full, or so many have been read. */
async function collect(
  entries: AsyncIterable<Entry>,
  { filters, limit }: ListRequest,
  context: Context,
  mostRead: number,
): Promise<ListPage> {
  const workspaces: View[] = [];
  let read = 0;
  for await (const { key, row } of entries) {
    read += 1;
    // One that has been deleted since leaves the index a moment later.
    const view = row === undefined ? undefined : viewOf(row, key, context);
    if (view !== undefined && isWanted(view, filters, context.now)) workspaces.push(view);
    if (workspaces.length === limit || read === mostRead) return { workspaces, next: writeCursor(key) };
  }
  return { workspaces, next: null };
}

/** Of rows that may not be valid: whatever has been written as a key. */
const keySchema = z.object({ clientId: z.string().min(1), userId: z.string().min(1) });
const upcomingSchema = keySchema.extend({ armedFor: epochSecondsSchema });

function writeCursor(position: WorkspaceKey): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function readCursor<T extends z.ZodType>(text: string, schema: T): z.output<T> {
  const parsed = schema.safeParse(readJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new BadInputError(
    `--after is ${quote(text)}, expected what the page before has named, of a list of the same kind (with --all or without)`,
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
