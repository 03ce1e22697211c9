import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import type { OptionValues } from '../verb.ts';

export async function run(context: CliContext, [project]: readonly string[], options: OptionValues): Promise<ExitCode> {
  const { terminal } = context;
  const result = await context.parts.initialise(context, { project, makesKey: options['key'] !== false });
  if (context.output === 'json') {
    terminal.out(JSON.stringify({ exit: EXIT.done, ...result, fingerprint: result.fingerprint ?? null }));
    return EXIT.done;
  }
  for (const file of result.written) terminal.out(`wrote ${file}`);
  for (const file of result.kept) terminal.out(`kept ${file}: it is there already`);
  if (result.fingerprint !== undefined) {
    terminal.out(`signing key ${result.fingerprint}: keep the file secret and out of git, and back it up.`);
  }
  terminal.out('next: slipway check');
  return EXIT.done;
}
