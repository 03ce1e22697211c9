/**
 * The legal key that was most likely meant: smallest edit distance, at most 2, from eight letters on at most 3. Of two
 * equally near the first in order. Letter case alone is distance 0.
 */
export function nearestKey(written: string, legal: Iterable<string>): string | undefined {
  const limit = written.length >= 8 ? 3 : 2;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of legal) {
    const distance = editDistance(written.toLowerCase(), candidate.toLowerCase(), bestDistance);
    // A short word is "near" to every other short word: what has no letter in common was not meant.
    if (distance < bestDistance && distance < Math.max(written.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). Stops counting at `limit`. */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, at(previous, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, at(older, j - 2) + 1);
      row.push(cost);
    }
    older = previous;
    previous = row;
  }
  return at(previous, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;

/** `Write "timeout".`, or the whole choice when nothing is near. */
export function suggest(written: string, legal: Iterable<string>, choice = 'Write one of'): string {
  const sorted = [...legal].sort();
  const near = nearestKey(written, sorted);
  if (near !== undefined) return `Write "${near}".`;
  return sorted.length === 0 ? 'Remove it.' : `${choice}: ${sorted.join(', ')}.`;
}
