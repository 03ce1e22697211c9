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

/** Whether its candidate may still be promoted: such a release takes its line, and its bytes are needed. */
export const isOpen = (phase: Phase): boolean => OPEN.has(phase);
