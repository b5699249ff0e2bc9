import { z } from 'zod';

/** What may not agree, each with what it means; `mends` says what --fix does about it. */
export const FINDINGS = {
  'invalid-row': { means: 'a row that is not understood: nothing is ever done to it', mends: undefined },
  'no-wake-up': { means: 'something lies ahead, and no wake-up is armed', mends: 'arms one' },
  overdue: { means: 'its wake-up was due long ago, and nobody has come', mends: 'arms another' },
  'late-wake-up': { means: 'its wake-up comes later than the policy asks for', mends: 'arms an earlier one' },
  'access-point-gone': {
    means: 'the row of an active workspace names an access point that is not there',
    mends: 'makes another one, under a claim',
  },
  'access-point-foreign': {
    means: 'the row names an access point that leads to another place',
    mends: undefined,
  },
  'access-point-shared': { means: 'the row names an access point that another row names', mends: undefined },
  'archived-with-access': {
    means: 'an archived workspace can still be entered',
    mends: 'stops its tasks and removes every access point to its home, under a claim',
  },
  'archived-with-task': {
    means: 'a task of an archived workspace is running',
    mends: 'stops it and removes every access point to its home, under a claim',
  },
  'terminated-with-access': {
    means: 'an access point leads to the home of a terminated workspace',
    mends: 'removes it once no task of the workspace runs',
  },
  'terminated-with-task': { means: 'a task of a terminated workspace is running', mends: undefined },
  'terminated-with-files': { means: 'the home of a terminated workspace is there', mends: undefined },
  'second-access-point': {
    means:
      'an access point to the home of an active workspace that its row does not name; it goes when that is archived',
    mends: undefined,
  },
  'stray-access-point': { means: 'an access point to a home of which there is no row', mends: undefined },
  'stray-task': { means: 'a task of a workspace of which there is no row', mends: undefined },
  'wrong-uid': { means: 'the access point acts as another user than owns the files', mends: undefined },
  'shared-uid': {
    means: 'two workspaces have one user id: each owns the files of the other',
    mends: undefined,
  },
} as const satisfies Record<string, { means: string; mends: string | undefined }>;

export type FindingKind = keyof typeof FINDINGS;
export const FINDING_KINDS = Object.keys(FINDINGS) as FindingKind[];

/** Something that does not agree. */
export interface Finding {
  kind: FindingKind;
  /** `client/user`; undefined where nobody can say whose it is. */
  workspace: string | undefined;
  /** What was seen, in a clause. */
  detail: string;
  /** `mended`; `left`: --fix does nothing about it, or was not asked for; or why it could not, in a clause. */
  outcome: string;
}

export const MENDED = 'mended';
export const LEFT = 'left';

const countSchema = z.object({ found: z.int(), mended: z.int() });
/** How many of each kind there are, and how many of those were mended. */
export const findingCountsSchema = z.record(z.string(), countSchema);
export type FindingCounts = z.infer<typeof findingCountsSchema>;

export function countFinding(counts: FindingCounts, { kind, outcome }: Finding): void {
  const known = counts[kind] ?? { found: 0, mended: 0 };
  counts[kind] = { found: known.found + 1, mended: known.mended + (outcome === MENDED ? 1 : 0) };
}
