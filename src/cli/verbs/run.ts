import { planRelease } from '../../conductor/release/plan-release.ts';
import { resumeRelease } from '../../conductor/release/release-verbs.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import { actorOf, withWorld } from '../acting/open-place.ts';
import { printOutcome } from '../acting/print-outcome.ts';
import { readConfig } from '../acting/read-config.ts';
import type { CliContext } from '../context.ts';
import { showProgress } from '../live/show-progress.ts';
import { ReasonNeededError } from '../usage-error.ts';
import { type OptionValues, text, texts } from '../verb.ts';
import { run as plan, printWarnings } from './plan.ts';

export async function run(context: CliContext, args: readonly string[], options: OptionValues): Promise<ExitCode> {
  const [line = ''] = args;
  const [branch, version, reason] = [text(options['branch']), text(options['version']), text(options['reason'])];
  const skip = texts(options['skip']);
  if (skip.length > 0 && reason === undefined) throw new ReasonNeededError(`run ${line} --skip ${skip.join(', ')}`);
  if (options['dryRun'] === true) return await plan(context, args, options);
  const planned = await readConfig(context, { line, ...(branch !== undefined && { branch }) });
  return await withWorld(context, 'create', async (world) => {
    const actor = actorOf(context.env);
    const position = await world.journal.head();
    const request = { line, planned, actor, dryRun: false, ...(version !== undefined && { version }) };
    const { plan: opened, warnings } = await planRelease(world.releases, request);
    if (context.output !== 'json') printWarnings(context.terminal, warnings);
    const { release } = opened;
    const { signal } = context;
    const goOn = { release, actor, signal, skip, ...(reason !== undefined && { reason }) };
    const outcome = await showProgress(context, world, { release, goal: 'end', position }, () =>
      resumeRelease(world.releases, goOn),
    );
    return printOutcome(context, outcome);
  });
}
