import { Command, Option } from 'commander';
import { slipwayVersion } from './slipway-version.ts';
import type { OptionSpec, OptionValues, VerbSpec } from './verb.ts';
import { GLOBAL_OPTIONS, SHOWN_VERBS, VERBS } from './verb-table.ts';

type Act = (verb: VerbSpec, args: readonly string[], options: OptionValues) => Promise<void>;

/**
 * The parser of the command line, made from the table of verbs. What it refuses it throws; see `explainUsage`.
 * @param argv only verbs that it names are made: a word that is none is refused all the same.
 */
export function buildProgram(argv: readonly string[], act: Act): Command {
  const program = bare(new Command('slipway'));
  program.version(slipwayVersion(), '-V, --version', 'version of slipway');
  // `--version` before the verb asks for ours; after it, it is the verb's own (`plan LINE --version V`).
  program.enablePositionalOptions();
  program.helpCommand('help [VERB]', 'this, or all about one verb');
  addOptions(program, GLOBAL_OPTIONS);
  program.configureHelp({ formatHelp: () => overview() });
  program.allowExcessArguments(true);
  program.action(() => {
    const [verb] = program.args;
    // In commander's own form, so that there is one place that explains.
    if (verb !== undefined) program.error(`unknown verb '${verb}'`, { code: 'commander.unknownCommand', exitCode: 2 });
    program.outputHelp();
  });
  const words = new Set(argv);
  for (const verb of VERBS) if (words.has(verb.name)) addVerb(program, verb, act);
  return program;
}

const bare = (command: Command): Command =>
  command
    .configureOutput({ writeErr: () => undefined })
    .exitOverride()
    .helpOption('-h, --help', 'this help')
    .showHelpAfterError(false)
    .showSuggestionAfterError(false);

function addVerb(program: Command, verb: VerbSpec, act: Act): void {
  const command = bare(program.command(verb.name, { hidden: verb.group === undefined })).description(
    `${verb.summary}.`,
  );
  for (const argument of verb.arguments) {
    command.argument(argument.required ? `<${argument.name}>` : `[${argument.name}]`, argument.meaning);
  }
  addOptions(command, verb.options);
  addOptions(command, GLOBAL_OPTIONS, 'Options of every verb:');
  command.allowExcessArguments(false);
  command.configureHelp({ commandUsage: () => usageOf(verb), argumentTerm: (argument) => argument.name() });
  command.action(async (...given: unknown[]) => {
    const args = given.slice(0, verb.arguments.length).filter((value) => value !== undefined) as string[];
    // Options of every verb may stand before the verb too; after it they win.
    await act(verb, args, { ...program.opts(), ...command.opts() });
  });
}

const usageOf = (verb: VerbSpec): string =>
  [
    'slipway',
    verb.name,
    ...verb.arguments.map(({ required, name }) => (required ? name : `[${name}]`)),
    '[options]',
  ].join(' ');

function addOptions(command: Command, options: readonly OptionSpec[], heading?: string): void {
  for (const spec of options) {
    const option = new Option(spec.flag.replace(/ ([A-Z=]+)$/, ' <$1>'), spec.meaning);
    if (heading !== undefined) option.helpGroup(heading);
    if (spec.values !== undefined) option.choices([...spec.values]);
    if (spec.repeats === true)
      option.argParser((value: string, earlier: string[] | undefined) => [...(earlier ?? []), value]);
    // Not set by default: what was given before the verb must not be overwritten by a default after it.
    if (spec.flag.startsWith('--no-')) option.default(undefined);
    command.addOption(option);
  }
}

/** `slipway` and `slipway --help`: every verb on one screen, in the order in which they are needed. */
function overview(): string {
  const groups = [...new Set(SHOWN_VERBS.map((verb) => verb.group))];
  const term = ({ name, arguments: args }: VerbSpec): string =>
    [name, ...args.map((argument) => (argument.required ? argument.name : `[${argument.name}]`))].join(' ');
  const width = Math.max(...SHOWN_VERBS.map((verb) => term(verb).length));
  return [
    'slipway: from a version number to packages that users can install',
    '',
    'usage: slipway VERB [options]        all about one verb: slipway VERB --help',
    ...groups.flatMap((group) => [
      '',
      `${group}:`,
      ...SHOWN_VERBS.filter((verb) => verb.group === group).map(
        (verb) => `  ${term(verb).padEnd(width)}  ${verb.summary}`,
      ),
    ]),
    '',
    'First time here: slipway init, then slipway check, then slipway run main.',
    'Something stopped: slipway status says what, why and what to do.',
    '',
  ].join('\n');
}
