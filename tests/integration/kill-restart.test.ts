import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { seededRandom } from '../support/seeded-random.ts';

const KILLS = 20;
const SEED = Number(process.env.SEED ?? 20_260_101);
const root = join(__dirname, '../..');

function start(data: string): ChildProcess {
  return spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      'src/local/main.ts',
      '--once',
      '--json',
      '--port',
      '0',
      '--http-port',
      '0',
      '--data',
      data,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

type Line = {
  event: string;
  workspace?: string;
  problem?: string | null;
  latenessSeconds?: number | null;
  ok?: boolean;
};

/** Kills the stack when it has said so many lines. Resolves with all it said; `null` lets it come to its end. */
async function run(
  data: string,
  killAfterLines: number | null,
): Promise<{ lines: Line[]; killed: boolean; code: number | null }> {
  const child = start(data);
  const lines: Line[] = [];
  let errors = '';
  child.stderr?.on('data', (text) => {
    errors += text;
  });
  const reading = (async () => {
    for await (const text of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      lines.push(JSON.parse(text));
      if (lines.length === killAfterLines) child.kill('SIGKILL');
    }
  })();
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  await reading;
  if (signal === null && code !== 0)
    throw new Error(`exit ${code}: ${errors}\n${JSON.stringify(lines.at(-1))}`);
  return { lines, killed: signal === 'SIGKILL', code };
}

test(`killed ${KILLS} times at moments of seed ${SEED}, the fleet still comes to its end: nothing early, nothing missed`, async () => {
  const data = mkdtempSync(join(tmpdir(), 'workspace-cleanup-'));
  const random = seededRandom(SEED);
  try {
    let kills = 0;
    while (kills < KILLS) {
      // Counted in lines of its own output, so the moments are the same on a slow and on a fast machine.
      const { killed, lines } = await run(data, 1 + Math.floor(random() * 22));
      if (!killed)
        throw new Error(
          `the fleet ended after ${kills} kills, expected ${KILLS}; it said ${lines.length} lines`,
        );
      kills += 1;
    }
    const { lines, code } = await run(data, null);
    const judgements = lines.filter(({ event }) => event === 'judgement');
    expect(judgements.filter(({ problem }) => problem)).toEqual([]);
    expect(judgements.length).toBeGreaterThanOrEqual(19);
    for (const { latenessSeconds } of judgements)
      if (latenessSeconds != null) expect(latenessSeconds).toBeGreaterThanOrEqual(0);
    expect(lines.find(({ event }) => event === 'outcome')).toMatchObject({ ok: true, problems: [] });
    expect(code).toBe(0);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}, 300_000);
