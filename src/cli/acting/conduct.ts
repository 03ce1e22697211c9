import type { OpenedWorld } from '../../compose.ts';
import { rehearse } from '../../conductor/rehearsal/rehearse.ts';
import { loadRelease } from '../../conductor/release/load-release.ts';
import type { GoOnRequest } from '../../conductor/release/release-verbs.ts';
import type { VerbOutcome } from '../../conductor/release/verb-outcome.ts';
import type { Goal } from '../../domain/release/next-release-action.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import type { ExitCode } from '../../kernel/exit-code.ts';
import type { CliContext } from '../context.ts';
import { showProgress } from '../live/show-progress.ts';
import { printable } from '../output/printable.ts';
import { ReasonNeededError } from '../usage-error.ts';
import { type OptionValues, text, texts } from '../verb.ts';
import { confirm } from './confirm.ts';
import { actorOf, withWorld } from './open-place.ts';
import { printOutcome } from './print-outcome.ts';
import { readConfig } from './read-config.ts';
import { remainingWork } from './remaining-work.ts';

export interface Conducting {
  readonly goal: Goal;
  act(world: OpenedWorld, request: GoOnRequest): Promise<VerbOutcome>;
  /** Is the config file read again for a release in that state? */
  readsConfig(state: ReleaseState): boolean;
  /** Asked before anything is done, unless `--yes`. */
  question?(state: ReleaseState): string;
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
  if (skip.length > 0 && reason === undefined)
    throw new ReasonNeededError(`${verb.goal === 'end' ? 'resume' : verb.goal} ${release} --skip ${skip.join(', ')}`);
  const dryRun = options['dryRun'] === true;
  if (dryRun || verb.question !== undefined) {
    // What would be refused is refused before anybody is asked.
    const rehearsed = await withWorld(context, 'rehearse', (world) =>
      rehearseVerb(context, world, release, options, verb),
    );
    if (dryRun) return printOutcome(context, rehearsed, true);
  }
  return await withWorld(context, 'read', async (world) => {
    const state = await loadRelease(world.releases.journal, release);
    if (verb.question !== undefined) await confirm(context, options, verb.question(state));
    const request = await requestOf(context, state, options, verb);
    const position = await world.journal.head();
    const progress = { release, goal: verb.goal, position };
    return printOutcome(context, await showProgress(context, world, progress, () => verb.act(world, request)));
  });
}

async function requestOf(
  context: CliContext,
  state: ReleaseState,
  options: OptionValues,
  verb: Conducting,
): Promise<GoOnRequest> {
  const { branch } = state.context;
  const reason = text(options['reason']);
  const planned = verb.readsConfig(state)
    ? await readConfig(context, { line: state.plan.line, ...(branch !== undefined && { branch }) })
    : undefined;
  return {
    release: state.id,
    actor: actorOf(context.env),
    signal: context.signal,
    skip: texts(options['skip']),
    onReplanned: (changed) => printChanges(context, changed),
    ...(reason !== undefined && { reason }),
    ...(planned !== undefined && { planned }),
  };
}

/** The verb itself, up to the first thing it would record or do. */
async function rehearseVerb(
  context: CliContext,
  world: OpenedWorld,
  release: string,
  options: OptionValues,
  verb: Conducting,
): Promise<VerbOutcome> {
  const state = await loadRelease(world.releases.journal, release);
  const request = await requestOf(context, state, options, verb);
  await rehearse(() => verb.act(world, { ...request, signal: AbortSignal.abort() }));
  return await remainingWork(world, release, verb.goal);
}

function printChanges({ terminal, output }: CliContext, changed: readonly string[]): void {
  if (output === 'json') return;
  for (const line of changed) terminal.err(`config changed: ${printable(line)}`);
}
