import type { StepConfig } from '../../domain/config/resolved-config.ts';
import { newEvent } from '../../domain/journal/event-definition.ts';
import { RELEASE_EVENTS } from '../../domain/release/release-events.ts';
import type { ClientReport, Failure, GenerationRef, ReleaseState } from '../../domain/release/release-state.ts';
import { generationRef } from '../../domain/release/release-state.ts';
import type { HeldLease } from '../lease/hold-lease.ts';
import { viewChannel } from '../pointer/view-channel.ts';
import { recordFact } from './record-fact.ts';
import type { Actor, ReleaseWorld } from './release-world.ts';

type VerifyStep = Extract<StepConfig, { uses: 'verify' }>;

/** Runs every client that works here against a view, and records what they saw: proof, or the failure. */
export async function verifyRelease(
  world: ReleaseWorld,
  release: ReleaseState,
  held: HeldLease,
  actor: Actor,
  step: VerifyStep,
  signal: AbortSignal,
): Promise<{ readonly release: ReleaseState; readonly failure?: Failure }> {
  const generation = step.view === 'live' ? await whatUsersSee(world, release) : release.candidate?.generation;
  if (generation === undefined) {
    const failure = nothingToVerify(release, step.view);
    const event = newEvent(RELEASE_EVENTS, 'release.failed', failure);
    return { release: await recordFact(world, release.id, { held, actor }, event), failure };
  }
  const report = await askClients(world, release, generation, step, signal);
  const wrong = report.evidence.filter((row) => !row.passed);
  const phase = step.view === 'live' ? 'settle' : 'verify';
  const failure = wrong.length === 0 ? undefined : verificationFailure(release, phase, wrong);
  const type = step.view === 'live' ? 'release.proved-live' : 'release.verified';
  const event =
    failure === undefined
      ? newEvent(RELEASE_EVENTS, type, report)
      : newEvent(RELEASE_EVENTS, 'release.failed', failure);
  // Clients take their time, and somebody may have approved meanwhile: what was proved is true all the same.
  return { release: await recordFact(world, release.id, { held, actor }, event), ...(failure && { failure }) };
}

/** Ours, or a later one that another line has promoted on top of it meanwhile: our packages must be in it too. */
async function whatUsersSee(world: ReleaseWorld, release: ReleaseState): Promise<GenerationRef | undefined> {
  const { current } = await viewChannel(world, release.config, release.plan.channel);
  return current && generationRef(current);
}

/** Shows the generation on loopback to each client in turn. */
export async function askClients(
  world: ReleaseWorld,
  release: ReleaseState,
  generation: GenerationRef,
  step: Pick<VerifyStep, 'view' | 'clients'>,
  signal: AbortSignal,
): Promise<ClientReport> {
  const { config, plan, candidate } = release;
  const settings = await world.publishing(config);
  const sealed = await world.origin(config).generation(plan.channel, generation.number);
  const names = [...new Set((candidate?.packages ?? []).map((listed) => listed.package))];
  const view = await world
    .views(config)
    .open(step.view === 'live' ? 'live' : { channel: plan.channel, number: generation.number });
  const evidence: ClientReport['evidence'] = [];
  const notRun: { client: string; because: string }[] = [];
  try {
    for (const client of world.clients) {
      const isNamed = step.clients.includes(client.name);
      // Our own reader always looks; of the others all that are here, or those that the step names.
      if (step.clients.length > 0 && !isNamed && client.name !== 'reader') continue;
      const because = await client.unavailable();
      if (because === undefined) {
        const baseUrl = view.baseUrl;
        const asked = { baseUrl, generation: sealed, settings, packages: names, signal };
        evidence.push(...(await client.verify({ ...asked, provesRefusals: step.view === 'staging' })));
      } else if (isNamed) evidence.push(missingClient(client.name, because));
      else notRun.push({ client: client.name, because });
    }
  } finally {
    await view.close();
  }
  return { generation, evidence, notRun };
}

/** A client that the config names must run: its absence is no proof. */
const missingClient = (client: string, because: string): ClientReport['evidence'][number] => ({
  client,
  repository: '-',
  did: 'run at all',
  passed: false,
  said: because,
  durationMs: 0,
});

/** The pointer was removed by hand, or the whole origin was. */
const nothingToVerify = ({ id, plan }: ReleaseState, view: VerifyStep['view']): Failure => ({
  phase: view === 'live' ? 'settle' : 'verify',
  class: 'VERIFY_FAILED',
  sentence: `channel ${plan.channel} shows nothing in its ${view} view: there is no pointer`,
  remedy: `Find out who removed it ("slipway journal show" says where it was), put it back, then "slipway resume ${id}".`,
});

/** The first thing a client could not do, in one sentence. */
export function verificationFailure(
  release: ReleaseState,
  phase: Failure['phase'],
  wrong: ClientReport['evidence'],
): Failure {
  const [first] = wrong;
  const more = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
  return {
    phase,
    class: 'VERIFY_FAILED',
    sentence: `${first?.client} could not ${first?.did} from ${first?.repository}${more}: ${lastLine(first?.said ?? '')}`,
    remedy: `Mend the cause, then "slipway resume ${release.id}". Everything it said: "slipway show ${release.id}".`,
  };
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
