import { Argument, type Command } from 'commander';
import { throwUsage } from '../usage.ts';
import { bashCompletion } from './bash.ts';
import { commandWords, commonOptions } from './words.ts';
import { zshCompletion } from './zsh.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion };

const DETAILS = `
The script has every command and option of this version. It is for the program's own name: with npm run there is none.

Example, for the shell that runs:
  $ source <(workspacectl completion bash)
For every new one, put that line into ~/.bashrc; for zsh, save it as _workspacectl in a folder of fpath.`;

/** Adds `completion` to `workspacectl`; to be added last, or at least asked last: it tells of what is there then. */
export function addCompletion(program: Command, print: (text: string) => void): void {
  program
    .command('completion')
    .description('Prints a script that completes commands and options in a shell.')
    .addArgument(new Argument('<shell>', 'whose').choices(Object.keys(SHELLS)))
    .exitOverride(throwUsage('completion bash|zsh'))
    .addHelpText('after', DETAILS)
    .action((shell: keyof typeof SHELLS) =>
      print(SHELLS[shell](program.name(), commandWords(program), commonOptions(program))),
    );
}
