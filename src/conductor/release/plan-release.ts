import type { LineConfig } from '../../domain/config/resolved-config.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { allocateVersion } from '../../domain/release/allocate-version.ts';
import { baseOfBranch } from '../../domain/release/branch-base.ts';
import { firstPlan } from '../../domain/release/first-plan.ts';
import { LINE_EVENTS } from '../../domain/release/line-events.ts';
import type { LineState } from '../../domain/release/line-state.ts';
import type { PlannedConfig } from '../../domain/release/planned-config.ts';
import { FirstVersionNeededError, LineUnknownError, ReleaseOpenError } from '../../domain/release/release-errors.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import { planDigest, type ReleasePlan } from '../../domain/release/release-plan.ts';
import type { ReleaseState } from '../../domain/release/release-state.ts';
import { refuseTakenNames } from '../../domain/release/taken-names.ts';
import { parseVersionPattern } from '../../domain/release/version-pattern.ts';
import type { ReleaseId } from '../../kernel/ids.ts';
import { JournalConflictError } from '../../ports/journal.ts';
import { type ChannelView, viewChannel } from './channel-view.ts';
import { loadLine, loadRelease } from './load-release.ts';
import { refuseKeysEndingSoon } from './publishing-checks.ts';
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
}

/**
 * Opens a release: gives it a version, for ever, and writes plan number 1. Of two that start at the same time one gets the
 * version, the other reads which.
 * @throws {LineUnknownError} @throws {ReleaseOpenError} @throws {FirstVersionNeededError} @throws {VersionRefusedError}
 */
export async function planRelease(world: ReleaseWorld, request: PlanRequest): Promise<PlanResult> {
  const { config } = request.planned;
  const lineConfig = config.lines[request.line];
  if (lineConfig === undefined) throw new LineUnknownError(request.line, Object.keys(config.lines));

  const line = await loadLine(world.journal, request.line);
  if (line.open !== undefined) throw new ReleaseOpenError(request.line, line.open);
  const { current } = await viewChannel(world, config, lineConfig.channel);
  const listed = Object.values(current?.repositories ?? {}).flatMap((repository) => repository.packages);
  if (line.versions.length === 0 && listed.length > 0 && request.version === undefined) {
    throw new FirstVersionNeededError(request.line, lineConfig.channel, listed.length);
  }
  const version = versionFor(request, lineConfig, line);
  refuseTakenNames(config, request.line, version, listed);
  await refuseKeysEndingSoon(world, config, request.line);

  const id = `${request.line}-${version}`;
  const plan = firstPlan(request.planned, { id, line: request.line, version, revision: 1, number: 1 });
  const digest = planDigest(plan);
  if (request.dryRun) return { plan, digest, release: undefined, current };
  await open(world, request, { plan, digest, lineSeq: line.seq });
  const release = await loadRelease(world.journal, id);
  await openRun(world, release, request.actor);
  return { plan, digest, release, current };
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
  try {
    await world.journal.append({
      by: actor.login,
      at: world.clock.now(),
      writes: [
        {
          stream: `line/${line}`,
          expectedSeq: lineSeq,
          events: [
            newEvent(LINE_EVENTS, 'version.allocated', { version, release }),
            newEvent(LINE_EVENTS, 'release.opened', { release, version, revision: 1 }),
          ],
        },
        {
          stream: `release/${release}`,
          expectedSeq: 0,
          events: [
            newEvent(RELEASE_EVENTS, 'release.planned', {
              plan,
              digest,
              config: config as unknown as Record<string, unknown>,
              context,
              changed: [],
            }),
          ],
        },
      ],
    });
  } catch (cause) {
    if (!(cause instanceof JournalConflictError)) throw cause;
    const now = await loadLine(world.journal, line);
    if (now.open !== undefined) throw new ReleaseOpenError(line, now.open, { cause });
    throw cause;
  }
}

/** The run of a release: the same plan again changes nothing, so a crash before this line is mended by `resume`. */
export async function openRun(world: ReleaseWorld, release: ReleaseState, actor: Actor): Promise<readonly string[]> {
  const { config, context, plan, plannedAt } = release;
  const { environmentS, configCommitS } = context.epoch;
  const { changed } = await world.runs.open(
    {
      release: release.id as ReleaseId,
      line: plan.line,
      version: plan.version,
      channel: plan.channel,
      revision: plan.revision,
      plannedAt,
      config,
      baseDir: context.baseDir,
      epoch: {
        ...(environmentS !== undefined && { environmentS }),
        ...(configCommitS !== undefined && { configCommitS }),
      },
      environment: context.environment,
    },
    actor.login,
  );
  return changed;
}
