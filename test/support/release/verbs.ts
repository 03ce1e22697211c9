import { abandonRelease } from '../../../src/conductor/release/abandon-release.ts';
import { type GateRequest, speakAtGate } from '../../../src/conductor/release/gate-verbs.ts';
import { loadRelease } from '../../../src/conductor/release/load-release.ts';
import { planRelease } from '../../../src/conductor/release/plan-release.ts';
import { type GoOnRequest, promote, resumeRelease, workTowards } from '../../../src/conductor/release/release-verbs.ts';
import type { Actor, ReleaseWorld } from '../../../src/conductor/release/release-world.ts';
import { undo } from '../../../src/conductor/release/undo-release.ts';
import type { GateVerb } from '../../../src/domain/release/refuse-word.ts';
import { SlipwayError } from '../../../src/kernel/slipway-error.ts';
import type { ReleaseHouse } from './release-house.ts';

export const as = (login: string): Actor => ({ login, proof: 'os-user' });

/** The verbs of the command line, as one person in one process gives them. */
export function verbsOf(house: ReleaseHouse, world: ReleaseWorld, login = 'alice') {
  const actor = as(login);
  const going = (release: string, more: Partial<GoOnRequest> = {}): GoOnRequest => ({
    release,
    actor,
    signal: new AbortController().signal,
    ...more,
  });
  return {
    plan: (line: string, more: { version?: string; dryRun?: boolean } = {}) =>
      planRelease(world, { line, planned: house.planned, actor, dryRun: false, ...more }),
    stage: (release: string, more?: Partial<GoOnRequest>) =>
      workTowards(world, 'stage', going(release, { planned: house.planned, ...more })),
    verify: (release: string, more?: Partial<GoOnRequest>) => workTowards(world, 'verify', going(release, more)),
    resume: (release: string, more?: Partial<GoOnRequest>) => resumeRelease(world, going(release, more)),
    promote: (release: string, more?: Partial<GoOnRequest>) => promote(world, going(release, more)),
    undo: (release: string) => undo(world, { release, actor }),
    abandon: (release: string) => abandonRelease(world, { release, actor, reason: 'not wanted' }),
    say: (verb: GateVerb, release: string, more: Partial<GateRequest> = {}) =>
      speakAtGate(world, verb, actor, { release, ...more }),
    state: (release: string) => loadRelease(world.journal, release),
  };
}

/** Plans and releases the next version of a line, to the end. @returns its id. */
export async function released(house: ReleaseHouse, line = 'main', version?: string): Promise<string> {
  const verbs = verbsOf(house, house.process().world);
  const { plan } = await verbs.plan(line, version === undefined ? {} : { version });
  const outcome = await verbs.resume(plan.release);
  if (outcome.exit !== 0) throw new Error(`${plan.release}: ${outcome.sentence}`);
  return plan.release;
}

/** What a verb threw, as a test reads it; fails when it did not. */
export async function refusal(
  verb: Promise<unknown>,
): Promise<{ code: string; exitCode: number; message: string; remedy: string }> {
  const thrown = await verb.then(
    (value) => {
      throw new Error(`it was not refused: ${JSON.stringify(value).slice(0, 300)}`);
    },
    (cause: unknown) => cause,
  );
  if (!(thrown instanceof SlipwayError)) throw thrown;
  const { code, exitCode, message, remedy } = thrown;
  return { code, exitCode, message, remedy };
}
