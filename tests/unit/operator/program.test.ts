import { createProgram } from '../../../src/operator/program.ts';
import { explain } from '../../../src/operator/usage.ts';
import { noCommands } from './no-commands.ts';

/** What a command line prints, what it hands over, and the line for a person. */
async function run(...words: string[]) {
  const given: unknown[] = [];
  let printed = '';
  const take = async (...all: unknown[]) => void given.push(...all);
  const commands = {
    ...noCommands,
    operate: take,
    lookAtFleet: take,
    ask: take,
    doctor: take,
    redrive: take,
  };
  const program = createProgram(commands, {});
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeOut: (text) => {
        printed += text;
      },
    });
  }
  const problem = await program.parseAsync(words, { from: 'user' }).then(
    () => undefined,
    (error) => explain(error),
  );
  return { given, printed, problem };
}

const names = createProgram(noCommands, {}).commands.map((command) => command.name());

test.each(names)(
  'the help of %s has an example, and names the options that all commands take',
  async (name) => {
    const { printed, problem } = await run(name, '--help');
    expect(problem).toBeUndefined();
    expect(printed).toMatch(/\nExample.*\n {2}\$ /s);
    expect(printed).toContain('--stage <name>');
  },
);

test.each<[string[]]>([
  [['--stage', 'prod', '--region', 'eu-central-1', 'list']],
  [['list', '--stage', 'prod', '--region', 'eu-central-1']],
])('where it is may stand anywhere: %j', async (words) => {
  const { given } = await run(...words);
  expect(given[2]).toEqual({ profile: undefined, region: 'eu-central-1', stage: 'prod' });
});

test.each<[string[], unknown]>([
  [
    ['list', '--tier', 'free', '--due-within', '12h', '--limit', '5'],
    { kind: 'list', filters: { tier: 'free', dueWithinSeconds: 43_200 }, limit: 5, all: false },
  ],
  [
    ['list', '--all', '--client', 'acme', '--rate', '500'],
    { all: true, rowsPerSecond: 500, filters: { client: 'acme' } },
  ],
  [['explain', 'acme/ada'], { kind: 'explain', key: { clientId: 'acme', userId: 'ada' } }],
  [['show', 'acme/ada'], { kind: 'show' }],
  [
    ['terminate-now', 'acme/ada', '--reason', 'gdpr', '--yes', 'acme/ada', '--by', 'hr', '--json'],
    { what: 'terminate', by: 'hr', reason: 'gdpr', yes: 'acme/ada', json: true },
  ],
  [['resume', 'acme/ada'], { what: 'return', reason: undefined }],
  [['doctor', '--stage', 'prod', '--canary'], { canary: true, json: false, patienceSeconds: 300 }],
  [
    ['redrive', 'stream', '--stage', 'prod', '--send', '--rate', '5'],
    { kind: 'stream', send: true, perSecond: 5, limit: 1_000 },
  ],
])('%j is understood', async (words, expected) => {
  const { given, problem } = await run(...words);
  expect(problem).toBeUndefined();
  expect(given[0]).toMatchObject(expected as object);
});

test.each<[string[], string]>([
  [['list', '--limit', '0'], '--limit is "0", expected a whole number from 1 to 1000'],
  [['list', '--due-within', '3'], '--due-within is "3", expected so many days or hours, e.g. 3d, 12h'],
  [['list', '--tier', 'gold'], 'Allowed choices are free, pro, enterprise'],
  [['list', 'acme'], 'too many arguments'],
  [['explain', 'ada'], 'the workspace is "ada", expected <client>/<user>, e.g. acme/ada'],
  [['explain'], "missing required argument 'client/user'"],
  [['archive-now', 'acme/ada'], "required option '--reason <text>' not specified"],
  [['doctor'], 'which stage? Expected: doctor --stage <name>'],
  [
    ['doctor', '--stage', 'prod', '--patience', '5'],
    '--patience is "5", expected whole seconds from 10 to 3600',
  ],
  [['redrive', 'stream'], 'which stage?'],
  [['redrive', 'everything', '--stage', 'prod'], 'Allowed choices are stream, deadline, schedule'],
  [
    ['redrive', 'stream', '--stage', 'prod', '--rate', '101'],
    '--rate is "101", expected a whole number from 1 to 100',
  ],
  [['list', '--stage', 'a/b'], '--stage is "a/b", expected 1 to 30 letters, digits and -'],
  [['list', '--region', 'mars'], '--region is "mars", expected a Region, e.g. eu-central-1'],
  [['lst'], "unknown command 'lst' (Did you mean list?), expected: one of list, show"],
])('%j is refused in one line, and nothing is done', async (words, expected) => {
  const { given, problem } = await run(...words);
  expect(problem).toContain(expected);
  expect(problem).not.toContain('\n');
  expect(given).toEqual([]);
});
