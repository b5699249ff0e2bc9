import { duration, Progress, progressLine } from '../../../../src/operator/fleet/progress.ts';

test.each([
  [
    'half of it',
    { done: 500, total: 1_000 },
    50,
    'x  ████████████░░░░░░░░░░░░  50 %  500 of about 1,000  50/s  10 s left',
  ],
  [
    'more than was estimated',
    { done: 12, total: 10 },
    4,
    `x  ${'█'.repeat(24)} 100 %  12 of 12  4/s  0 s left`,
  ],
  ['of which nobody knows how much there is', { done: 7, total: 0 }, 2, 'x  7  2/s'],
  [
    'of which the rate is not known yet',
    { done: 0, total: 10 },
    undefined,
    `x  ${'░'.repeat(24)}   0 %  0 of about 10`,
  ],
])('a line of %s', (_, reached, rate, line) => {
  expect(progressLine('x', reached, rate)).toBe(line);
});

test.each([
  [0.2, '1 s'],
  [59, '59 s'],
  [100, '1 min 40 s'],
  [7_260, '2 h 1 min'],
])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));

function screen(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => void written.push(text) };
}

test('on a terminal one line is drawn again, ten times a second at most, and never wider than it', () => {
  const terminal = screen(true);
  let now = 0;
  const progress = new Progress('backfill', terminal, { now: () => now, wait: async () => {} });
  for (let step = 0; step < 100; step += 1, now += 0.01) progress.show({ done: step, total: 100 });
  expect(terminal.written.length).toBeLessThanOrEqual(11);
  for (const text of terminal.written) {
    expect(text.startsWith('\r\u001b[K')).toBe(true);
    expect(text.length).toBeLessThanOrEqual(4 + 39);
  }
  progress.clear();
  expect(terminal.written.at(-1)).toBe('\r\u001b[K');
});

test('elsewhere it is a line every quarter of a minute, without a word for the terminal', () => {
  const file = screen(false);
  let now = 0;
  const progress = new Progress('backfill', file, { now: () => now, wait: async () => {} });
  for (let step = 0; step < 40; step += 1, now += 1) progress.show({ done: step * 10, total: 400 });
  progress.clear();
  expect(file.written).toEqual([
    `backfill  ${'█'.repeat(9)}${'░'.repeat(15)}  37 %  150 of about 400\n`,
    `backfill  ${'█'.repeat(18)}${'░'.repeat(6)}  75 %  300 of about 400  10/s  10 s left\n`,
  ]);
});
