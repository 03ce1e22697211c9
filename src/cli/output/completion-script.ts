import type { Completes, OptionSpec, VerbSpec } from '../verb.ts';

export type Shell = 'bash' | 'zsh' | 'fish';
export const isShell = (text: string): text is Shell => text === 'bash' || text === 'zsh' || text === 'fish';

const longFlag = ({ flag }: OptionSpec): string => flag.split(' ').find((part) => part.startsWith('--')) ?? flag;
const takesValue = ({ flag }: OptionSpec): boolean => flag.includes(' ');
const quote = (text: string): string => text.replaceAll("'", "'\\''");
const offers = (option: OptionSpec): Completes | undefined => option.values ?? option.completes;

/** A completion script, made from the same table as the command line itself. */
export function completionScript(shell: Shell, verbs: readonly VerbSpec[], global: readonly OptionSpec[]): string {
  const shown = verbs.filter((verb) => verb.group !== undefined);
  return { bash, zsh, fish }[shell](shown, global);
}

/** What the shell asks for words that lie in the journal or the config. */
const ask = (kind: string, id = ''): string => `slipway complete ${kind}${id} 2>/dev/null`;

// bash ------------------------------------------------------------------------------------------------------------------

function bash(verbs: readonly VerbSpec[], global: readonly OptionSpec[]): string {
  const valued = new Map<string, OptionSpec>();
  for (const option of [...global, ...verbs.flatMap((verb) => verb.options)])
    if (takesValue(option)) valued.set(longFlag(option), option);
  return [
    '# slipway completion for bash: eval "$(slipway completion bash)"',
    '_slipway() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=',
    // `--output=json` comes as three words
    '  [ "$current" = = ] && current=',
    '  [ "$previous" = = ] && previous=${COMP_WORDS[COMP_CWORD-2]}',
    '  COMPREPLY=()',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W '${verbs.map((verb) => verb.name).join(' ')} help --help --version' -- "$current")); return`,
    '  fi',
    '  case $previous in',
    ...[...valued].map(([flag, option]) => `    ${flag}) ${bashWords(offers(option))}; return ;;`),
    '  esac',
    '  local at=0 i',
    `  for ((i = 2; i < COMP_CWORD; i++)); do case \${COMP_WORDS[i]} in`,
    `    ${[...valued.keys()].join('|')}) i=$((i + 1)) ;; -*) ;; *) at=$((at + 1)) ;; esac; done`,
    '  case ${COMP_WORDS[1]} in',
    ...verbs.map((verb) => bashVerb(verb, global)),
    '  esac',
    '}',
    'complete -F _slipway slipway',
  ].join('\n');
}

function bashVerb(verb: VerbSpec, global: readonly OptionSpec[]): string {
  const flags = [...verb.options, ...global].map(longFlag).join(' ');
  const places = verb.arguments.map((argument, index) => `${index}) ${bashWords(argument.completes)} ;;`).join(' ');
  const atPlace = places === '' ? '' : `case $at in ${places} esac; `;
  return `    ${verb.name}) if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '${flags} --help' -- "$current")); else ${atPlace}:; fi ;;`;
}

function bashWords(completes: Completes | undefined): string {
  const reply = (words: string): string => `COMPREPLY=($(compgen ${words} -- "$current"))`;
  if (completes === undefined) return ':';
  if (completes === 'file') return reply('-f');
  if (completes === 'folder') return reply('-d');
  if (completes === 'step') return reply(`-W "$(${ask('step', ' "${COMP_WORDS[2]}"')})"`);
  if (typeof completes === 'string') return reply(`-W "$(${ask(completes)})"`);
  return reply(`-W '${completes.join(' ')}'`);
}

// zsh -------------------------------------------------------------------------------------------------------------------

const zshText = (text: string): string => quote(text).replace(/[[\]:]/g, '\\$&');

function zsh(verbs: readonly VerbSpec[], global: readonly OptionSpec[]): string {
  const cases = verbs.map((verb) => {
    const flags = [...verb.options, ...global].map((option) => {
      const value = takesValue(option) ? `:value:${zshWords(offers(option))}` : '';
      return `'${option.repeats === true ? '*' : ''}${longFlag(option)}[${zshText(option.meaning)}]${value}'`;
    });
    const places = verb.arguments.map(
      (argument, index) => `'${index + 1}:${argument.name.replace(/[^A-Z]/g, '')}:${zshWords(argument.completes)}'`,
    );
    return `    ${verb.name}) _arguments ${[...flags, ...places].join(' ')} ;;`;
  });
  return [
    '#compdef slipway',
    '# slipway completion for zsh: eval "$(slipway completion zsh)", after compinit',
    '_slipway() {',
    '  local -a verbs',
    `  verbs=(${verbs.map((verb) => `'${verb.name}:${zshText(verb.summary)}'`).join(' ')})`,
    '  if (( CURRENT == 2 )); then _describe verb verbs; return; fi',
    '  local verb=$words[2] release=$words[3]; shift words; (( CURRENT-- ))',
    '  case $verb in',
    ...cases,
    '  esac',
    '}',
    'compdef _slipway slipway',
  ].join('\n');
}

function zshWords(completes: Completes | undefined): string {
  if (completes === undefined) return ' ';
  if (completes === 'file') return '_files';
  if (completes === 'folder') return '_files -/';
  if (completes === 'step') return `($(${ask('step', ' $release')}))`;
  return typeof completes === 'string' ? `($(${ask(completes)}))` : `(${completes.join(' ')})`;
}

// fish ------------------------------------------------------------------------------------------------------------------

function fish(verbs: readonly VerbSpec[], global: readonly OptionSpec[]): string {
  const lines = ['# slipway completion for fish: slipway completion fish | source', 'complete -c slipway -f'];
  for (const verb of verbs) {
    lines.push(`complete -c slipway -n __fish_use_subcommand -a ${verb.name} -d '${fishText(verb.summary)}'`);
    const here = `-n '__fish_seen_subcommand_from ${verb.name}'`;
    for (const option of [...verb.options, ...global]) {
      const value = takesValue(option) ? ` ${fishValue(offers(option))}`.trimEnd() : '';
      lines.push(
        `complete -c slipway ${here} -l ${longFlag(option).slice(2)}${value} -d '${fishText(option.meaning)}'`,
      );
    }
    for (const { completes } of verb.arguments)
      if (completes !== undefined) lines.push(`complete -c slipway ${here} ${fishWords(completes)}`.trimEnd());
  }
  return lines.join('\n');
}

const fishText = (text: string): string => text.replace(/['\\]/g, '\\$&');

/** `-x`: a value is needed, and it is no file. */
const fishValue = (completes: Completes | undefined): string =>
  completes === 'file' ? '-r -F' : `-x ${fishWords(completes)}`.trimEnd();

function fishWords(completes: Completes | undefined): string {
  if (completes === undefined) return '';
  if (completes === 'file') return '-F';
  if (completes === 'folder') return `-a '(__fish_complete_directories)'`;
  if (completes === 'step') return `-a '(${ask('step', ' (commandline -opc)[3]')})'`;
  return typeof completes === 'string' ? `-a '(${ask(completes)})'` : `-a '${completes.join(' ')}'`;
}
