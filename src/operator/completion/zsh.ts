import type { CommandWords, OptionWords } from './words.ts';

/** A script for zsh, to be sourced or put into a folder of `fpath` as `_<name>`. */
export function zshCompletion(
  name: string,
  commands: readonly CommandWords[],
  common: readonly OptionWords[],
): string {
  const described = commands.map(({ name: one, description }) => `    ${quoted(`${one}:${description}`)}`);
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh)
_${name}() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${described.join('\n')}
  )
  _arguments -C \\
${common.map((option) => `    ${optionSpec(option)} \\`).join('\n')}
    '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $words[1] in
${commands.map(argumentCase).join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _${name} ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function argumentCase({ name, options, values }: CommandWords): string {
  const specs = options.map(optionSpec);
  const argument = values.length > 0 ? [quoted(`1:value:(${values.join(' ')})`)] : [];
  return `        ${name}) _arguments ${[...specs, ...argument].join(' ')} ;;`;
}

function optionSpec({ flag, description, takesValue, values }: OptionWords): string {
  // Colons and brackets mean something in a specification.
  const words = description.replace(/[[\]:\\]/g, '\\$&');
  const value = takesValue
    ? `:value:${values.length > 0 ? `(${values.join(' ').replaceAll(':', '\\:')})` : ''}`
    : '';
  return quoted(`${flag}[${words}]${value}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
