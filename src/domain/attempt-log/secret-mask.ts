/** What stands in a log where a secret was. */
export const MASK = '***';

const MASK_BYTES = Buffer.from(MASK);

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Replaces every occurrence of the patterns in a stream of bytes, wherever the chunks are cut. Overlapping and touching
 * occurrences become one mask. Bytes that may be the beginning of an occurrence are held back until that is known:
 * at most the longest pattern, so memory stays flat. The output does not depend on how the input was cut.
 */
export class SecretMask {
  readonly #patterns: readonly Pattern[];
  #pending: Buffer = Buffer.alloc(0);
  /** The first bytes of `#pending` belong to an occurrence whose mask is out already. */
  #coveredUntil = 0;
  #isInMask = false;

  constructor(patterns: readonly Buffer[]) {
    this.#patterns = patterns.map((bytes) => ({ bytes, step: smallestPeriod(bytes) }));
  }

  /** The part of the stream that is decided now. */
  push(chunk: Buffer): Buffer {
    if (this.#patterns.length === 0) return chunk;
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    return this.#release(bytes, bytes.length - this.#openTail(bytes));
  }

  /** What was held back: nothing can follow it any more. */
  end(): Buffer {
    return this.#release(this.#pending, this.#pending.length);
  }

  #release(bytes: Buffer, decided: number): Buffer {
    const pieces: Buffer[] = [];
    let at = 0;
    let coveredUntil = 0;
    for (const { from, to } of this.#covered(bytes)) {
      const isCarriedOn = from === 0 && this.#coveredUntil > 0;
      if (from >= decided && !isCarriedOn) break; // it lies in what is held back and is found again
      if (from > at) {
        pieces.push(bytes.subarray(at, from));
        this.#isInMask = false;
      }
      if (!this.#isInMask) pieces.push(MASK_BYTES);
      this.#isInMask = true;
      at = Math.min(to, decided);
      coveredUntil = Math.max(0, to - decided);
    }
    if (at < decided) {
      pieces.push(bytes.subarray(at, decided));
      this.#isInMask = false;
    }
    this.#pending = Buffer.from(bytes.subarray(decided)); // a copy: a view would keep the whole chunk in memory
    this.#coveredUntil = coveredUntil;
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  /** All that is part of an occurrence, in order, touching spans joined. */
  #covered(bytes: Buffer): readonly Span[] {
    const spans: Span[] = this.#coveredUntil > 0 ? [{ from: 0, to: this.#coveredUntil }] : [];
    for (const { bytes: pattern, step } of this.#patterns) {
      for (let from = bytes.indexOf(pattern); from >= 0; from = bytes.indexOf(pattern, from + step)) {
        spans.push({ from, to: from + pattern.length });
      }
    }
    spans.sort((a, b) => a.from - b.from);
    const joined: Span[] = [];
    for (const span of spans) {
      const last = joined.at(-1);
      if (last === undefined || span.from > last.to) joined.push(span);
      else if (span.to > last.to) joined[joined.length - 1] = { from: last.from, to: span.to };
    }
    return joined;
  }

  /** How many bytes at the end could be the beginning of an occurrence that is not complete yet. */
  #openTail(bytes: Buffer): number {
    let longest = 0;
    for (const { bytes: pattern } of this.#patterns) {
      const first = pattern[0] as number;
      let from = bytes.indexOf(first, Math.max(0, bytes.length - pattern.length + 1));
      while (from >= 0 && bytes.length - from > longest) {
        const length = bytes.length - from;
        if (bytes.compare(pattern, 0, length, from) === 0) longest = length;
        else from = bytes.indexOf(first, from + 1);
      }
    }
    return longest;
  }
}

interface Pattern {
  readonly bytes: Buffer;
  /** Two occurrences cannot begin closer together than this. */
  readonly step: number;
}

/** The least shift under which the pattern agrees with itself (the failure function of Knuth, Morris and Pratt). */
function smallestPeriod(pattern: Buffer): number {
  const failure = new Int32Array(pattern.length);
  for (let i = 1; i < pattern.length; i++) {
    let border = failure[i - 1] as number;
    while (border > 0 && pattern[i] !== pattern[border]) border = failure[border - 1] as number;
    failure[i] = pattern[i] === pattern[border] ? border + 1 : 0;
  }
  return pattern.length - (failure.at(-1) ?? 0);
}
