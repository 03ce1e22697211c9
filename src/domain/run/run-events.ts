import { z } from 'zod';
import type { AttemptName, Sha256, StepId } from '../../kernel/ids.ts';
import { defineEvents } from '../journal/event-definition.ts';
import type { PackageFacts } from '../package/package-facts.ts';
import type { AttemptExit, AttemptSpec } from './attempt.ts';
import type { PlannedRun } from './run-plan.ts';

const sha256 = z.custom<Sha256>((value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
const step = z.custom<StepId>((value) => typeof value === 'string' && value !== '');
const attempt = z.custom<AttemptName>((value) => typeof value === 'string' && value.startsWith('slw-'));
const instant = z.int();
const reason = z.string();

/** A value whose shape TypeScript knows and whose parts were parsed before: checked here by the keys that matter. */
const shaped = <Value>(...keys: readonly string[]) =>
  z.custom<Value>((value) => typeof value === 'object' && value !== null && keys.every((key) => key in value));

/** A file that a step made, in the artifact store. */
export const producedFile = z.object({
  /** As users will see it. */
  fileName: z.string(),
  /** Relative to the step's work folder, or to the source's root. */
  path: z.string(),
  sha256,
  sizeBytes: z.int().nonnegative(),
  /** What our own reader found; null for files that are no packages. */
  facts: shaped<PackageFacts>('format').nullable(),
});

const failure = {
  class: z.string(),
  sentence: z.string(),
  remedy: z.string(),
  isRefused: z.boolean().optional(),
  exitCode: z.int().optional(),
  lastLines: z.array(z.string()).optional(),
};

/** Stream `run/<id>`: the steps of a release and their attempts. */
export const RUN_EVENTS = defineEvents({
  'run.planned': {
    v: 1,
    says: 'The steps of the run and all that defines them. Written again when the config changes, with what changed.',
    data: z.object({ run: shaped<PlannedRun>('release', 'steps', 'packages'), changed: z.array(z.string()) }),
  },
  'step.started': {
    v: 1,
    says: 'A step begins: its inputs are there, and its definition will not change any more.',
    data: z.object({
      step,
      /** sha256 of what defines the step, its inputs included. */
      definition: sha256,
      /** Trees, by input name. */
      inputs: z.record(z.string(), sha256),
      sourceDateEpoch: z.object({
        seconds: z.int(),
        from: z.enum(['environment', 'source', 'config', 'planned']),
      }),
    }),
  },
  'attempt.requested': {
    v: 1,
    says: 'An agent is about to be asked to run the commands of a step.',
    data: z.object({
      step,
      attempt,
      number: z.int().positive(),
      specDigest: sha256,
      spec: shaped<AttemptSpec>('name', 'containers', 'inputs', 'outputs'),
    }),
  },
  'attempt.accepted': {
    v: 1,
    says: 'The agent has the attempt; it runs on without us.',
    data: z.object({ step, attempt }),
  },
  'attempt.exited': {
    v: 1,
    says: 'The commands of the attempt have ended.',
    data: z.object({ step, attempt, exit: shaped<AttemptExit>('how'), startedAt: instant, endedAt: instant }),
  },
  'attempt.lost': {
    v: 1,
    says: 'The attempt began, and neither it nor its exit can be found any more: its agent died.',
    /** When the next attempt begins; null when there is none by itself. */
    data: z.object({ step, attempt, retryAt: instant.nullable() }),
  },
  'attempt.cleaned': {
    v: 1,
    says: 'Its work folder is not needed any more and was removed, or why it could not be; its log stays.',
    data: z.object({ step, attempt, problem: z.string().optional() }),
  },
  'step.succeeded': {
    v: 1,
    says: 'The step is done; its files are in the artifact store and keep these digests.',
    data: z.object({
      step,
      attempt: attempt.optional(),
      files: z.array(producedFile),
      /** The same files as a folder, for steps that take them in. */
      tree: sha256,
      /** What it wrote to SLIPWAY_OUTPUT. */
      values: z.record(z.string(), z.string()),
      source: z
        .object({
          origin: z.string(),
          proof: z.string(),
          commitEpochS: z.int().optional(),
          warnings: z.array(z.string()),
        })
        .optional(),
    }),
  },
  'step.failed': {
    v: 1,
    says: 'The step did not succeed.',
    data: z.object({ step, attempt: attempt.optional(), ...failure }),
  },
  'step.undecided': {
    v: 1,
    says: 'The attempt is lost, and whether its commands took effect is not known: a person has to look and decide.',
    data: z.object({ step, attempt, sentence: z.string(), remedy: z.string() }),
  },
  'step.decided': {
    v: 1,
    says: 'A person has looked: the step counts as done, or runs again.',
    data: z.object({ step, decision: z.enum(['done', 'again']), reason }),
  },
  'step.resumed': {
    v: 1,
    says: 'A failed or cancelled step may begin again, with new attempts granted.',
    data: z.object({ step, reason: reason.optional() }),
  },
  'step.outdated': {
    v: 1,
    says: 'Its definition changed while it was under way; what it did so far does not count.',
    data: z.object({ step }),
  },
  'step.bytes-missing': {
    v: 1,
    says: 'Files of a finished step are not in the artifact store any more; it runs again and must give the same bytes.',
    data: z.object({ step, missing: z.array(sha256) }),
  },
  'step.cancelled': {
    v: 1,
    says: 'The step was ended because somebody asked.',
    data: z.object({ step, attempt: attempt.optional(), by: z.string(), reason }),
  },
  'cancel.requested': {
    v: 1,
    says: 'Somebody wants a step, or the whole run (null), ended.',
    data: z.object({ step: step.nullable(), reason }),
  },
});
