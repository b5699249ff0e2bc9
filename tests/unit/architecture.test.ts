import { readdirSync, readFileSync } from 'node:fs';
import {
  closureOf,
  environmentViolations,
  importsOf,
  importViolations,
  type SourceFile,
  tidinessViolations,
  usageViolations,
} from '../support/architecture.ts';

/** Places where a rule is knowingly not kept, each with its reason. */
const EXCEPTIONS = [
  // The program inside of a local container: its environment is what the task definition gives it.
  'src/local/processes/sample-container.mjs reads process.env',
  // The reporter is a program of its own; git is given the environment that it was started with.
  'src/reporter/main.ts reads process.env',
  'src/reporter/main-table.ts reads process.env',
  'src/reporter/git.ts reads process.env',
  // Wiring of `npm start`: the operators' console on the local stack.
  'src/local/stack-console.ts imports ../operator/console/console.ts',
];

const notExcepted = (violations: string[]) =>
  violations.filter((violation) => !EXCEPTIONS.includes(violation));

const files: SourceFile[] = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((path) => /\.m?[jt]sx?$/.test(path))
  .sort()
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

test('the files of src are found', () => {
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['src/core/policy.ts', 'src/ports.ts', 'src/operator/workspacectl.mjs']),
  );
});

test('no file imports what lies beyond its border', () => {
  expect(notExcepted(importViolations(files))).toEqual([]);
});

test('the function that deletes files reaches no service of AWS: it has the file system, and nothing else', () => {
  const closure = closureOf('src/lambda/purge.ts', files);
  expect(closure).toEqual(
    expect.arrayContaining(['src/handlers/purge.ts', 'src/aws/mounted-homes.ts', 'zod']),
  );
  expect(closure.filter((reached) => reached.startsWith('@aws-sdk/'))).toEqual([]);
  expect(closureOf('src/lambda/deadline-reached.ts', files)).toEqual(
    expect.arrayContaining(['@aws-sdk/client-lambda']),
  );
});

test("the console's page has of its server types and its words for times alone, and two packages", () => {
  const closure = closureOf('src/operator/console/web/app.tsx', files);
  const others = closure.filter((reached) => !reached.startsWith('src/operator/console/web/'));
  expect(others).toEqual(['preact', 'src/operator/console/say-time.ts', 'uplot']);
  expect(closure).toContain('src/operator/console/web/stacked-chart.tsx');
});

test('the core and the handlers take time, chance and the world from their ports', () => {
  expect(usageViolations(files)).toEqual([]);
});

test('the environment is read in src/aws and where the local stack starts', () => {
  expect(notExcepted(environmentViolations(files))).toEqual([]);
});

test('every exception is still needed: strike out one that is not', () => {
  const violations = [...importViolations(files), ...environmentViolations(files)];
  expect(EXCEPTIONS.filter((exception) => !violations.includes(exception))).toEqual([]);
});

test('files are short, and put nothing off', () => {
  expect(tidinessViolations(files)).toEqual([]);
});

