import { Command, CommanderError, Option } from 'commander';
import { createParts, type SlipwayParts } from '../compose.ts';
import { EXIT, type ExitCode } from '../kernel/exit-code.ts';
import type { CliContext } from './context.ts';
import { processTerminal } from './output/process-terminal.ts';
import { reportError } from './output/report-error.ts';
import { slipwayVersion } from './slipway-version.ts';
import { UsageError } from './usage-error.ts';
import { type OptionSpec, type OptionValues, text, texts, type VerbSpec } from './verb.ts';
import { GLOBAL_OPTIONS, VERBS } from './verb-table.ts';

/**
 * Parses the arguments, runs the verb, and turns what it throws into words and an exit code. Never rejects.
 * @param parts other adapters than this machine's own: for tests that put a peer of their own in one place.
 */
export async function runCommandLine(argv: readonly string[], parts = createParts()): Promise<ExitCode> {
  const interrupt = listenForInterrupt();
  let exit: ExitCode = EXIT.done;
  const program = buildProgram(async (verb, args, options) => {
    const context = contextOf(options, interrupt.signal, parts);
    try {
      exit = await (await verb.load()).run(context, args, options);
    } catch (cause) {
      exit = reportError(cause, context.terminal, context.output);
    }
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (cause) {
    exit = usageExit(cause, argv);
  } finally {
    interrupt.stop();
  }
  return exit;
}

type Act = (verb: VerbSpec, args: readonly string[], options: OptionValues) => Promise<void>;

function buildProgram(act: Act): Command {
  const program = new Command('slipway')
    .description('From a version number to packages that users can install.')
    .configureOutput({ writeErr: () => undefined })
    .exitOverride()
    .helpOption('-h, --help', 'this help')
    .showHelpAfterError(false);
  program.version(slipwayVersion(), '-V, --version', 'version of slipway');
  // `--version` before the verb asks for ours; after it, it is the verb's own (`plan LINE --version V`).
  program.enablePositionalOptions();
  program.action(() => program.outputHelp());
  for (const verb of VERBS) {
    const command = program.command(verb.name).description(verb.summary).exitOverride();
    for (const argument of verb.arguments) {
      const name = argument.variadic === true ? `${argument.name}...` : argument.name;
      command.argument(argument.required ? `<${name}>` : `[${name}]`, argument.meaning);
    }
    addOptions(command, [...verb.options, ...GLOBAL_OPTIONS]);
    command.action(async (...given: unknown[]) => {
      const args = given.slice(0, verb.arguments.length).filter((value) => value !== undefined) as string[];
      await act(verb, args, command.opts());
    });
  }
  return program;
}

function addOptions(command: Command, options: readonly OptionSpec[]): void {
  for (const spec of options) {
    const option = new Option(spec.flag.replace(/ ([A-Z=]+)$/, ' <$1>'), spec.meaning);
    if (spec.values !== undefined) option.choices([...spec.values]);
    if (spec.repeats === true)
      option.argParser((value: string, earlier: string[] | undefined) => [...(earlier ?? []), value]);
    command.addOption(option);
  }
}

function contextOf(options: OptionValues, signal: AbortSignal, parts: SlipwayParts): CliContext {
  const output = options['output'] === 'json' ? 'json' : 'text';
  const terminal = processTerminal({ color: options['color'] !== false, isJson: output === 'json' });
  return {
    commandLine: { verbs: VERBS, options: GLOBAL_OPTIONS },
    warn: (line) => terminal.err(line),
    cwd: process.cwd(),
    env: process.env,
    configFile: text(options['config']),
    stateFolder: text(options['state']) ?? (process.env['SLIPWAY_STATE'] || undefined),
    set: texts(options['set']).map((assignment) => parseAssignment(assignment)),
    output,
    terminal,
    signal,
    parts,
  };
}

function parseAssignment(assignment: string): readonly [string, string] {
  const [path, ...rest] = assignment.split('=');
  if (path === undefined || path === '' || rest.length === 0) {
    throw new UsageError(`--set ${assignment} is not PATH=VALUE.`, 'Write it like --set agents.linux.timeout=45m.');
  }
  return [path, rest.join('=')];
}

/** Help and version are no failures; everything else that commander refuses is a usage error, said in our own form. */
function usageExit(cause: unknown, argv: readonly string[]): ExitCode {
  if (cause instanceof CommanderError && cause.exitCode === 0) return EXIT.done;
  const isJson = argv.includes('json') && argv.includes('--output');
  const terminal = processTerminal({ color: !argv.includes('--no-color'), isJson });
  if (!(cause instanceof CommanderError)) return reportError(cause, terminal, isJson ? 'json' : 'text');
  const happened = cause.message.replace(/^error: /, '').replace(/^./, (letter) => letter.toUpperCase());
  const verb = VERBS.find((candidate) => candidate.name === argv[0]);
  const help = verb === undefined ? 'slipway --help' : `slipway ${verb.name} --help`;
  return reportError(
    new UsageError(`${happened}.`.replace(/\.\.$/, '.'), `See "${help}".`),
    terminal,
    isJson ? 'json' : 'text',
  );
}

/** The first Ctrl-C asks to stop where that is safe; the second ends the process at once. */
function listenForInterrupt(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
