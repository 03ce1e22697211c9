import { parseBranchPattern } from '../release/branch-base.ts';
import { matchParts, VersionPatternError } from '../release/version-pattern.ts';

/** The branch a line means: the one checked out if it fits, else the one that fits with the highest `{base}`. */
export function newestBranch(
  pattern: string,
  branches: readonly string[],
  head: string | undefined,
): string | undefined {
  const parts = readPattern(pattern);
  const fitting = branches.filter((branch) => parts !== undefined && matchParts(parts, branch) !== undefined);
  if (head !== undefined && fitting.includes(head)) return head;
  const base = (branch: string) => (parts && matchParts(parts, branch)?.base) ?? '';
  return fitting.reduce<string | undefined>(
    (best, branch) => (best === undefined || isHigher(base(branch), base(best)) ? branch : best),
    undefined,
  );
}

function readPattern(pattern: string) {
  try {
    return parseBranchPattern(pattern);
  } catch (error) {
    if (error instanceof VersionPatternError) return undefined; // told by check
    throw error;
  }
}

/** Field by field as numbers: 2.289 is higher than 2.90. */
function isHigher(a: string, b: string): boolean {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (const [index, field] of left.entries()) {
    const other = right[index] ?? -1;
    if (field !== other) return field > other;
  }
  return false;
}
