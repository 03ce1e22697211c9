import type { OpenedWorld } from '../../compose.ts';
import { RehearsalOver, rehearse } from '../../conductor/rehearsal/rehearse.ts';
import { loadRelease } from '../../conductor/release/load-release.ts';
import { done, type VerbOutcome } from '../../conductor/release/verb-outcome.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import type { OptionValues } from '../verb.ts';
import { confirm } from './confirm.ts';
import { withWorld } from './open-place.ts';
import { printOutcome } from './print-outcome.ts';

export interface SingleAct {
  readonly release: string;
  /** What a dry run says. */
  would(state: ReleaseState): string;
  /** Asked before it is done, unless `--yes`; undefined when nobody has to be asked. */
  question?(state: ReleaseState): string;
  act(world: OpenedWorld, signal: AbortSignal): Promise<VerbOutcome>;
}

/** A verb that does one thing: what would be refused is refused first, then somebody is asked, then it is done. */
export async function actOnce(context: CliContext, options: OptionValues, verb: SingleAct): Promise<ExitCode> {
  const dryRun = options['dryRun'] === true;
  const state = await withWorld(context, 'rehearse', async (world) => {
    const before = await loadRelease(world.releases.journal, verb.release);
    await rehearse(() => verb.act(world, AbortSignal.abort(new RehearsalOver('it waits for another process'))));
    return before;
  });
  if (dryRun) return printOutcome(context, done(state, verb.would(state)), true);
  if (verb.question !== undefined) await confirm(context, options, verb.question(state));
  return await withWorld(context, 'read', async (world) =>
    printOutcome(context, await verb.act(world, context.signal)),
  );
}
