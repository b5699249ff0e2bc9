import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { bundleForThreads } from '../../support/bundle-for-threads.ts';
import { readActivity, readActivityFile, type Use } from './read-activity.ts';
import { replay, type Summary } from './replay.ts';

/**
 * Six years of 3,147 developers: the author dates of the commits of a public repository (rails/rails, 2012 to 2017), each
 * author replaced by an ordinal number. One row is one moment at which that person's workspace was in use.
 */
const TRACE = 'tests/simulation/replay/activity-a.csv.gz';
const DAYS = { free: 7, pro: 30, enterprise: 90 } as const;

jest.setTimeout(300_000);

/** What the rule gives, in a few lines that know nothing of the product. */
function expectedOf(uses: readonly Use[], days: number) {
  const limit = days * 86_400;
  const ofEach = new Map<string, Use[]>();
  for (const use of uses) ofEach.set(use.workspace, [...(ofEach.get(use.workspace) ?? []), use]);
  return [...ofEach].flatMap(([workspace, own]) =>
    own.flatMap(({ at }, index) => {
      const next = own[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      if (next - at <= limit) return [];
      const archived = [workspace, 'archived', at + limit + 1].join();
      return next === Number.POSITIVE_INFINITY ? [archived] : [archived, [workspace, 'resumed', next].join()];
    }),
  );
}

let directory: string;
/** The command as one file: run from its source it takes half as long again. */
let command: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'replay-'));
  command = await bundleForThreads('tests/simulation/replay/main.ts', 'simulation/replay');
});
afterAll(() => rmSync(directory, { recursive: true }));

const run = (...options: string[]) => promisify(execFile)(process.execPath, [command, ...options]);

/** The lines of a file of transitions, without what heads them. */
function readTransitions(file: string): string[][] {
  const [header, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  expect(header).toBe('workspace,transition,due,at');
  return lines.map((line) => line.split(','));
}

describe('six years of real activity', () => {
  const uses = readActivityFile(TRACE);
  const outOf = (tier: string) => join(directory, `${tier}.csv`);
  const summaries = new Map<string, Summary>();

  beforeAll(async () => {
    const play = async (tier: string) => {
      const { stdout } = await run(TRACE, '--tier', tier, '--json', '--transitions', outOf(tier));
      summaries.set(tier, JSON.parse(stdout) as Summary);
    };
    await Promise.all(Object.keys(DAYS).map(play));
  });

  test('are there', () => {
    expect(uses).toHaveLength(27_208);
    expect(new Set(uses.map(({ workspace }) => workspace)).size).toBe(3_147);
  });

  test.each([
    ['free', 7_556],
    ['pro', 5_278],
    ['enterprise', 4_331],
  ] as const)('as %s: all is archived and resumed as the rule says, %i times', (tier, archived) => {
    const transitions = readTransitions(outOf(tier));
    const said = transitions.map(([workspace, transition, due]) => [workspace, transition, due].join());
    expect(said.sort()).toEqual(expectedOf(uses, DAYS[tier]).sort());
    expect(summaries.get(tier)?.transitions.archived).toBe(archived);
    const late = transitions.map(([, , due, at]) => Number(at) - Number(due));
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThanOrEqual(60);
  });
});

describe('npm run replay', () => {
  const write = (name: string, content: string | Buffer) => {
    const file = join(directory, name);
    writeFileSync(file, content);
    return file;
  };
  const CSV = 'workspace,at\nada,1700000000\nbo,1700000001\nada,1700604800\nada,1701300000\n';

  test.each([
    ['CSV', () => write('a.csv', CSV)],
    ['gzip', () => write('a.csv.gz', gzipSync(CSV))],
  ])('reads %s, writes the transitions and the summary', async (_, file) => {
    const out = join(directory, 'out.csv');
    const { stdout } = await run(file(), '--tier', 'free', '--transitions', out, '--json', '--late', '0');
    // A gap of exactly seven days is none that is longer.
    expect(readTransitions(out).map((line) => line.slice(0, 3).join())).toEqual([
      'bo,archived,1700604802',
      'ada,archived,1701209601',
      'ada,resumed,1701300000',
      'ada,archived,1701904801',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      tier: 'free',
      workspaces: 2,
      events: 4,
      activityWrites: 4,
      transitions: { archived: 3, resumed: 1 },
    });
  });

  test('a file that is not there, and a tier that nobody knows', async () => {
    await expect(run('nowhere.csv', '--tier', 'free')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^replay: .*nowhere\.csv/),
    });
    await expect(run(TRACE, '--tier', 'gold')).rejects.toMatchObject({ code: 1 });
  });
});

test.each([
  ['another header', 'user,when\n', 'a.csv, line 1 is "user,when", expected the header "workspace,at"'],
  [
    'milliseconds',
    'workspace,at\nada,1700000000000\n',
    /line 2 is "ada,1700000000000", expected a workspace and a time/,
  ],
  [
    'a time before there were any',
    'workspace,at\nada,100000000\n',
    /line 2 is "ada,100000000", expected a workspace and a time/,
  ],
  ['a path for a name', 'workspace,at\n../ada,1700000000\n', /line 2/],
  ['one column too many', 'workspace,at\nada,1700000000,1\n', /line 2/],
  [
    'time that runs backwards',
    'workspace,at\na,1700000001\na,1700000000\n',
    /line 3 .* no time before the last one, 1700000001/,
  ],
])('%s is refused, with the line', (_, text, message) => {
  expect(() => readActivity(text, 'a.csv')).toThrow(message);
});

test('whoever comes back while it is being archived came when they came, and waits until it is done', async () => {
  const [first, limit] = [1_700_000_000, 7 * 86_400];
  const back = first + limit + 4;
  const uses = [first, back].map((at) => ({ workspace: 'ada', at }));
  const { transitions } = await replay(uses, { tier: 'free', lateSeconds: 2 });
  expect(transitions.map(({ transition, due }) => [transition, due]).slice(0, 2)).toEqual([
    ['archived', first + limit + 1],
    ['resumed', back],
  ]);
});

test('a file that begins as gzip and is none is named', () => {
  const file = join(directory, 'cut.csv.gz');
  writeFileSync(file, gzipSync('workspace,at\n'.repeat(100)).subarray(0, 30));
  expect(() => readActivityFile(file)).toThrow(`${file} begins as gzip and is none`);
});

test('nothing to replay is no transition', async () => {
  const { transitions, summary } = await replay([], { tier: 'free', lateSeconds: 10 });
  expect(transitions).toEqual([]);
  expect(summary).toMatchObject({ events: 0, workspaces: 0, schedulerCalls: 0 });
});
