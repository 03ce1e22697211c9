import type { Instant } from '../../kernel/instant.ts';

/** Somebody went past a proof or a gate, with a reason. */
export interface Skip {
  /** `verify`, or `gate:NAME`. */
  readonly what: string;
  readonly reason: string;
  readonly by: string;
  readonly at: Instant;
  /** The plan it was said of; undefined while nothing is staged: then it is meant for the first candidate. */
  readonly digest: string | undefined;
  /** It was for a promotion that has been taken back. */
  readonly lapsed?: true;
}

/** The skip that counts now. Like an approval, it is for one digest: other bytes are proved and approved anew. */
export const skipOf = (
  { skipped, digest }: { readonly skipped: readonly Skip[]; readonly digest: string },
  what: string,
): Skip | undefined =>
  skipped.find((row) => row.what === what && row.lapsed !== true && (row.digest ?? digest) === digest);
