import type { Command, Option } from 'commander';

/** What can be typed behind one another, taken from the program itself. */
export interface CommandWords {
  name: string;
  description: string;
  options: OptionWords[];
  /** What its first argument may be; empty where that is free. */
  values: string[];
}

export interface OptionWords {
  /** e.g. `--tier`. */
  flag: string;
  description: string;
  takesValue: boolean;
  /** What its value may be; empty where that is free. */
  values: string[];
}

/** Every command of the program with every option that it takes, those that all take included, and its help. */
export function commandWords(program: Command): CommandWords[] {
  const help = program.createHelp();
  const common = help.visibleOptions(program).map(optionWords);
  return help.visibleCommands(program).map((command) => {
    const own = help.visibleOptions(command).map(optionWords);
    const [argument] = command.registeredArguments;
    return {
      name: command.name(),
      description: command.description(),
      options: [...own, ...common.filter(({ flag }) => own.every((option) => option.flag !== flag))],
      values: argument?.argChoices ?? [],
    };
  });
}

/** The options that stand before the name of a command, too. */
export function commonOptions(program: Command): OptionWords[] {
  return program.createHelp().visibleOptions(program).map(optionWords);
}

function optionWords({ long, short, description, required, optional, argChoices }: Option): OptionWords {
  return {
    flag: long ?? short ?? '',
    description,
    takesValue: required || optional,
    values: argChoices ?? [],
  };
}
