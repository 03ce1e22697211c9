interface Pointer {
  readonly number: number;
  readonly digest: string;
}

/** What the world says about a move that the journal knows: the world wins over the journal (promotion 6). */
export type PointerReading = 'before' | 'after' | 'elsewhere';

/** Where a pointer stands with regard to a move. `before` null: there was no pointer yet. */
export function readPointer(
  seen: Pointer | undefined,
  move: { readonly before: Pointer | null; readonly after: Pointer },
): PointerReading {
  if (seen?.digest === move.after.digest && seen.number === move.after.number) return 'after';
  if (move.before === null) return seen === undefined ? 'before' : 'elsewhere';
  return seen?.digest === move.before.digest && seen.number === move.before.number ? 'before' : 'elsewhere';
}
