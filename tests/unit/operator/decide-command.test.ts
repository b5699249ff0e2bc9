import { createProgram } from '../../../src/operator/program.ts';
import { explain } from '../../../src/operator/usage.ts';
import { NOW } from '../../support/rows.ts';
import { noCommands } from './no-commands.ts';

/** What a command line does: what `decide` was given, what is printed, and the line for a person. */
async function run(...words: string[]) {
  const decide = jest.fn(async () => {});
  let printed = '';
  const program = createProgram({ ...noCommands, decide }, {});
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeOut: (text) => {
        printed += text;
      },
    });
  }
  const problem = await program.parseAsync(words, { from: 'user' }).then(() => undefined, explain);
  const [call] = decide.mock.calls as unknown[][];
  return { decided: call?.slice(0, 1), printed, problem };
}

test.each([
  [['decide'], {}],
  [['decide', '--now', String(NOW)], { now: NOW }],
])('%j decides', async (words, flags) => {
  expect(await run(...words)).toEqual({ decided: [flags], printed: '', problem: undefined });
});

test.each<[string[], unknown]>([
  [
    ['decide', 'foo'],
    'decide takes no argument "foo", it reads rows from its standard input, expected: decide [--now <epoch seconds>] < rows.jsonl',
  ],
  [['decide', '--now', 'noon'], '--now is "noon", expected whole epoch seconds, e.g. 1767225600'],
  [
    ['decide', '--control', '{"enforcement":"on"}'],
    '--control: enforcement is "on", expected off, observe or enforce',
  ],
  [
    ['decide', '--control', 'observe'],
    '--control is "observe", expected JSON, e.g. {"enforcement":"observe"}',
  ],
  [['decide', '--then'], "unknown option '--then', expected: decide [--now <epoch seconds>]"],
  [
    [],
    expect.stringMatching(/^no command is given, expected: one of .*decide, doctor, .*, each with --help$/),
  ],
])('%j is refused in one sentence, and nothing is decided', async (words, problem) => {
  expect(await run(...words)).toEqual({ decided: undefined, printed: '', problem });
});

test('the help of decide has the formats, the exit codes and an example', async () => {
  const { printed, problem } = await run('decide', '--help');
  expect(printed).toContain('{"clientId","userId","action","rule","nextAt","nextAction","state","wakeAt"}');
  expect(printed).toContain('{"error","line"}');
  expect(printed).toContain('Exit: 0 all rows were good, 1 some were not, 2 flags or environment were not.');
  expect(printed).toContain('decide --now 1767312000 < rows.jsonl');
  expect(problem).toBeUndefined();
});

test('what is thrown and is no error of the command line is told as it is', () => {
  expect(explain(new Error('broken pipe'))).toBe('broken pipe');
  expect(explain('broken')).toBe('broken');
});
