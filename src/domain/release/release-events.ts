import { z } from 'zod';
import { defineEvents } from '../journal/event-definition.ts';
import { releasePlan } from './release-plan.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const generation = z.object({ number: z.int().positive(), digest });
const json = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null);

/** What a resumed release needs to know of the place where it was planned. */
const planContext = z.object({
  /** Absolute path of the config's folder: relative sources begin here. */
  baseDir: z.string(),
  branch: z.string().optional(),
  epoch: z.object({ environmentS: z.int().optional(), configCommitS: z.int().optional() }),
  /** Values of the `env.X` that templates name; never secrets. */
  environment: z.record(z.string(), z.string()),
});

/** The release's failure as news: what a person reads, and which phase to look at. */
const failure = z.object({
  phase: z.enum(['build', 'stage', 'verify', 'promote', 'settle', 'step']),
  step: z.string().optional(),
  class: z.string(),
  sentence: z.string(),
  remedy: z.string(),
});

const evidence = z.object({
  client: z.string(),
  repository: z.string(),
  did: z.string(),
  passed: z.boolean(),
  exitCode: z.int().optional(),
  said: z.string(),
  durationMs: z.number(),
});

const clientReport = z.object({
  generation,
  evidence: z.array(evidence),
  /** Clients that could not run here, and why: shown, never silent. */
  notRun: z.array(z.object({ client: z.string(), because: z.string() })),
});

const gateWord = z.object({
  gate: z.string(),
  digest,
  by: z.string(),
  proof: z.enum(['token', 'header', 'os-user']),
  reason: z.string().optional(),
});

const reasoned = z.object({ reason: z.string() });

/** Stream `release/<id>`: the states and gates of one release. */
export const RELEASE_EVENTS = defineEvents({
  'release.planned': {
    v: 1,
    says: 'A plan was written: version, packages and targets, with the config as resolved. Planning again writes the next number.',
    data: z.object({ plan: releasePlan, digest, config: json, context: planContext, changed: z.array(z.string()) }),
  },
  'release.building': { v: 1, says: 'Its packages are being built.', data: z.object({}) },
  'release.staged': {
    v: 1,
    says: 'A candidate was sealed: a generation with the final bytes, and the plan that approvals name.',
    data: z.object({
      plan: releasePlan,
      digest,
      generation,
      parent: generation.nullable(),
      packages: z.array(json),
      keepUntil: z.int(),
    }),
  },
  'release.rebased': {
    v: 1,
    says: 'Somebody else promoted into the channel: our same change was written again on the new parent.',
    data: z.object({ generation, parent: generation.nullable() }),
  },
  'release.verified': { v: 1, says: 'Clients proved the candidate.', data: clientReport },
  'release.approved': { v: 1, says: 'Every gate has passed.', data: z.object({ digest, gates: z.array(z.string()) }) },
  'release.promoting': {
    v: 1,
    says: 'The pointer is about to move: bytes, clients and gates were found good, and the undo generation is written and signed.',
    data: z.object({ promotion: z.int().positive(), undo: generation, after: generation, deadlineAt: z.int() }),
  },
  'release.live': {
    v: 1,
    says: 'Users see it.',
    data: z.object({ promotion: z.int().positive(), generation, skewMs: z.number() }),
  },
  'release.proved-live': { v: 1, says: 'Clients proved what users see.', data: clientReport },
  'release.settled': {
    v: 1,
    says: 'Everything after the promotion is done too; the release is over.',
    data: z.object({}),
  },
  'release.failed': {
    v: 1,
    says: 'It stopped, and users see nothing of it that was not there before. `slipway resume` goes on with what is not done.',
    data: failure,
  },
  'release.partial': {
    v: 1,
    says: 'It stopped while the pointer was about to move: users may see it. `slipway resume` looks, and goes on.',
    data: failure,
  },
  'release.undone': {
    v: 1,
    says: 'The promotion was taken back; new installs see the old content, machines that have it keep it.',
    data: z.object({ promotion: z.int().positive(), generation, reason: z.string().optional() }),
  },
  'release.abandoned': { v: 1, says: 'Given up; its version stays spent.', data: reasoned },
  'release.resumed': { v: 1, says: 'A person asked to go on.', data: z.object({ reason: z.string().optional() }) },
  'release.skipped': {
    v: 1,
    says: 'A person went past verify or a gate. It stays on the release for ever.',
    data: z.object({ what: z.string(), reason: z.string() }),
  },
  'step.done': { v: 1, says: 'A step of its own has run.', data: z.object({ step: z.string(), skipped: z.boolean() }) },
  'gate.approved': { v: 1, says: 'A person approved this very plan.', data: gateWord },
  'gate.rejected': {
    v: 1,
    says: 'A person rejected this plan; blocks until withdrawn or the plan changes.',
    data: gateWord,
  },
  'gate.withdrawn': {
    v: 1,
    says: 'A person took their word back.',
    data: z.object({ gate: z.string(), by: z.string(), reason: z.string().optional() }),
  },
});
