import type { OpenedWorld } from '../../compose.ts';
import { loadRelease } from '../../conductor/release/load-release.ts';
import type { GoOnRequest } from '../../conductor/release/release-verbs.ts';
import type { VerbOutcome } from '../../conductor/release/verb-outcome.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { showProgress } from '../live/show-progress.ts';
import { printable } from '../output/paint.ts';
import { ReasonNeededError } from '../usage-error.ts';
import { type OptionValues, text, texts } from '../verb.ts';
import { actorOf, withWorld } from './open-place.ts';
import { printOutcome } from './print-outcome.ts';
import { readConfig } from './read-config.ts';

export interface Conducting {
  act(world: OpenedWorld, request: GoOnRequest): Promise<VerbOutcome>;
  /** What it would do, without writing. */
  dryRun(world: OpenedWorld): Promise<VerbOutcome>;
  /** Is the config file read again for a release in that state? */
  readsConfig(state: ReleaseState): boolean;
}

/** Works on one release in this process, and shows what happens meanwhile. */
export async function conduct(
  context: CliContext,
  release: string,
  options: OptionValues,
  verb: Conducting,
): Promise<ExitCode> {
  const reason = text(options['reason']);
  const skip = texts(options['skip']);
  if (skip.length > 0 && reason === undefined) throw new ReasonNeededError(`--skip ${skip.join(', ')}`);
  return await withWorld(context, async (world) => {
    if (options['dryRun'] === true) return printOutcome(context, await verb.dryRun(world));
    const state = await loadRelease(world.releases.journal, release);
    const branch = state.context.branch;
    const planned = verb.readsConfig(state)
      ? await readConfig(context, { line: state.plan.line, ...(branch !== undefined && { branch }) })
      : undefined;
    const outcome = await showProgress(
      context,
      world,
      release,
      async () =>
        await verb.act(world, {
          release,
          actor: actorOf(context.env),
          signal: context.signal,
          skip,
          onReplanned: (changed) => printChanges(context, changed),
          ...(reason !== undefined && { reason }),
          ...(planned !== undefined && { planned }),
        }),
    );
    return printOutcome(context, outcome);
  });
}

function printChanges({ terminal, output }: CliContext, changed: readonly string[]): void {
  if (output === 'json') return;
  for (const line of changed) terminal.err(`config changed: ${printable(line)}`);
}
