import { type Command, CommanderError } from 'commander';
import { createParts, type SlipwayParts } from '../compose.ts';
import { EXIT, type ExitCode } from '../kernel/exit-code.ts';
import { buildProgram } from './build-program.ts';
import type { CliContext } from './context.ts';
import { explainUsage } from './explain-usage.ts';
import { listenForInterrupt } from './interrupt.ts';
import { processTerminal } from './output/process-terminal.ts';
import { reportError } from './output/report-error.ts';
import { UsageError } from './usage-error.ts';
import { type OptionValues, text, texts, type VerbSpec } from './verb.ts';
import { GLOBAL_OPTIONS, VERBS } from './verb-table.ts';

/**
 * Parses the arguments, runs the verb, and turns what it throws into words and an exit code. Never rejects.
 * @param parts other adapters than this machine's own: for tests that put a peer of their own in one place.
 */
export async function runCommandLine(argv: readonly string[], parts = createParts()): Promise<ExitCode> {
  let exit: ExitCode = EXIT.done;
  const program = buildProgram(argv, async (verb, args, options) => {
    exit = await runVerb(verb, args, options, parts);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (cause) {
    exit = usageExit(cause, argv, program);
  }
  return exit;
}

async function runVerb(
  verb: VerbSpec,
  args: readonly string[],
  options: OptionValues,
  parts: SlipwayParts,
): Promise<ExitCode> {
  const output = options['output'] === 'json' ? 'json' : 'text';
  const onLost = (): void => failAtExit(verb);
  const terminal = processTerminal({ color: options['color'] !== false, isJson: output === 'json', onLost });
  const interrupt = listenForInterrupt((cause) => reportError(cause, terminal, output));
  try {
    const context: CliContext = {
      commandLine: { verbs: VERBS, options: GLOBAL_OPTIONS },
      warn: (line) => terminal.err(line),
      cwd: process.cwd(),
      env: process.env,
      configFile: text(options['config']),
      stateFolder: text(options['state']) ?? (process.env['SLIPWAY_STATE'] || undefined),
      set: texts(options['set']).map((assignment) => parseAssignment(assignment)),
      output,
      terminal,
      get signal() {
        return interrupt.signal;
      },
      parts,
    };
    return await (await verb.load()).run(context, args, options);
  } catch (cause) {
    return reportError(cause, terminal, output);
  } finally {
    interrupt.stop();
  }
}

/**
 * Of a verb that only reads, its words are all there is: without them it has failed. What another verb did is done all the
 * same, and who ran it again because of a full disk would do it twice.
 */
function failAtExit({ options }: VerbSpec): void {
  const writes = options.some(({ flag }) => flag === '--dry-run');
  if (!writes)
    process.once('exit', (code) => {
      process.exitCode = code === EXIT.done ? EXIT.failed : code;
    });
}

function parseAssignment(assignment: string): readonly [string, string] {
  const [path, ...rest] = assignment.split('=');
  if (path === undefined || path === '' || rest.length === 0) {
    throw new UsageError(`--set ${assignment} is not PATH=VALUE.`, 'Write it like --set agents.linux.timeout=45m.');
  }
  return [path, rest.join('=')];
}

/** Help and version are no failures; everything else that cannot be parsed is a usage error, said in our own form. */
function usageExit(cause: unknown, argv: readonly string[], program: Command): ExitCode {
  if (cause instanceof CommanderError && cause.exitCode === 0) return EXIT.done;
  const isJson = argv.some(
    (word, index) => word === '--output=json' || (word === 'json' && argv[index - 1] === '--output'),
  );
  const terminal = processTerminal({ color: !argv.includes('--no-color'), isJson });
  const error = cause instanceof CommanderError ? explainUsage(cause, argv, program) : cause;
  return reportError(error, terminal, isJson ? 'json' : 'text');
}
