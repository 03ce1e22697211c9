import { z } from 'zod';
import { defineEvents } from '../journal/event-definition.ts';

const generation = z.object({ number: z.int().positive(), digest: z.string() });

/** Stream `channel/<name>`: its generations' numbers, which only grow. */
export const CHANNEL_EVENTS = defineEvents({
  'generation.numbered': {
    v: 1,
    says: 'A number and a date were given to a generation that is about to be written.',
    data: z.object({
      number: z.int().positive(),
      purpose: z.enum(['candidate', 'rebase', 'undo']),
      release: z.string(),
      /** Plan number of a candidate, promotion number of an undo. */
      for: z.int().positive(),
      parent: generation.nullable(),
      /** sha256 over the names and digests of the release's packages: other bytes are another generation. */
      packages: z.string().optional(),
      /** Milliseconds since the epoch, whole seconds: `Date` of Release. */
      date: z.int(),
    }),
  },
  'generation.sealed': {
    v: 1,
    says: 'The generation is complete on disk and will not change.',
    data: z.object({ number: z.int().positive(), digest: z.string() }),
  },
});

const flip = z.object({
  /** Effect key: release, promotion number, target, digest of `after`. Unique over the journal. */
  key: z.string(),
  release: z.string(),
  promotion: z.int().positive(),
  before: generation.nullable(),
  after: generation,
  undo: generation.nullable(),
  epoch: z.int().positive(),
});
const receipt = z.object({ key: z.string(), seen: generation.nullable(), wasThere: z.boolean() });

/** Stream `target/<channel>/tree`: each move of a pointer, as intent and receipt. */
export const TARGET_EVENTS = defineEvents({
  'flip.intended': { v: 1, says: 'The pointer is about to move.', data: flip },
  'flip.done': { v: 1, says: 'The pointer shows the new generation.', data: receipt },
  'flip.not-done': {
    v: 1,
    says: 'The pointer does not show the new generation, and this promotion will not move it any more.',
    data: receipt,
  },
  'undo.intended': { v: 1, says: 'The pointer is about to move to the undo generation.', data: flip },
  'undo.done': { v: 1, says: 'The pointer shows the undo generation.', data: receipt },
  'undo.not-done': {
    v: 1,
    says: 'The pointer does not show the undo generation, and this undo will not move it any more.',
    data: receipt,
  },
});
