import { createProgram } from '../../../src/operator/program.ts';
import { explain } from '../../../src/operator/usage.ts';
import { noCommands } from './no-commands.ts';

const ID = 'fs-0123456789abcdef0';
const OTHER = 'fs-89abcdef';
const USAGE = 'expected: secure-filesystem --check|--apply [--file-system <fs-…>]';

/** What a command line does: what is to be secured and how, what is printed, and the line for a person. */
async function run(words: string[], environment: Record<string, string> = { EFS_FILE_SYSTEM_ID: ID }) {
  const secureFileSystem = jest.fn(async () => {});
  let printed = '';
  const program = createProgram({ ...noCommands, secureFileSystem }, environment);
  for (const command of [program, ...program.commands]) {
    command.configureOutput({
      writeOut: (text) => {
        printed += text;
      },
    });
  }
  const problem = await program.parseAsync(words, { from: 'user' }).then(() => undefined, explain);
  const [call] = secureFileSystem.mock.calls as unknown[][];
  return { asked: call?.slice(0, 2), printed, problem };
}

test.each<[string[], Record<string, string>, unknown[]]>([
  [['--check'], { EFS_FILE_SYSTEM_ID: ID }, [ID, 'check']],
  [['--apply'], { EFS_FILE_SYSTEM_ID: ID }, [ID, 'apply']],
  [['--check', '--file-system', OTHER], {}, [OTHER, 'check']],
  [['--file-system', OTHER, '--apply'], { EFS_FILE_SYSTEM_ID: ID }, [OTHER, 'apply']],
  [['--check', '--file-system', OTHER], { EFS_FILE_SYSTEM_ID: 'nonsense' }, [OTHER, 'check']],
])('%j with %j', async (flags, environment, asked) => {
  expect(await run(['secure-filesystem', ...flags], environment)).toEqual({
    asked,
    printed: '',
    problem: undefined,
  });
});

test.each<[string[], Record<string, string>, string]>([
  [[], { EFS_FILE_SYSTEM_ID: ID }, `neither --check nor --apply is given, ${USAGE}`],
  [['--check', '--apply'], { EFS_FILE_SYSTEM_ID: ID }, `--check and --apply exclude each other, ${USAGE}`],
  [['--chekc'], { EFS_FILE_SYSTEM_ID: ID }, `unknown option '--chekc'`],
  [['--check', '--file-system'], {}, `option '--file-system <id>' argument missing, ${USAGE}`],
  [
    ['--check', ID],
    { EFS_FILE_SYSTEM_ID: ID },
    `too many arguments for 'secure-filesystem'. Expected 0 arguments but got 1, ${USAGE}`,
  ],
  [
    ['--check'],
    {},
    'no file system is named, expected --file-system <fs-…> or the environment variable EFS_FILE_SYSTEM_ID',
  ],
  [['--check'], { EFS_FILE_SYSTEM_ID: '' }, 'no file system is named'],
  [
    ['--check'],
    { EFS_FILE_SYSTEM_ID: 'efs' },
    'environment variable EFS_FILE_SYSTEM_ID is "efs", expected the id of a file system, e.g. fs-0123456789abcdef0',
  ],
  [['--check', '--file-system', ''], { EFS_FILE_SYSTEM_ID: ID }, '--file-system is "", expected the id'],
  [['--check', '--file-system', 'fsap-0123456789abcdef0'], {}, '--file-system is "fsap-0123456789abcdef0"'],
])('%j with %j is refused in one sentence, and nothing is done', async (flags, environment, message) => {
  const { asked, problem } = await run(['secure-filesystem', ...flags], environment);
  expect(problem).toContain(message);
  expect(problem).not.toContain('\n');
  expect(asked).toBeUndefined();
});

test('the help says what it asks for, what to see to before, the exit codes and an example', async () => {
  const { printed, problem } = await run(['secure-filesystem', '--help']);
  expect(printed).toContain('WorkspaceCleanupDenyInsecureTransport');
  expect(printed).toContain('WorkspaceCleanupDenyWithoutAccessPoint');
  expect(printed).toContain('elasticfilesystem:ClientMount and ClientWrite');
  expect(printed).toContain('Exit: 0 it is secure, 1 it is not, 2 flags, environment or AWS');
  expect(printed).toContain('secure-filesystem --check --file-system fs-0123456789abcdef0');
  expect(problem).toBeUndefined();
});

test('the help of all names both commands', async () => {
  const { printed, problem } = await run(['--help']);
  expect(printed).toMatch(/^ {2}decide .*Reads rows/m);
  expect(printed).toMatch(/^ {2}secure-filesystem .*Checks/m);
  expect(problem).toBeUndefined();
});
