import { execFileSync, spawnSync } from 'node:child_process';
import type { Command } from 'commander';
import { createProgram } from '../../../src/operator/program.ts';
import { noCommands } from './no-commands.ts';

const hasShell = (shell: string) => spawnSync(shell, ['--version']).status === 0;
const without = (shell: string) => (hasShell(shell) ? test : test.skip);

let printed = '';
const print = (text: string) => {
  printed += text;
};
const program = createProgram({ ...noCommands, print }, {});

async function scriptFor(shell: string): Promise<string> {
  printed = '';
  await program.parseAsync(['completion', shell], { from: 'user' });
  return printed;
}

/** What bash would offer when these words have been typed, the last one not yet to its end. */
function offered(script: string, ...words: string[]): string[] {
  const asking = `${script}
COMP_WORDS=(workspacectl "$@"); COMP_CWORD=$#; _workspacectl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', asking, 'bash', ...words], { encoding: 'utf8' });
  return out.split('\n').filter((word) => word !== '');
}

const optionsOf = (command: Command) =>
  program
    .createHelp()
    .visibleOptions(command)
    .map(({ long }) => String(long));

test.each(['bash', 'zsh'])('the script for %s names every command and every option', async (shell) => {
  const script = await scriptFor(shell);
  expect(program.commands.length).toBeGreaterThan(18);
  for (const command of program.commands) {
    expect(script).toContain(command.name());
    for (const option of optionsOf(command)) expect(script).toContain(option);
  }
  for (const option of optionsOf(program)) expect(script).toContain(option);
});

describe('in bash', () => {
  without('bash')('the script is one, and completes the program', async () => {
    const script = await scriptFor('bash');
    expect(spawnSync('bash', ['-n'], { input: script }).status).toBe(0);
    const known = execFileSync('bash', ['-c', `${script}\ncomplete -p workspacectl`], { encoding: 'utf8' });
    expect(known).toBe('complete -F _workspacectl workspacectl\n');
  });

  without('bash')('every command is offered, and every option of each', async () => {
    const script = await scriptFor('bash');
    const names = offered(script, '');
    expect(names).toEqual(expect.arrayContaining(program.commands.map((command) => command.name())));
    const some = program.commands.filter((command) => ['list', 'redrive', 'hold'].includes(command.name()));
    for (const command of some) {
      expect(offered(script, command.name(), '-').sort()).toEqual(
        [...new Set([...optionsOf(command), ...optionsOf(program)])].sort(),
      );
    }
  });

  without('bash').each<[string[], string[]]>([
    [['arch'], ['archive-now']],
    [
      ['list', '--tier', ''],
      ['free', 'pro', 'enterprise'],
    ],
    [['list', '--tier', 'p'], ['pro']],
    [['--stage', 'prod', 'redr'], ['redrive']],
    [['--stage', 'prod', 'list', '--tier', 'e'], ['enterprise']],
    [
      ['list', '--stage', 'list', '--sta'],
      ['--status', '--state', '--stage'],
    ],
    [['hold', 'acme/ada', '--reason', ''], []],
    [['completion', 'z'], ['zsh']],
  ])('%j', async (words, expected) => {
    expect(offered(await scriptFor('bash'), ...words)).toEqual(expected);
  });
});

without('zsh')('in zsh the script is one', async () => {
  expect(spawnSync('zsh', ['-n'], { input: await scriptFor('zsh') }).status).toBe(0);
});

test('another shell is refused, with those that there are', async () => {
  await expect(program.parseAsync(['completion', 'fish'], { from: 'user' })).rejects.toThrow(
    'Allowed choices are bash, zsh',
  );
});
