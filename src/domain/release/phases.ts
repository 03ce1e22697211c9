import type { Phase } from './release-state.ts';

const OPEN: ReadonlySet<Phase> = new Set([
  'planned',
  'building',
  'staged',
  'verified',
  'approved',
  'promoting',
  'undone',
]);

/** Users see it. */
export const isSeen = (phase: Phase): boolean => phase === 'live' || phase === 'settled';

/** Users see it, or nobody can say that they do not. */
export const mayBeSeen = (phase: Phase): boolean => phase === 'promoting' || isSeen(phase);

/** Nothing is left to build, stage or decide. */
export const isOver = (phase: Phase): boolean => phase === 'abandoned' || isSeen(phase);

/** Whether its candidate may still be promoted: such a release takes its line, and its bytes are needed. */
export const isOpen = (phase: Phase): boolean => OPEN.has(phase);
