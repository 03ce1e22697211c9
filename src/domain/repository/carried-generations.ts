import type { Instant } from '../../kernel/instant.ts';

interface Numbered {
  readonly number: number;
  readonly parent: number | null;
  readonly date: Instant;
}

/** Never fewer than these, however short `keep` is and however long ago they were written (packaging 8). */
const LAST = 5;

/**
 * Generations whose index files a client may still ask for: it has read the signed file of an older one and is about to fetch
 * what that names. A generation counts as left when the next one grew from it, so an old one that was replaced a minute ago
 * is as young as its successor.
 */
export function carriedGenerations<Generation extends Numbered>(
  generations: readonly Generation[],
  next: Numbered,
  keepMs: number,
): readonly Generation[] {
  const left = new Map<number, number>();
  for (const { parent, date } of [...generations, next]) {
    if (parent !== null) left.set(parent, Math.max(left.get(parent) ?? 0, date));
  }
  const last = new Set(
    generations
      .map(({ number }) => number)
      .sort((a, b) => a - b)
      .slice(-LAST),
  );
  return generations.filter(({ number, date }) => {
    const neededUntil = Math.max(date, left.get(number) ?? 0) + keepMs;
    return number !== next.number && (last.has(number) || neededUntil >= next.date);
  });
}
