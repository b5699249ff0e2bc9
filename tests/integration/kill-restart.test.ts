import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FleetLine, linesOf, startFleet } from '../support/fleet-process.ts';
import { seededRandom } from '../support/seeded-random.ts';

const KILLS = 20;
const SEED = Number(process.env.SEED ?? 20_260_101);

/** Kills the stack when it has said so many lines. Resolves with all it said; `null` lets it come to its end. */
async function run(
  data: string,
  killAfterLines: number | null,
): Promise<{ lines: FleetLine[]; killed: boolean; code: number | null }> {
  const child = startFleet(['--once', '--data', data]);
  const lines: FleetLine[] = [];
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const reading = (async () => {
    for await (const line of linesOf(child)) {
      lines.push(line);
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
