import { projectName } from '../../domain/config/initial-config.ts';
import { EXIT, type ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { printJson } from '../output/print-json.ts';
import { UsageError } from '../usage-error.ts';
import type { OptionValues } from '../verb.ts';

export async function run(context: CliContext, [project]: readonly string[], options: OptionValues): Promise<ExitCode> {
  const { terminal } = context;
  if (project !== undefined && projectName(project) !== project) {
    throw new UsageError(
      `"${project}" cannot be the name of a project: it may hold a-z, 0-9 and -.`,
      `Write "slipway init ${projectName(project)}".`,
    );
  }
  const dryRun = options['dryRun'] === true;
  const result = await context.parts.initialise(context, { project, makesKey: options['key'] !== false, dryRun });
  if (context.output === 'json') {
    const { written, kept, fingerprint } = result;
    printJson(terminal, { exit: EXIT.done, written, kept, fingerprint: fingerprint ?? null, dryRun });
    return EXIT.done;
  }
  for (const file of result.written) terminal.out(`${dryRun ? 'would write' : 'wrote'} ${file}`);
  for (const file of result.kept) terminal.out(`kept ${file}: it is there already`);
  if (result.fingerprint !== undefined) {
    terminal.out(`signing key ${result.fingerprint}: keep the file secret and out of git, and back it up.`);
  }
  terminal.out('next: slipway check');
  return EXIT.done;
}
