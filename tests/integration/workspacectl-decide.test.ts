import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { idleFor, NOW, okSeed } from '../support/rows.ts';

jest.setTimeout(180_000);

const COMMAND = resolve('src/operator/workspacectl.mjs');
const AT_NOW = ['decide', '--now', String(NOW)];

interface Ended {
  code: number | null;
  lines: string[];
  errors: string[];
}

interface Options {
  environment?: Record<string, string>;
  folder?: string;
}

/** The command with nothing of our own environment but where Node is, so that no setting of ours leaks in. */
function start(flags: readonly string[], { environment = {}, folder = tmpdir() }: Options = {}) {
  const env = { PATH: process.env.PATH ?? '', ...environment };
  return spawn(process.execPath, [COMMAND, ...flags], { cwd: folder, env });
}

async function run(
  flags: readonly string[],
  input: string | Iterable<string>,
  options?: Options,
): Promise<Ended> {
  const child = start(flags, options);
  const texts = { out: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    texts.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    texts.error += text;
  });
  const ended = once(child, 'close');
  const source = Readable.from(typeof input === 'string' ? [input] : input);
  // It may refuse its flags before it has read anything.
  await pipeline(source, child.stdin).catch(() => {});
  const [code] = await ended;
  return { code, lines: texts.out.split('\n').slice(0, -1), errors: texts.error.split('\n').slice(0, -1) };
}

const line = (changes: object = {}) => JSON.stringify({ ...okSeed, ...changes });

test('good and bad rows are answered in order, and the shell is told of the bad ones', async () => {
  const input = [
    line(),
    '',
    line({ userId: 'bob', subscriptionStatus: 'suspended', lastActivity: idleFor(3, 1) }),
    'not a row',
    line({ userId: 'eve', lastActivity: NOW * 1000 }),
    line({ userId: 'zoe', lifecycle: 'terminated' }),
  ].join('\n');
  const { code, lines, errors } = await run(AT_NOW, input);
  expect(lines).toEqual([
    `{"clientId":"acme","userId":"ada","action":"active","rule":"within-limits","nextAt":${NOW - 60 + 604_801},"nextAction":"archive","state":"at-rest","wakeAt":${NOW - 60 + 518_401}}`,
    `{"clientId":"acme","userId":"bob","action":"archive","rule":"subscription-suspended","nextAt":null,"nextAction":null,"state":"due","wakeAt":${NOW}}`,
    '{"error":"the line is not JSON: it is \\"not a row\\", expected a row as a JSON object","line":4}',
    `{"error":"lastActivity is ${NOW * 1000}, expected whole epoch seconds (ten digits; thirteen would be milliseconds)","line":5}`,
    '{"clientId":"acme","userId":"zoe","action":"active","rule":"within-limits","nextAt":null,"nextAction":null,"state":"terminated","wakeAt":null}',
  ]);
  expect(errors).toEqual([]);
  expect(code).toBe(1);
});

test('good rows alone end well', async () => {
  expect(await run(AT_NOW, `${line()}\n`)).toMatchObject({ code: 0, errors: [] });
});

test('no rows end well, too', async () => {
  expect(await run(AT_NOW, '')).toEqual({ code: 0, lines: [], errors: [] });
});

test('without --now the clock of the machine counts', async () => {
  const now = Math.floor(Date.now() / 1000);
  const { lines } = await run(
    ['decide'],
    [line({ lastActivity: now - 8 * 86_400 }), '\n', line({ lastActivity: now })],
  );
  expect(lines.map((text) => JSON.parse(text).action)).toEqual(['archive', 'active']);
});

