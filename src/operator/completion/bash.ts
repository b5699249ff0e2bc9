import type { CommandWords, OptionWords } from './words.ts';

/** A script for bash, to be sourced. It asks the program nothing: all words are in it. */
export function bashCompletion(
  name: string,
  commands: readonly CommandWords[],
  common: readonly OptionWords[],
): string {
  const valued = common.filter(({ takesValue }) => takesValue).map(({ flag }) => flag);
  return `# Completion of ${name} for bash: source <(${name} completion bash)
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case $word in
      ${valued.join('|')}) ((index++)) ;;
      -*) ;;
      *) command=$word; break ;;
    esac
  done
  local words=
  case "$command $previous" in
${commands.flatMap(valueCases).join('\n')}
    *)
      case $command in
${commands.map(wordsCase).join('\n')}
        *) words=${quoted([...commands.map((one) => one.name), ...common.map(({ flag }) => flag)])} ;;
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _${name} ${name}
`;
}

/** What may follow an option that takes a value. */
function valueCases({ name, options }: CommandWords): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ flag, values }) => `    ${quoted([name, flag])}) words=${quoted(values)} ;;`);
}

function wordsCase({ name, options, values }: CommandWords): string {
  return `        ${name}) words=${quoted([...values, ...options.map(({ flag }) => flag)])} ;;`;
}

/** Words as one word of the shell. They are of this program: letters, digits, - and :. */
function quoted(words: readonly string[]): string {
  return `'${words.join(' ')}'`;
}
