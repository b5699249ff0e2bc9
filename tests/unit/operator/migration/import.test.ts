import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ImportWorld, runImport } from '../../../../src/operator/migration/import.ts';
import type { ImportFlags } from '../../../../src/operator/migration/import-command.ts';
import { useDataFolder } from '../../../support/data-folder.ts';
import { quietOutput } from '../../../support/quiet-output.ts';
import { NOW, okSeed } from '../../../support/rows.ts';

const LINES = 450;
const folder = useDataFolder();

function flagsFor(file: string): ImportFlags {
  const checkpoint = join(folder(), 'import.checkpoint.json');
  return { file, checkpoint, rate: 1e9, segments: 1, readUnits: 1, list: 2, json: true };
}

function statusFile(lines: unknown[]): string {
  const file = join(folder(), 'old.jsonl');
  writeFileSync(
    file,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return file;
}

/** A table that counts how often each row is written. */
function table(onAdd: (written: number) => void = () => {}): ImportWorld & { writes: Map<string, number> } {
  const writes = new Map<string, number>();
  return {
    writes,
    fleet: {
      add: async ({ userId }) => {
        writes.set(userId, (writes.get(userId) ?? 0) + 1);
        onAdd(writes.size);
        return { added: true };
      },
    },
    clock: { now: () => NOW },
    place: { stage: 'test' },
  };
}

const statuses = Array.from({ length: LINES }, (_, index) => ({ ...okSeed, userId: `user-${index}` }));

test('an import that was stopped goes on, and writes no line twice', async () => {
  const file = statusFile(statuses);
  const controller = new AbortController();
  const world = table((written) => {
    if (written > 120) controller.abort();
  });
  const output = quietOutput();
  expect(await runImport(flagsFor(file), 'jsonl', world, output, controller.signal)).toBe(130);
  expect(world.writes.size).toBeLessThan(LINES);
  expect(JSON.parse(output.printed[0] ?? '')).toMatchObject({ added: world.writes.size, finished: false });

  const again = quietOutput();
  expect(await runImport(flagsFor(file), 'jsonl', world, again, new AbortController().signal)).toBe(0);
  expect(JSON.parse(again.printed[0] ?? '')).toMatchObject({ lines: LINES, added: LINES, finished: true });
  expect([...world.writes.values()].every((count) => count === 1)).toBe(true);
  expect(existsSync(flagsFor(file).checkpoint)).toBe(false);
});

test('a file that has changed meanwhile is another job', async () => {
  const file = statusFile(statuses);
  const controller = new AbortController();
  controller.abort();
  await runImport(flagsFor(file), 'jsonl', table(), quietOutput(), controller.signal);
  statusFile(statuses.slice(1));
  await expect(
    runImport(flagsFor(file), 'jsonl', table(), quietOutput(), new AbortController().signal),
  ).rejects.toThrow('is of another job');
});

test('what is no JSON object is told with its line, and two of them are named', async () => {
  const file = statusFile([
    '{"clientId"',
    '[1]',
    '',
    statuses[0],
    { ...okSeed, lastActivity: null },
    '\u0000',
  ]);
  const report = join(folder(), 'report.jsonl');
  const output = quietOutput();
  const world = table();
  const code = await runImport(
    { ...flagsFor(file), report },
    'jsonl',
    world,
    output,
    new AbortController().signal,
  );
  expect({ code, writes: world.writes.size }).toEqual({ code: 1, writes: 1 });
  const lines = readFileSync(report, 'utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).line)).toEqual([1, 2, 5, 6]);
  expect(output.told).toEqual([
    expect.stringMatching(/^line 1: the line is .*, expected a JSON object$/),
    'line 2: the line is "[1]", expected a JSON object',
    '…and more: --report <file> has all of them',
  ]);
  expect(JSON.parse(lines[2] ?? '').problems).toEqual([
    expect.stringMatching(/^lastActivity is missing, expected whole epoch seconds/),
  ]);
});

test('the report of an import that goes on has every line that was not imported, once', async () => {
  const file = statusFile(['[1]', ...statuses]);
  const report = join(folder(), 'report.jsonl');
  const controller = new AbortController();
  const world = table((written) => {
    if (written > 120) controller.abort();
  });
  const add = world.fleet.add;
  world.fleet.add = async (row) => {
    const added = await add(row);
    return row.userId === 'user-7' || row.userId === 'user-300' ? { added: false, existing: {} } : added;
  };
  const flags = { ...flagsFor(file), report };
  expect(await runImport(flags, 'jsonl', world, quietOutput(), controller.signal)).toBe(130);
  await runImport(flags, 'jsonl', world, quietOutput(), new AbortController().signal);
  const told = readFileSync(report, 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  expect(told.map(({ kind, line }) => [kind, line])).toEqual([
    ['rejected', 1],
    ['different', 9],
    ['different', 302],
  ]);
});
