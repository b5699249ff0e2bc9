/**
 * What is wrong with rows, without the value of one of them, so that they can be counted together: of `lastActivity is "x",
 * expected whole epoch seconds` it is `lastActivity: expected whole epoch seconds`.
 */
export function reasonOf(problem: string): string {
  const [, place, expected] = /^(\S+) is [\s\S]*, expected ([\s\S]*)$/.exec(problem) ?? [];
  if (expected === undefined) return problem.replaceAll(/\d{4,}/g, '…').slice(0, 120);
  return `${place}: expected ${expected.replaceAll(/\d{7,}/g, '…')}`.slice(0, 160);
}
