import type { LineConfig, ResolvedConfig } from '../../domain/config/resolved-config.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { lineStream, releaseStream } from '../../domain/journal/streams.ts';
import { allocateVersion } from '../../domain/release/allocate-version.ts';
import { baseOfBranch } from '../../domain/release/branch-base.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import type { LineState } from '../../domain/release/line-state.ts';
import type { PlannedConfig } from '../../domain/release/planned-config.ts';
import { refuseTakenNames } from '../../domain/release/refuse-taken-names.ts';
import { FirstVersionNeededError, LineUnknownError, ReleaseOpenError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { planDigest, type ReleasePlan } from '../../domain/release/release-plan.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { unbuiltPlan } from '../../domain/release/unbuilt-plan.ts';
import { parseVersionPattern } from '../../domain/release/version-pattern.ts';
import { planRun } from '../../domain/run/plan-run.ts';
import { decideAgain } from '../journal/decide-again.ts';
import { type ChannelView, viewChannel } from '../pointer/view-channel.ts';
import { loadLine, loadRelease, releasesOfOthers } from './load-release.ts';
import { openRun, runPlanOf } from './open-run.ts';
import { type PlanWarning, refuseKeysEndingSoon } from './refuse-keys-ending-soon.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';

export interface PlanRequest {
  readonly line: string;
  readonly planned: PlannedConfig;
  /** Instead of the next number. */
  readonly version?: string;
  readonly actor: Actor;
  readonly dryRun: boolean;
}

export interface PlanResult {
  readonly plan: ReleasePlan;
  readonly digest: string;
  /** undefined for a dry run: nothing was written. */
  readonly release: ReleaseState | undefined;
  /** What users see now. */
  readonly current: ChannelView['current'];
  /** What stops nothing, and should be known: keys that end soon. */
  readonly warnings: readonly PlanWarning[];
}

/**
 * Opens a release: gives it a version, for ever, and writes plan number 1. Of two that start at the same time one gets the
 * version, the other reads which. Whatever can be refused is refused before the version is spent.
 * @throws {LineUnknownError} @throws {ReleaseOpenError} @throws {FirstVersionNeededError} @throws {VersionRefusedError}
 * @throws {NameTakenError} @throws {JournalOutrunError} @throws {KeyEndsTooSoonError} @throws {StepCycleError}
 */
export async function planRelease(world: ReleaseWorld, request: PlanRequest): Promise<PlanResult> {
  const result = await decideAgain(async () => await planOnce(world, request));
  if (result.release !== undefined) await openRun(world, result.release, request.actor);
  return result;
}

async function planOnce(world: ReleaseWorld, request: PlanRequest): Promise<PlanResult> {
  const { config, context } = request.planned;
  const lineConfig = lineOf(config, request.line);
  const line = await loadLine(world.journal, request.line);
  if (line.open !== undefined) throw new ReleaseOpenError(request.line, line.open);
  const { current } = await viewChannel(world, config, lineConfig.channel);
  const listed = Object.values(current?.repositories ?? {}).flatMap((repository) => repository.packages);
  if (line.versions.length === 0 && listed.length > 0 && request.version === undefined) {
    throw new FirstVersionNeededError(request.line, lineConfig.channel, listed.length);
  }
  const version = versionFor(request, lineConfig, line);
  const id = `${request.line}-${version}`;
  const plan = unbuiltPlan(request.planned, { id, line: request.line, version, revision: 1, number: 1 });
  const run = planRun(runPlanOf({ plan, config, context, plannedAt: world.clock.now() }));
  refuseTakenNames(run, listed, await releasesOfOthers(world.journal, request.line));
  const warnings = await refuseKeysEndingSoon(world, config, request.line);

  const digest = planDigest(plan);
  const result = { plan, digest, current, warnings };
  if (request.dryRun) return { ...result, release: undefined };
  await open(world, request, { plan, digest, lineSeq: line.seq });
  return { ...result, release: await loadRelease(world.journal, id) };
}

/** @throws {LineUnknownError} */
export function lineOf(config: ResolvedConfig, line: string): LineConfig {
  const found = Object.hasOwn(config.lines, line) ? config.lines[line] : undefined;
  if (found === undefined) throw new LineUnknownError(line, Object.keys(config.lines));
  return found;
}

function versionFor(request: PlanRequest, lineConfig: LineConfig, line: LineState): string {
  const pattern = parseVersionPattern(lineConfig.versions);
  const { branch } = request.planned.context;
  const isNeeded = pattern.hasBase && request.version === undefined;
  return allocateVersion({
    line: request.line,
    pattern,
    allocated: line.versions.map((row) => row.version),
    ...(isNeeded && { base: baseOfBranch(request.line, lineConfig.branch, branch) }),
    ...(request.version !== undefined && { asked: request.version }),
  });
}

async function open(
  world: ReleaseWorld,
  { line, planned, actor }: PlanRequest,
  { plan, digest, lineSeq }: { readonly plan: ReleasePlan; readonly digest: string; readonly lineSeq: number },
): Promise<void> {
  const { release, version } = plan;
  const { config, context } = planned;
  const first = { plan, digest, config: config as unknown as Record<string, unknown>, context, changed: [] };
  await world.journal.append({
    by: actor.login,
    at: world.clock.now(),
    writes: [
      {
        stream: lineStream(line),
        expectedSeq: lineSeq,
        events: [
          newEvent(LINE_EVENTS, 'version.allocated', { version, release }),
          newEvent(LINE_EVENTS, 'release.opened', { release, version, revision: 1 }),
        ],
      },
      { stream: releaseStream(release), expectedSeq: 0, events: [newEvent(RELEASE_EVENTS, 'release.planned', first)] },
    ],
  });
}
