import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { describeProblems, quote } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';
import type { Policy } from '../../core/policy.ts';
import { numbersOf, type PolicyNumbers, policyOf } from '../../core/policy-numbers.ts';
import { retentionDaysSchema } from '../../core/workspace-row.ts';

const HOURS_EXPECTED = 'whole hours from 0 to 8760';
const hours = z
  .int({ error: HOURS_EXPECTED })
  .min(0, { error: HOURS_EXPECTED })
  .max(8_760, { error: HOURS_EXPECTED });
const EXTRA_EXPECTED = 'whole days from 0 to 365';
const extra = z
  .int({ error: EXTRA_EXPECTED })
  .min(0, { error: EXTRA_EXPECTED })
  .max(365, { error: EXTRA_EXPECTED });
const retentionSchema = z
  .strictObject({ free: retentionDaysSchema, pro: retentionDaysSchema, enterprise: retentionDaysSchema })
  .partial();

const numbersSchema = z
  .strictObject({
    retentionDays: retentionSchema,
    cancelledGraceDays: retentionDaysSchema,
    suspendedGraceDays: retentionDaysSchema,
    unsavedWorkExtraDays: extra,
    archiveNoticeHours: hours,
    terminateNoticeHours: hours,
    minimumTerminateNoticeHours: hours,
  })
  .partial();

/** By which variable a deployment is given each of them. */
const VARIABLE_OF: Record<keyof PolicyNumbers, string> = {
  retentionDays: 'RETENTION_POLICIES',
  cancelledGraceDays: 'CANCELLED_GRACE_DAYS',
  suspendedGraceDays: 'SUSPENDED_GRACE_DAYS',
  unsavedWorkExtraDays: 'UNSAVED_WORK_EXTRA_DAYS',
  archiveNoticeHours: 'ARCHIVE_NOTICE_HOURS',
  terminateNoticeHours: 'TERMINATE_NOTICE_HOURS',
  minimumTerminateNoticeHours: 'MINIMUM_TERMINATE_NOTICE_HOURS',
};

/** What the command line says of a policy. */
export interface PolicyFlags {
  /** JSON of some or all tiers, e.g. `{"free":5}`. */
  retention?: string;
  /** A file with JSON of some or all numbers. */
  policy?: string;
}

/** Whether the flags ask for a policy at all. */
export function asksForPolicy({ retention, policy }: PolicyFlags): boolean {
  return retention !== undefined || policy !== undefined;
}

/**
 * The policy that the flags ask for; what they do not name is as in `deployed`. `--retention` goes before the file. Throws
 * BadInputError with the value and what is taken.
 */
export function readAskedPolicy({ retention, policy: path }: PolicyFlags, deployed: Policy): Policy {
  const fromFile = path === undefined ? {} : read(numbersSchema, readText(path), `the policy file ${path}`);
  const tiers = retention === undefined ? {} : read(retentionSchema, retention, '--retention');
  const known = numbersOf(deployed);
  return policyOf({
    ...known,
    ...fromFile,
    retentionDays: { ...known.retentionDays, ...fromFile.retentionDays, ...tiers },
  } as PolicyNumbers);
}

/** In what the two differ, each in a clause, e.g. `CANCELLED_GRACE_DAYS is 7, not 5`; empty if they are the same. */
export function policyDifferences(deployed: Policy, asked: Policy): string[] {
  const [is, wanted] = [numbersOf(deployed), numbersOf(asked)];
  return (Object.keys(VARIABLE_OF) as (keyof PolicyNumbers)[]).flatMap((name) => {
    const [have, want] = [inOrder(is[name]), inOrder(wanted[name])];
    return have === want ? [] : [`${VARIABLE_OF[name]} is ${have}, not ${want}`];
  });
}

function inOrder(value: number | Policy['retentionDays']): string {
  if (typeof value === 'number') return String(value);
  const { free, pro, enterprise } = value;
  return JSON.stringify({ free, pro, enterprise });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadInputError(`the policy file ${path} cannot be read: ${(error as Error).message}`);
  }
}

function read<T extends z.ZodType>(schema: T, text: string, place: string): z.output<T> {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    throw new BadInputError(`${place} is ${quote(text)}, expected JSON, e.g. {"free":5,"pro":30}`);
  }
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new BadInputError(`${place}: ${describeProblems(result.error, input).join('; ')}`);
}
