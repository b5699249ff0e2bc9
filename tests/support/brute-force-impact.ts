import {
  actionByTable,
  type BruteForcePolicy,
  type BruteForceRow,
  candidateSeconds,
} from './brute-force-policy.ts';

/** What happens to a workspace at one second. */
export interface BruteForceDeed {
  what: 'archive' | 'terminate' | 'restore';
  rule: string;
  second: number;
}

export type BruteForceWorkspace = BruteForceRow & { lifecycle?: string | undefined };

/**
 * What the table of the design does to a workspace from `now` on, without notices: it is asked about every second that could
 * matter, in order, and a state of three words is kept. It knows nothing of `src/core`.
 */
export function deedsByTable(
  row: BruteForceWorkspace,
  policy: BruteForcePolicy,
  now: number,
): BruteForceDeed[] {
  const deeds: BruteForceDeed[] = [];
  let state = row.lifecycle ?? 'active';
  for (const second of [now, ...candidateSeconds(row, policy).filter((at) => at > now)]) {
    if (state === 'terminated') break;
    const { action, rule } = actionByTable(row, policy, second);
    if (rule === 'held' || rule === 'extended') continue;
    if (action === 'terminate') {
      deeds.push({ what: 'terminate', rule, second });
      state = 'terminated';
    } else if (action === 'archive' && state === 'active') {
      deeds.push({ what: 'archive', rule, second });
      state = 'archived';
    } else if (action === 'active' && state === 'archived') {
      deeds.push({ what: 'restore', rule, second });
      state = 'active';
    }
  }
  return deeds;
}
