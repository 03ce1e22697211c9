import { z } from 'zod';
import { defineEvents } from '../journal/event-definition.ts';

/** Stream `line/<name>`: which versions exist, and which release is open. */
export const LINE_EVENTS = defineEvents({
  'version.allocated': {
    v: 1,
    says: 'A version was given to a release of this line, for ever: a failed, undone or abandoned release spends it.',
    data: z.object({ version: z.string(), release: z.string() }),
  },
  'release.opened': {
    v: 1,
    says: 'A release began; while it is open, no other can begin on this line.',
    data: z.object({ release: z.string(), version: z.string(), revision: z.int().positive() }),
  },
  'release.closed': {
    v: 1,
    says: 'The release is live or abandoned; the line is free for the next one.',
    data: z.object({ release: z.string(), how: z.enum(['live', 'abandoned']) }),
  },
  'release.reopened': {
    v: 1,
    says: 'A live release was undone and is open again: promote it again, or abandon it.',
    data: z.object({ release: z.string() }),
  },
});
