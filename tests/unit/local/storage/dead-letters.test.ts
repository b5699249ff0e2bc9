import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadLetterFile } from '../../../../src/local/storage/dead-letters.ts';

test('each letter is a line with its time', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'letters-'));
  try {
    const path = join(directory, 'new', 'dead-letters.jsonl');
    const keep = deadLetterFile(path, () => 1_800_000_000);
    const letter = {
      functionName: 'deadlineReached',
      reason: 'RetriesExhausted',
      attempts: 3,
      error: 'Error: no',
      payload: { userId: 'a\nb' },
    };
    await keep(letter);
    await keep({ ...letter, attempts: 1 });
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { time: '2027-01-15T08:00:00.000Z', ...letter },
      { time: '2027-01-15T08:00:00.000Z', ...letter, attempts: 1 },
    ]);
  } finally {
    await rm(directory, { recursive: true });
  }
});
