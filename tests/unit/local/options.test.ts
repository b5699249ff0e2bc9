import { CommanderError } from 'commander';
import { readOptions } from '../../../src/local/options.ts';

let printed: jest.SpyInstance;
beforeEach(() => {
  printed = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => printed.mockRestore());

test('without flags: the sample fleet, a day per second', () => {
  expect(readOptions([])).toEqual({
    speed: 86_400,
    port: 4566,
    httpPort: 4567,
    consolePort: 0,
    console: true,
    data: '.local',
    empty: false,
    once: false,
    json: false,
    deliverTwice: false,
  });
});

test.each([
  ['empty is in real time', ['--empty'], 1],
  ['once jumps', ['--once'], Number.POSITIVE_INFINITY],
  ['what is asked for', ['--once', '--speed', '60'], 60],
  ['the slowest', ['--speed', '1'], 1],
  ['the fastest', ['--speed', '86400000'], 86_400_000],
])('speed: %s', (_, flags, speed) => {
  expect(readOptions(flags).speed).toBe(speed);
});

test.each([
  [['--speed', '0.5'], "'0.5' is invalid. Expected a number from 1 to 86400000"],
  [['--speed', '86400001'], "'86400001' is invalid. Expected a number from 1 to 86400000"],
  [['--speed', 'fast'], "'fast' is invalid. Expected a number from 1 to 86400000"],
  [['--port', '65536'], "'65536' is invalid. Expected a port"],
  [['--port', '-1'], 'is invalid. Expected a port'],
  [['--http-port', '4567x'], "'4567x' is invalid. Expected a port"],
  [['--data', ''], 'Expected the path of a folder'],
  [['--wipe'], "unknown option '--wipe'"],
  [['fast'], 'too many arguments'],
  [['--once', '--empty'], "cannot be used with '--empty'"],
])('%j is refused in one line that says which, the value, and what it takes', (flags, message) => {
  expect(() => readOptions(flags)).toThrow(CommanderError);
  const lines = printed.mock.calls
    .map(([text]) => String(text))
    .join('')
    .trim()
    .split('\n');
  expect(lines).toEqual([expect.stringContaining(message)]);
});

test('the help covers the three ways to run it, the defaults of the speed, and has no noise', () => {
  const help = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    expect(() => readOptions(['--help'])).toThrow(CommanderError);
    const text = help.mock.calls.map(([part]) => String(part)).join('');
    const words = text.replace(/\s+/g, ' ');
    expect(words).toContain('with --once, the same fleet as fast as it can be played');
    expect(words).toContain('with --empty, no fleet but yours');
    expect(words).toContain(
      '(default: 86400, a day per second; with --empty 1, real time; with --once it jumps from event to event)',
    );
    expect(words).toContain('$ npm start -- --once');
    expect(words).not.toContain('default: false');
  } finally {
    help.mockRestore();
  }
});

test('switches that are given are on', () => {
  expect(readOptions(['--once', '--json', '--deliver-twice'])).toMatchObject({
    once: true,
    json: true,
    deliverTwice: true,
    empty: false,
  });
});
