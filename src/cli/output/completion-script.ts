import type { OptionSpec, VerbSpec } from '../verb.ts';

export type Shell = 'bash' | 'zsh' | 'fish';
export const isShell = (text: string): text is Shell => text === 'bash' || text === 'zsh' || text === 'fish';

const longFlag = ({ flag }: OptionSpec): string => flag.split(' ').find((part) => part.startsWith('--')) ?? flag;
const quote = (text: string): string => text.replaceAll("'", "'\\''");

/** What follows a verb: release ids are asked from the journal of the folder, the rest is fixed. */
const RELEASES = `slipway list --output json 2>/dev/null | grep -o '"release":"[^"]*"' | cut -d'"' -f4`;

/** A completion script, made from the same table as the command line itself. */
export function completionScript(shell: Shell, verbs: readonly VerbSpec[], global: readonly OptionSpec[]): string {
  return { bash, zsh, fish }[shell](verbs, global);
}

function wordsOf(verb: VerbSpec): string {
  const fixed = verb.arguments.flatMap(({ completes }) => (Array.isArray(completes) ? completes : []));
  return fixed.join(' ');
}

const takesRelease = (verb: VerbSpec): boolean => verb.arguments.some(({ completes }) => completes === 'release');

function bash(verbs: readonly VerbSpec[], global: readonly OptionSpec[]): string {
  const cases = verbs.map((verb) => {
    const flags = [...verb.options, ...global].map((option) => longFlag(option)).join(' ');
    const releases = takesRelease(verb) ? ` $(${RELEASES})` : '';
    return `    ${verb.name}) words="${[flags, wordsOf(verb)].filter((part) => part !== '').join(' ')}${releases}" ;;`;
  });
  return [
    '# slipway completion for bash: eval "$(slipway completion bash)"',
    '_slipway() {',
    '  local current=${COMP_WORDS[COMP_CWORD]} words',
    '  case ${COMP_WORDS[1]} in',
    ...cases,
    `    *) words="${verbs.map((verb) => verb.name).join(' ')}" ;;`,
    '  esac',
    `  [ "$COMP_CWORD" -gt 1 ] || words="${verbs.map((verb) => verb.name).join(' ')}"`,
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _slipway slipway',
  ].join('\n');
}

function zsh(verbs: readonly VerbSpec[], global: readonly OptionSpec[]): string {
  const cases = verbs.map((verb) => {
    const flags = [...verb.options, ...global].map((option) => `'${longFlag(option)}[${quote(option.meaning)}]'`);
    const releases = takesRelease(verb) ? ` '*:release:($(${RELEASES}))'` : '';
    const fixed = wordsOf(verb) === '' ? '' : ` '1:what:(${wordsOf(verb)})'`;
    return `    ${verb.name}) _arguments ${flags.join(' ')}${releases}${fixed} ;;`;
  });
  return [
    '#compdef slipway',
    '# slipway completion for zsh: eval "$(slipway completion zsh)"',
    '_slipway() {',
    '  local -a verbs',
    `  verbs=(${verbs.map((verb) => `'${verb.name}:${quote(verb.summary)}'`).join(' ')})`,
    '  if (( CURRENT == 2 )); then _describe verb verbs; return; fi',
    '  local verb=$words[2]; shift words; (( CURRENT-- ))',
    '  case $verb in',
    ...cases,
    '  esac',
    '}',
    'compdef _slipway slipway',
  ].join('\n');
}

function fish(verbs: readonly VerbSpec[], global: readonly OptionSpec[]): string {
  const lines = ['# slipway completion for fish: slipway completion fish | source', 'complete -c slipway -f'];
  for (const verb of verbs) {
    lines.push(`complete -c slipway -n __fish_use_subcommand -a ${verb.name} -d '${quote(verb.summary)}'`);
    const here = `-n '__fish_seen_subcommand_from ${verb.name}'`;
    for (const option of [...verb.options, ...global]) {
      lines.push(`complete -c slipway ${here} -l ${longFlag(option).slice(2)} -d '${quote(option.meaning)}'`);
    }
    if (takesRelease(verb)) lines.push(`complete -c slipway ${here} -a '(${quote(RELEASES)})'`);
    if (wordsOf(verb) !== '') lines.push(`complete -c slipway ${here} -a '${wordsOf(verb)}'`);
  }
  return lines.join('\n');
}
