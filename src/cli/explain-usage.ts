import type { Command, CommanderError } from 'commander';
import { nearestKey, suggest } from '../domain/config/nearest-key.ts';
import { UsageError } from './usage-error.ts';
import { GLOBAL_OPTIONS, SHOWN_VERBS, VERBS } from './verb-table.ts';

/** What the parser refused, in our form: what happened, and the nearest thing that would be right. */
export function explainUsage(cause: CommanderError, argv: readonly string[], program: Command): UsageError {
  const quoted = /'([^']*)'/.exec(cause.message)?.[1] ?? '';
  const verb = VERBS.find(({ name }) => name === program.args[0] || name === argv[0]);
  const help = verb === undefined ? 'slipway --help' : `slipway ${verb.name} --help`;
  switch (cause.code) {
    case 'commander.unknownCommand':
      return new UsageError(`There is no verb ${quoted}.`, `${suggestVerb(quoted)}See "slipway --help".`);
    case 'commander.unknownOption': {
      const legal = [...(verb?.options ?? []), ...GLOBAL_OPTIONS].map(({ flag }) => flag.split(' ')[0] ?? flag);
      const of = verb === undefined ? 'slipway' : `slipway ${verb.name}`;
      return new UsageError(`${quoted} is no option of ${of}.`, `${suggest(quoted, legal)} See "${help}".`);
    }
    case 'commander.missingArgument':
      return new UsageError(`${quoted} is missing.`, `See "${help}".`);
    case 'commander.excessArguments':
      return new UsageError(`"slipway ${verb?.name ?? ''}" was given more than it takes.`, `See "${help}".`);
    default: {
      const said = cause.message.replace(/^error: /, '').replace(/^./, (letter) => letter.toUpperCase());
      return new UsageError(said.replace(/\.*$/, '.'), `See "${help}".`);
    }
  }
}

/** All verbs would be a screenful: `--help` has them in order. */
function suggestVerb(written: string): string {
  const near = nearestKey(
    written,
    SHOWN_VERBS.map(({ name }) => name),
  );
  return near === undefined ? '' : `Write "${near}". `;
}
