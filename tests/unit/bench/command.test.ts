import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const bench = (...words: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'tests/bench/run.ts', ...words]);

test.each([
  [['reactor', '5'], 'bench: reactor takes no numbers, and was given 5'],
  [['--update'], 'bench: --update is for one part; without one all are written'],
  [['walk', '--quick'], 'bench: walk is played on request, and knows neither --quick nor --update'],
  [['walk', '12x'], 'bench: the numbers are 12x, expected at most: rows (1000000)'],
  [
    ['--quick', '--out', 'docs/performance/'],
    'bench: docs/performance/ is for figures of a whole run, not of --quick',
  ],
  [
    ['reactor', '--update', '--out', 'nowhere'],
    'bench: nowhere/figures.json is not there; --update needs the figures of a whole run',
  ],
])('%j is refused, in a line', async (words, message) => {
  await expect(bench(...words)).rejects.toMatchObject({ code: 1, stderr: `${message}\n` });
});
