import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../src/aws/update-expression.ts';
import { freePort, locateEngine, startEngine } from '../../src/local/processes/engine.ts';
import { spawnOnLeash } from '../../src/local/processes/leash.ts';
import { ensureTables } from '../../src/local/template/ensure-tables.ts';
import type { TemplateTable } from '../../src/local/template/tables.ts';
import { credentials } from '../support/local-services.ts';

const ROWS_PER_FILE = 50_000;
const START_LIMIT_MS = 300_000;

export interface Seed {
  /** The tables as they are to be; of these `WorkspaceStatus` is made and filled. */
  tables: readonly TemplateTable[];
  rows: number;
  /** The row of `WorkspaceStatus` with this number, from 0; plain values. */
  rowOf: (index: number) => Record<string, unknown>;
}

export interface SeededEngine {
  /** e.g. `http://127.0.0.1:40123` */
  url: string;
  stop(): Promise<unknown>;
}

/**
 * An engine in memory that has imported the rows as a DynamoDB export, which is written to `folder`: by the API a million of them
 * would take more than an hour, and each later write would wait for this machine's disk, which is not what is measured.
 * Throws if it does not answer within five minutes.
 */
export async function startSeededEngine(
  folder: string,
  { tables, rows, rowOf }: Seed,
): Promise<SeededEngine> {
  const schema = join(folder, 'schema.json');
  writeFileSync(schema, JSON.stringify([{ Table: await describeTable(join(folder, 'schema'), tables) }]));
  const source = join(folder, 'export');
  writeExport(join(source, 'WorkspaceStatus', 'data'), rows, rowOf);
  const port = String(await freePort());
  const args = ['import', '--source', source, '--schema', schema, '--serve', '--port', port];
  const server = await spawnOnLeash(locateEngine(), args, { cwd: folder, env: {} });
  for (const stream of [server.stdout, server.stderr]) stream.resume();
  const url = `http://127.0.0.1:${port}`;
  const stop = () => server.stop({ termGraceMs: 1_000 });
  const giveUpAt = performance.now() + START_LIMIT_MS;
  while (!(await answers(url))) {
    if (performance.now() > giveUpAt) {
      await stop();
      throw new Error(`the engine has not imported ${rows} rows within ${START_LIMIT_MS} ms`);
    }
    await setTimeout(100);
  }
  return { url, stop };
}

function writeExport(folder: string, rows: number, rowOf: Seed['rowOf']): void {
  mkdirSync(folder, { recursive: true });
  for (let first = 0; first < rows; first += ROWS_PER_FILE) {
    let lines = '';
    for (let index = first; index < Math.min(rows, first + ROWS_PER_FILE); index += 1)
      lines += `${JSON.stringify({ Item: toItem(rowOf(index)) })}\n`;
    writeFileSync(join(folder, `${first}.json.gz`), gzipSync(lines, { level: 1 }));
  }
}

/** As an engine describes `WorkspaceStatus` that has just made it. */
async function describeTable(scratch: string, tables: Seed['tables']) {
  mkdirSync(scratch);
  const engine = await startEngine({ dataDirectory: scratch });
  const database = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1', credentials });
  try {
    await ensureTables(database, tables);
    return (await database.send(new DescribeTableCommand({ TableName: 'WorkspaceStatus' }))).Table;
  } finally {
    database.destroy();
    await engine.close();
  }
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