describe('the checker', () => {
  test.each([
    ['src/core/x.ts', "import { readFile } from 'node:fs';", 'node:fs'],
    ['src/core/x.ts', "import { readFile } from 'fs/promises';", 'fs/promises'],
    ['src/core/x.ts', "import type { Clock } from '../ports.ts';", '../ports.ts'],
    ['src/core/x.ts', "import type { Task } from '@aws-sdk/client-ecs';", '@aws-sdk/client-ecs'],
    ['src/core/x.ts', "import zodder from 'zodder';", 'zodder'],
    ['src/core/x.ts', "export * from '../handlers/activity.ts';", '../handlers/activity.ts'],
    ['src/core/x.ts', "import {\n  type A,\n  B,\n} from '../aws/clients.ts';", '../aws/clients.ts'],
    ['src/core/x.ts', "const { A } = await import('../aws/clients.ts');", '../aws/clients.ts'],
    ['src/core/x.ts', "type A = import('../ports.ts').Clock;", '../ports.ts'],
    ['src/core/x.ts', "import '../local/clock.ts';", '../local/clock.ts'],
    ['src/core/x.ts', "import { NOW } from '../../tests/support/rows.ts';", '../../tests/support/rows.ts'],
    ['src/ports.ts', "import { answer } from './handlers/http.ts';", './handlers/http.ts'],
    ['src/ports.ts', "import { z } from 'zod';", 'zod'],
    ['src/handlers/x.ts', "import { createClients } from '../aws/clients.ts';", '../aws/clients.ts'],
    ['src/handlers/x.ts', "import '../billing/stripe-verifier.ts';", '../billing/stripe-verifier.ts'],
    ['src/handlers/x.ts', "import '../local/clock.ts';", '../local/clock.ts'],
    ['src/handlers/x.ts', "import '../operator/decide.ts';", '../operator/decide.ts'],
    ['src/handlers/x.ts', "import '../functions/all.ts';", '../functions/all.ts'],
    ['src/handlers/deep/x.ts', "import '../../aws/clients.ts';", '../../aws/clients.ts'],
    ['src/aws/x.ts', "import { answer } from '../handlers/http.ts';", '../handlers/http.ts'],
    ['src/aws/x.ts', "import '../local/clock.ts';", '../local/clock.ts'],
    ['src/billing/x.ts', "import { answer } from '../handlers/http.ts';", '../handlers/http.ts'],
    ['src/handlers/x.ts', "import { readFile } from 'node:fs/promises';", 'node:fs/promises'],
    ['src/handlers/x.ts', "import { existsSync } from 'fs';", 'fs'],
    ['src/handlers/x.ts', "import { setTimeout } from 'node:timers/promises';", 'node:timers/promises'],
    ['src/handlers/x.ts', "const { get } = require('node:https');", 'node:https'],
    ['src/functions/x.ts', "import { startStack } from '../local/stack.ts';", '../local/stack.ts'],
    ['src/functions/x.ts', "import { decide } from '../operator/decide.ts';", '../operator/decide.ts'],
    ['src/lambda/x.ts', "import { startStack } from '../local/stack.ts';", '../local/stack.ts'],
    ['src/lambda/x.ts', "await import('../operator/decide.ts');", '../operator/decide.ts'],
    [
      'src/functions/x.ts',
      "import { entryPoint } from '../lambda/entry-point.ts';",
      '../lambda/entry-point.ts',
    ],
    ['src/operator/x.ts', "import { startStack } from '../local/stack.ts';", '../local/stack.ts'],
    ['src/operator/x.mjs', "import '../lambda/report.ts';", '../lambda/report.ts'],
    ['src/local/x.ts', "import '../operator/decide.ts';", '../operator/decide.ts'],
    ['src/local/x.ts', "import '../../tests/support/rows.ts';", '../../tests/support/rows.ts'],
    ['src/unheard-of/x.ts', "import '../core/policy.ts';", '../core/policy.ts'],
  ])('%s: %s is a violation', (path, text, specifier) => {
    expect(importViolations([{ path, text }])).toEqual([`${path} imports ${specifier}`]);
  });

  test.each([
    ['src/core/x.ts', "import { z } from 'zod';\nimport { quote } from './describe-problems.ts';"],
    ['src/ports.ts', "import type { Heartbeat } from './core/heartbeat.ts';"],
    [
      'src/handlers/x.ts',
      "import { createHash } from 'node:crypto';\nimport type { Clock } from '../ports.ts';",
    ],
    ['src/aws/x.ts', "import { ECSClient } from '@aws-sdk/client-ecs';\nimport { join } from 'node:path';"],
    ['src/functions/x.ts', "import '../handlers/activity.ts';\nimport '../aws/clients.ts';"],
    ['src/lambda/x.ts', "import { report } from '../functions/report.ts';"],
    ['src/operator/x.ts', "import { policyOfProcess } from '../aws/environment.ts';\nimport 'node:fs';"],
    ['src/local/x.ts', "import { createFunctions } from '../functions/all.ts';"],
    ['src/core/x.ts', "// import { readFile } from 'node:fs';\n/* import 'node:fs';\n import 'node:os'; */"],
    ['src/core/x.ts', "const text = 'https://example.com'; const more = \"taken from 'there'\";"],
  ])('%s: %s is none', (path, text) => {
    expect(importViolations([{ path, text }])).toEqual([]);
  });

  test('imports are found behind text that looks like a comment', () => {
    expect(importsOf("const url = 'http://a/*';\nimport 'node:fs';\n// */")).toEqual(['node:fs']);
  });

  test.each([
    ['src/core/x.ts', 'const now = Date.now();', 'Date.now'],
    ['src/core/x.ts', 'const now = Date . now;', 'Date.now'],
    ['src/core/x.ts', 'const now = new Date();', 'the present Date'],
    ['src/core/x.ts', 'const now = new Date( ).getTime();', 'the present Date'],
    ['src/core/x.ts', 'const now = new Date;', 'the present Date'],
    ['src/core/x.ts', 'const now = Date();', 'the present Date'],
    ['src/core/x.ts', 'const ages = rows.map((row) => age(row, new Date()));', 'the present Date'],
    ['src/core/x.ts', 'const { x = performance.now() } = y;', 'performance.now'],
    ['src/core/x.ts', 'const jitter = Math.random() / 2;', 'Math.random'],
    ['src/core/x.ts', 'const id = crypto.randomUUID();', 'random bytes'],
    ['src/core/x.ts', 'console.log(1);', 'console'],
    ['src/core/x.ts', 'setTimeout(f, 1);', 'a timer'],
    ['src/handlers/x.ts', 'const now = Date.now();', 'Date.now'],
    ['src/handlers/x.ts', 'const now = new Date();', 'the present Date'],
    ['src/handlers/x.ts', 'const now = performance.now();', 'performance.now'],
    ['src/handlers/x.ts', 'const jitter = Math.random();', 'Math.random'],
    ['src/handlers/x.ts', 'await new Promise((resolve) => setTimeout(resolve, 10));', 'a timer'],
    ['src/handlers/deep/x.ts', "const page = await fetch('https://example.com');", 'fetch'],
  ])('%s: %s uses %s', (path, text, name) => {
    expect(usageViolations([{ path, text }])).toEqual([`${path} uses ${name}`]);
  });

  test.each([
    ['src/core/x.ts', 'const day = new Date(at * 1000).toISOString();'],
    ['src/core/x.ts', '// Date.now() and Math.random() are for others'],
    ['src/core/x.ts', 'const prefetch = cache.fetch(key); type When = Date;'],
    ['src/handlers/x.ts', 'const now = ports.clock.now();'],
    ['src/aws/x.ts', 'const now = Date.now();'],
    ['src/local/x.ts', 'setTimeout(f, Math.random());'],
  ])('%s: %s uses nothing that it must not', (path, text) => {
    expect(usageViolations([{ path, text }])).toEqual([]);
  });

  test.each([
    ['src/handlers/x.ts', 'const level = process.env.LEVEL;', true],
    ['src/handlers/x.ts', 'const { env } = process;', true],
    ['src/handlers/x.ts', 'const { argv, env: { LEVEL } } = process;', true],
    ['src/local/x.ts', 'const { env: settings } = globalThis.process;', true],
    ['src/local/x.ts', "import { env } from 'node:process';", true],
    ['src/local/x.ts', "import { env as settings } from 'process';", true],
    ['src/operator/x.ts', "import process from 'node:process';", true],
    ['src/operator/x.ts', "const { env } = require('node:process');", true],
    ['src/operator/x.ts', 'const { argv } = process;', false],
    ['src/aws/x.ts', 'const { env } = process;', false],
    ['src/functions/x.ts', "const level = process['env'].LEVEL;", true],
    ['src/core/x.ts', 'const { LEVEL } = process.env;', true],
    ['src/core/x.ts', '/** Reads e.g. `process.env`. */ // process.env', false],
    ['src/local/clock.ts', 'const { LEVEL } = process.env;', true],
    ['src/operator/x.ts', 'const { LEVEL } = process.env;', true],
    ['src/local/main.ts', 'const { LEVEL } = process.env;', false],
    ['src/aws/environment.ts', 'readConfiguration(process.env)', false],
    ['src/operator/x.ts', 'process.exitCode = 1;', false],
  ])('%s: %s reads the environment: %s', (path, text, violates) => {
    expect(environmentViolations([{ path, text }])).toEqual(violates ? [`${path} reads process.env`] : []);
  });

  test.each([
    ['250 lines', 'a\n'.repeat(250), []],
    ['251 lines', 'a\n'.repeat(251), ['src/x.ts has 251 lines, expected at most 250']],
    ['work that is put off', 'a\n  // TODO: later\n', ['src/x.ts:2 says // TODO: later']],
    ['work that is broken', 'FIXME()', ['src/x.ts:1 says FIXME()']],
  ])('%s', (_, text, expected) => {
    expect(tidinessViolations([{ path: 'src/x.ts', text }])).toEqual(expected);
  });
});
