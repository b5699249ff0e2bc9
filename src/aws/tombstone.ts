import * as z from 'zod';
import { RetryableError } from '../core/errors.ts';
import { type FileCalls, failure, unlessGone } from './file-calls.ts';

const deletionSchema = z.object({
  /** Epoch seconds at which the first call began. */
  startedAt: z.number(),
  /** Epoch seconds of the call that found nothing left. */
  finishedAt: z.number().optional(),
  /** Files, folders and links, as counted by the calls that came to their end. */
  removed: z.number(),
});

const tombstoneSchema = deletionSchema.extend({
  /** e.g. `/workspace/acme/ada`. */
  path: z.string(),
  /** Of homes that the workspace had before: it was terminated, made anew, and terminated again. The latest last. */
  earlier: z.array(deletionSchema).optional(),
});

/** What is left of a home that was deleted, e.g. `{"path":"/workspace/acme/ada","startedAt":…,"finishedAt":…,"removed":17}`. */
export type Tombstone = z.infer<typeof tombstoneSchema>;

/** The tombstone after a deletion has begun at `at` for a home that is there, or goes on. */
export function begun(known: Tombstone | undefined, path: string, at: number): Tombstone {
  const next = { path, startedAt: at, removed: 0 };
  if (known === undefined) return next;
  if (known.finishedAt === undefined) return known;
  const { startedAt, finishedAt, removed, earlier = [] } = known;
  return { ...next, earlier: [...earlier, { startedAt, finishedAt, removed }] };
}

/** Undefined if there is none, or none that can be read: it is a note, and no reason to keep files. */
export async function readTombstone(files: FileCalls, path: string): Promise<Tombstone | undefined> {
  const text = await unlessGone(files.readFile(path, 'utf8'), path);
  if (text === undefined) return undefined;
  try {
    return tombstoneSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** How often it is written again because another call has deleted it before it was in its place. */
const ATTEMPTS = 10;

/**
 * Writes it whole or not at all: under a path in the quarantine first, where a crash leaves nothing that is not deleted
 * by the next call. `prepare` makes the folders and gives that path, or undefined if they are gone again.
 */
export async function writeTombstone(
  files: FileCalls,
  path: string,
  tombstone: Tombstone,
  prepare: () => Promise<string | undefined>,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const draft = await prepare();
    if (draft === undefined) continue;
    const written = files.writeFile(draft, JSON.stringify(tombstone), {
      flag: 'wx',
      mode: 0o600,
    });
    if ((await failure(written, draft, ['ENOENT', 'ESTALE'])) !== undefined) continue;
    if ((await failure(files.rename(draft, path), draft, ['ENOENT', 'ESTALE'])) === undefined) return;
  }
  throw new RetryableError(
    `the tombstone ${path} was not written in ${ATTEMPTS} attempts, expected no other call to delete it each time`,
  );
}
