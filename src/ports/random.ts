/** Chance, as an input: ids, nonces, jitter. */
export interface Random {
  /** `bytes` random bytes as lower-case hex. */
  hex(bytes: number): string;
  /** Uniform in [0, 1). */
  fraction(): number;
}
