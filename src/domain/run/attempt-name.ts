import { createHash } from 'node:crypto';
import type { AttemptName, ReleaseId, StepId } from '../../kernel/ids.ts';

const LONGEST = 63;
const HASH_LENGTH = 6;

/**
 * `slw-<run>-<step>-<n>`, at most 63 characters of `a-z 0-9 . -`, so that it can name a folder, a pod and a label.
 *
 * Read from its end, the plain form says number, step and run as long as the step holds no `-` and cannot be taken for a
 * hash. Every other step, and whatever does not fit, gets 6 hex digits of the hash of both ids, so that run `a` with step
 * `b-c` and run `a-b` with step `c` never meet.
 */
export function attemptName(run: ReleaseId, step: StepId, number: number): AttemptName {
  const ending = `-${number}`;
  const plain = `slw-${run}-${step}`;
  if (isUnmistakable(run, step) && plain.length + ending.length <= LONGEST) return `${plain}${ending}` as AttemptName;

  const hash = createHash('sha256').update(`${run}\0${step}`).digest('hex').slice(0, HASH_LENGTH);
  const room = LONGEST - ending.length - HASH_LENGTH - 1;
  const safe = plain.toLowerCase().replace(/[^a-z0-9.-]/g, '-');
  return `${safe.slice(0, room).replace(/[.-]+$/, '')}-${hash}${ending}` as AttemptName;
}

function isUnmistakable(run: string, step: string): boolean {
  return /^[a-z0-9]+$/.test(step) && !/^[0-9a-f]{6}$/.test(step) && /^[a-z0-9]+([.-]+[a-z0-9]+)*$/.test(run);
}
