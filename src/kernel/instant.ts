import type { Brand } from './brand.ts';

/** A moment: whole milliseconds since 1970-01-01T00:00:00Z. Rules get it as an input, never from a clock. */
export type Instant = Brand<number, 'Instant'>;

export const toInstant = (epochMs: number): Instant => Math.trunc(epochMs) as Instant;

/** `2026-11-22T22:29:57.000Z`, as written in exports, plans and pages. */
export const formatInstant = (at: Instant): string => new Date(at).toISOString();