test('the policy is that of the environment', async () => {
  const environment = {
    RETENTION_POLICIES: '{"free":1,"pro":1,"enterprise":1}',
    SUSPENDED_GRACE_DAYS: '40',
    CANCELLED_GRACE_DAYS: '50',
  };
  const { lines } = await run(
    AT_NOW,
    [
      line({ lastActivity: idleFor(1, 1) }),
      '\n',
      line({ subscriptionStatus: 'suspended', lastActivity: idleFor(40, 1) }),
      '\n',
      line({ subscriptionStatus: 'cancelled', lastActivity: idleFor(50, 1) }),
    ],
    { environment },
  );
  expect(lines.map((text) => JSON.parse(text).rule)).toEqual([
    'retention-free',
    'subscription-suspended',
    'subscription-cancelled',
  ]);
});

test.each([
  [['decide', '--now', 'noon'], '--now is "noon", expected whole epoch seconds, e.g. 1767225600'],
  [['decide', '--now', String(NOW * 1000)], `--now is "${NOW * 1000}", expected whole epoch seconds`],
  [['decide', '--now=-1'], '--now is "-1", expected whole epoch seconds'],
  [['decide', '--now', '1.5e9'], '--now is "1.5e9", expected whole epoch seconds'],
  [['decide', '--now'], "option '--now <epoch seconds>' argument missing"],
  [['decide', '--then', '1'], "unknown option '--then', expected: decide [--now <epoch seconds>]"],
  [['decide', 'rows.json'], 'expected: decide [--now <epoch seconds>]'],
  [['undecide'], "unknown command 'undecide'"],
  [[], 'no command is given, expected: one of list, show, explain'],
])('%j is refused in one line', async (flags, message) => {
  const { code, lines, errors } = await run(flags, line());
  expect(errors).toEqual([expect.stringContaining(message)]);
  expect(lines).toEqual([]);
  expect(code).toBe(2);
});

test.each([
  ['RETENTION_POLICIES', '{"free":7}', 'JSON with whole days'],
  ['CANCELLED_GRACE_DAYS', 'seven', 'whole days from 1 to 36500'],
  ['SUSPENDED_GRACE_DAYS', '0', 'whole days from 1 to 36500'],
])('%s %j is refused in one line', async (name, value, takes) => {
  const { code, lines, errors } = await run(AT_NOW, line(), { environment: { [name]: value } });
  expect(errors).toEqual([
    expect.stringContaining(`environment variable ${name} is ${JSON.stringify(value)}, expected ${takes}`),
  ]);
  expect(lines).toEqual([]);
  expect(code).toBe(2);
});

test('help is no failure', async () => {
  const { code, lines } = await run(['--help'], '');
  expect(lines.join('\n')).toContain('decide');
  expect(code).toBe(0);
});

test('100,000 rows go through', async () => {
  function* rows() {
    for (let index = 0; index < 100_000; index += 1) yield `${line({ userId: `user-${index}` })}\n`;
  }
  const { code, lines } = await run(AT_NOW, rows());
  expect(code).toBe(0);
  expect(lines).toHaveLength(100_000);
  expect(JSON.parse(lines[99_999] ?? '').userId).toBe('user-99999');
}, 60_000);

test('a line of 64 MB is answered with an error, and the next row all the same', async () => {
  function* chunks() {
    for (let count = 0; count < 64; count += 1) yield 'x'.repeat(1_048_576);
    yield `\n${line()}\n`;
  }
  const { code, lines } = await run(AT_NOW, chunks(), {
    environment: { NODE_OPTIONS: '--max-old-space-size=64' },
  });
  expect(lines[0]).toBe('{"error":"the line has more than 1048576 bytes, expected a row as JSON","line":1}');
  expect(lines).toHaveLength(2);
  expect(code).toBe(1);
}, 60_000);

test('a reader that has seen enough ends it quietly', async () => {
  const child = start(AT_NOW);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  function* forEver() {
    for (;;) yield `${line()}\n`;
  }
  const writing = pipeline(Readable.from(forEver()), child.stdin).catch(() => {});
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = await once(child, 'close');
  await writing;
  expect(errors).toBe('');
  expect(code).toBe(0);
}, 60_000);
