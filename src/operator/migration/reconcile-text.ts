import type { Output } from '../fleet/output.ts';
import { FINDINGS, type Finding, type FindingKind, LEFT } from './findings.ts';
import type { Reconciled, ReconcileFlags } from './run-reconcile.ts';

/** Tells of findings as they are made: all of them as JSON, the first ones of each kind to a person. */
export function createTeller(
  { json, list }: Pick<ReconcileFlags, 'json' | 'list'>,
  output: Output,
): (finding: Finding) => void {
  const told = new Map<FindingKind, number>();
  return (finding) => {
    const { kind, workspace = null, detail, outcome } = finding;
    if (json) {
      output.print(JSON.stringify({ kind, workspace, detail, outcome }));
      return;
    }
    const count = (told.get(kind) ?? 0) + 1;
    told.set(kind, count);
    if (count <= list) {
      const end = outcome === LEFT ? '' : ` (${outcome})`;
      output.print(`${kind.padEnd(23)}  ${workspace ?? ''}  ${detail}${end}`);
    } else if (count === list + 1 && list > 0)
      output.print(`${kind.padEnd(23)}  …and more: --json has all of them`);
  };
}

/** What came of it, in lines for a person. */
export function reconciledText({ rows, accessPoints, tasks, counts }: Reconciled): string[] {
  const number = (value: number) => value.toLocaleString('en');
  const found = Object.entries(counts);
  return [
    `${number(rows)} rows, ${number(accessPoints)} access points, ${number(tasks)} tasks`,
    ...found.map(([kind, { found: all, mended }]) => {
      const { means } = FINDINGS[kind as FindingKind];
      return `${number(all).padStart(9)}  ${kind.padEnd(23)}  ${mended > 0 ? `${number(mended)} mended; ` : ''}${means}`;
    }),
    ...(found.length === 0 ? ['all agrees'] : []),
  ];
}
